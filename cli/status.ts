import type { AsJson } from '../src/actions/action.ts';
import { status as statusAction } from '../src/actions/status.ts';
import { systemClock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { CapStatus, CustomerStatus, Pause, WaitingFile, WaitReasons } from '../src/customer-status.ts';
import { certificateStatus, type CertificateStatus } from '../src/doors/tls/certificate-status.ts';
import { givenCertificate } from '../src/doors/tls/certificate.ts';
import type { Command } from './command.ts';
import { peopleOf } from '../src/change-file/danger.ts';
import { heldText, listText } from '../src/messages/en/status.ts';
import { waitText } from '../src/messages/wait-text.ts';
import type { LoopStatus } from '../src/loop-watch.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { commands } from '../src/messages/en/commands.ts';

export interface Status {
  /** Empty where no certificate has been made yet. */
  certificates: CertificateStatus[];
  customers: CustomerStatus[];
  /** By customer: how many people have each status. */
  people?: Record<string, Record<string, number>>;
  /** null where no daemon runs. */
  loop: LoopStatus | null;
}

const words = commands.status;

export const status: Command = {
  name: 'status',
  usage: '',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, configuration, call, print }) => {
    const { customers, people, loop } = await call(statusAction, {});
    const certificates = await certificatesOf(await configuration(), systemClock.now());
    const status = { customers, people, certificates: throughJson(certificates), loop };
    print(options.json ? escapeHidden(JSON.stringify(withWhy(status))) : statusText(status));
    return 0;
  },
};

/** Programs get the codes, and the sentence that people get. */
function withWhy({ customers, ...rest }: AsJson<Status>): object {
  return {
    customers: customers.map((customer) => ({
      ...customer,
      files: customer.files.map((file) => ({ ...file, why: waitText(file) })),
    })),
    ...rest,
  };
}

function throughJson<Value>(value: Value): AsJson<Value> {
  return JSON.parse(JSON.stringify(value)) as AsJson<Value>;
}

async function certificatesOf({ data, ftps }: Configuration, now: Date): Promise<CertificateStatus[]> {
  const one = await certificateStatus(data, givenCertificate(ftps), now);
  return one ? [one] : [];
}

export function statusText({ certificates, customers, people = {}, loop }: AsJson<Status>): string {
  const warnings = certificates.flatMap(({ warning }) =>
    warning ? [words.warning(escapeHidden(warning))] : [],
  );
  const unknown = customers.flatMap(unknownText);
  const rest =
    customers.length === 0 ? [words.noCustomers] : customers.map((one) => textOf(one, people[one.id] ?? {}));
  return [...warnings, ...unknown, ...loopTexts(loop), ...rest].join('\n\n');
}

function unknownText({ id, unknown: { count, files } }: AsJson<CustomerStatus>): string[] {
  if (count === 0) return [];
  const more = count > files.length ? words.andMore(count - files.length) : '';
  return [words.warning(words.unknownFiles(id, `${files.map(escapeHidden).join(', ')}${more}`))];
}

function loopTexts(loop: AsJson<LoopStatus> | null): string[] {
  if (!loop?.last) return [];
  const { at, ms, causes } = loop.last;
  const who = causes.map((cause) => `${escapeHidden(cause.work)} (${cause.ms} ms)`).join(', ');
  const times = loop.exceeded === 1 ? words.once : words.times(loop.exceeded);
  return [words.loop(loop.budgetMs, times, ms, at, who === '' ? '' : words.by(who))];
}

function textOf(
  { id, name, state, pause, caps, waiting, files, reports, missing, lists }: AsJson<CustomerStatus>,
  people: Record<string, number>,
): string {
  return [
    `${id} ${escapeHidden(name)}${state === 'held' ? words.onHold : ''}${pause ? pauseText(pause) : ''}`,
    `  ${words.caps(used(caps.hourly), used(caps.daily), caps.perFile)}`,
    ...(Object.keys(people).length === 0
      ? []
      : [
          `  ${words.people(
            Object.entries(people)
              .map(([status, count]) => `${count} ${status}`)
              .join(', '),
          )}`,
        ]),
    ...lists.map((list) => `  ${listText(list)}`),
    ...files.map((file) => `  ${fileText(id, file)}`),
    ...(waiting > files.length ? [`  ${words.more(waiting - files.length)}`] : []),
    ...missing
      .slice(0, 1)
      .map(({ source, numbers }) => `  ${words.missing(escapeHidden(source), numbers.join(', '))}`),
    `  ${files.length === 0 ? words.noFiles : ''}${words.lastReport(reports[0] ?? words.noReport)}`,
  ].join('\n');
}

function pauseText({ since, by, reason }: Pause): string {
  return words.paused({ since, by: escapeHidden(by), reason: escapeHidden(reason) });
}

function fileText(customer: number, file: AsJson<WaitingFile>): string {
  const { place, name, state, expected } = file;
  const shown = `${place}. ${escapeHidden(name)} [${state}]`;
  if (file.reason === 'decision') return `${shown} ${decisionText(customer, name, file.values)}`;
  const when = expected ? words.expected(expected) : words.noEstimate;
  return `${shown} ${waitText(file)}; ${when}`;
}

/** What an operator types, where the customer's people read what they upload. */
function decisionText(customer: number, file: string, values: AsJson<WaitingFile>['values']): string {
  const held = values as AsJson<WaitReasons['decision']>;
  const until = new Date(held.until).toISOString();
  return words.decide(customer, escapeHidden(file), { why: heldText(held), people: peopleOf(held), until });
}

function used({ used: taken, limit, until }: AsJson<CapStatus>): string {
  return words.used(taken, limit, until);
}

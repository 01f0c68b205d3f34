import type { AsJson } from '../src/actions/action.ts';
import { customerStatus as customerStatusAction } from '../src/actions/customer-status.ts';
import { status as statusAction } from '../src/actions/status.ts';
import { waiting as waitingAction } from '../src/actions/waiting.ts';
import { systemClock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type {
  CapStatus,
  CustomerStatus,
  Pause,
  PendingUndo,
  WaitingFile,
  WaitReasons,
} from '../src/customer-status.ts';
import { certificateStatus, type CertificateStatus } from '../src/doors/tls/certificate-status.ts';
import { givenCertificate } from '../src/doors/tls/certificate.ts';
import { customerNumber } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { pageLines } from './status-page.ts';
import { OperatorFault } from '../src/fault.ts';
import { numberOf } from '../src/change-file/danger.ts';
import { heldText } from '../src/messages/en/held.ts';
import { listText } from '../src/messages/en/status.ts';
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
  /** Of notices: nothing more is sent to so many. */
  disabledReceivers?: number;
  /** null where no daemon runs. */
  loop: LoopStatus | null;
}

const words = commands.status;

export const status: Command = {
  name: 'status',
  usage: '[CUSTOMER]',
  summary: words.summary,
  details: words.details,
  options: { waiting: { type: 'boolean' }, json: { type: 'boolean' } },
  count: { min: 0, max: 1 },
  run: async ({ arguments: [id], ...context }) => {
    const { options, configuration, call, print } = context;
    if (id !== undefined && options.waiting) throw new OperatorFault(words.either, 2);
    if (id !== undefined) return showCustomer(customerNumber(id), context);
    if (options.waiting) return showWaiting(context);
    const { customers, people, disabledReceivers, loop } = await call(statusAction, {});
    const certificates = await certificatesOf(await configuration(), systemClock.now());
    const status = { customers, people, certificates: throughJson(certificates), disabledReceivers, loop };
    print(options.json ? escapeHidden(JSON.stringify(withWhy(status))) : statusText(status));
    return 0;
  },
};

type Shows = Pick<CommandContext, 'options' | 'call' | 'print'>;

async function showCustomer(id: number, { options, call, print }: Shows): Promise<number> {
  const answer = await call(customerStatusAction, { customer: id });
  const { customer, people, hold } = answer;
  const page = [textOf(customer, people), ...pageLines(customer, hold)].join('\n');
  print(options.json ? escapeHidden(JSON.stringify({ ...answer, customer: filesWithWhy(customer) })) : page);
  return 0;
}

async function showWaiting({ options, call, print }: Shows): Promise<number> {
  const { files, waiting: all } = await call(waitingAction, {});
  const lines = files.map(
    ({ customer, customerName, ...file }) =>
      `${file.since} ${customer} ${escapeHidden(customerName)}: ${fileText(customer, file)}`,
  );
  const more = all > files.length ? [words.more(all - files.length)] : [];
  const withWords = files.map((file) => ({ ...file, why: waitText(file) }));
  if (options.json) print(escapeHidden(JSON.stringify({ waiting: all, files: withWords })));
  else print(all === 0 ? words.nothingWaits : [...lines, ...more].join('\n'));
  return 0;
}

/** Programs get the codes, and the sentence that people get. */
function withWhy({ customers, ...rest }: AsJson<Status>): object {
  return { customers: customers.map(filesWithWhy), ...rest };
}

function filesWithWhy(customer: AsJson<CustomerStatus>): object {
  return { ...customer, files: customer.files.map((file) => ({ ...file, why: waitText(file) })) };
}

function throughJson<Value>(value: Value): AsJson<Value> {
  return JSON.parse(JSON.stringify(value)) as AsJson<Value>;
}

async function certificatesOf({ data, ftps }: Configuration, now: Date): Promise<CertificateStatus[]> {
  const one = await certificateStatus(data, givenCertificate(ftps), now);
  return one ? [one] : [];
}

export function statusText({
  certificates,
  customers,
  people = {},
  disabledReceivers = 0,
  loop,
}: AsJson<Status>): string {
  const warnings = certificates.flatMap(({ warning }) =>
    warning ? [words.warning(escapeHidden(warning))] : [],
  );
  const disabled =
    disabledReceivers === 0 ? [] : [words.warning(commands.notices.disabledOnes(disabledReceivers))];
  const unknown = customers.flatMap(unknownText);
  const rest =
    customers.length === 0 ? [words.noCustomers] : customers.map((one) => textOf(one, people[one.id] ?? {}));
  return [...warnings, ...disabled, ...unknown, ...rest, ...loopTexts(loop)].join('\n\n');
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
  { id, name, state, pause, caps, waiting, files, reports, missing, lists, undos }: AsJson<CustomerStatus>,
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
    ...undos.map((undo) => `  ${undoText(undo)}`),
    ...lists.map((list) => `  ${listText(list)}`),
    ...files.map((file) => `  ${fileText(id, file)}`),
    ...(waiting > files.length ? [`  ${words.more(waiting - files.length)}`] : []),
    ...missing
      .slice(0, 1)
      .map(({ source, numbers }) => `  ${words.missing(escapeHidden(source), numbers.join(', '))}`),
    `  ${files.length === 0 ? words.noFiles : ''}${words.lastReport(reports[0] ?? words.noReport)}`,
  ].join('\n');
}

function undoText({ undo, file, state, who, since }: AsJson<PendingUndo>): string {
  const by = who === null ? null : escapeHidden(who);
  return words.undo[state](undo, escapeHidden(file), { by, since });
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
  const until = held.until === '' ? null : new Date(held.until).toISOString();
  const { behind = 0 } = held;
  const shown = { why: heldText(held), people: numberOf(held), until, behind };
  return words.decide(customer, escapeHidden(file), shown);
}

function used({ used: taken, limit, until }: AsJson<CapStatus>): string {
  return words.used(taken, limit, until);
}

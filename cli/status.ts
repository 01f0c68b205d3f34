import type { AsJson } from '../src/actions/action.ts';
import { status as statusAction } from '../src/actions/status.ts';
import { systemClock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { CapStatus, CustomerStatus, WaitingFile } from '../src/customer-status.ts';
import { certificateStatus, type CertificateStatus } from '../src/doors/tls/certificate-status.ts';
import { givenCertificate } from '../src/doors/tls/certificate.ts';
import type { Command } from './command.ts';
import { waitText } from '../src/messages/wait-text.ts';
import type { LoopStatus } from '../src/loop-watch.ts';
import { escapeHidden } from '../src/shown-text.ts';

export interface Status {
  /** Empty where no certificate has been made yet. */
  certificates: CertificateStatus[];
  customers: CustomerStatus[];
  /** null where no daemon runs. */
  loop: LoopStatus | null;
}

export const status: Command = {
  name: 'status',
  usage: '',
  summary: 'customers, waiting files and why, caps used and left, last reports, certificates that end soon',
  details:
    'First comes what needs the operator: a certificate that ends within 30 days, has ended or cannot be used;\n' +
    'files in the spool that the ledger does not know.\n' +
    'With --json also certificates that are well.',
  options: { json: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, configuration, call, print }) => {
    const { customers, loop } = await call(statusAction, {});
    const certificates = await certificatesOf(await configuration(), systemClock.now());
    const status = { customers, certificates: throughJson(certificates), loop };
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

export function statusText({ certificates, customers, loop }: AsJson<Status>): string {
  const warnings = certificates.flatMap(({ warning }) =>
    warning ? [`WARNING: ${escapeHidden(warning)}`] : [],
  );
  const unknown = customers.flatMap(unknownText);
  const rest = customers.length === 0 ? ['No customers. See: spoolgate setup --help'] : customers.map(textOf);
  return [...warnings, ...unknown, ...loopTexts(loop), ...rest].join('\n\n');
}

function unknownText({ id, unknown: { count, files } }: AsJson<CustomerStatus>): string[] {
  if (count === 0) return [];
  const more = count > files.length ? ` and ${count - files.length} more` : '';
  return [
    `WARNING: The ledger does not know files of customer ${id}: ${files.map(escapeHidden).join(', ')}${more}. ` +
      'The database has lost its last commits, or they were put there by hand. See: spoolgate reconcile --dry-run',
  ];
}

function loopTexts(loop: AsJson<LoopStatus> | null): string[] {
  if (!loop?.last) return [];
  const { at, ms, causes } = loop.last;
  const who = causes.map((cause) => `${escapeHidden(cause.work)} (${cause.ms} ms)`).join(', ');
  return [
    `NOTE: the event loop was blocked for more than ${loop.budgetMs} ms ${loop.exceeded === 1 ? 'once' : `${loop.exceeded} times`} ` +
      `since the start; last for ${ms} ms at ${at}${who === '' ? '' : ` by ${who}`}. Everybody waits meanwhile.`,
  ];
}

function textOf({ id, name, state, caps, waiting, files, reports, missing }: AsJson<CustomerStatus>): string {
  return [
    `${id} ${escapeHidden(name)}${state === 'held' ? ' (on hold)' : ''}`,
    `  caps: hour ${used(caps.hourly)}, day ${used(caps.daily)}, ${caps.perFile} per file`,
    ...files.map((file) => `  ${fileText(file)}`),
    ...(waiting > files.length ? [`  … and ${waiting - files.length} more`] : []),
    ...missing
      .slice(0, 1)
      .map(
        ({ source, numbers }) =>
          `  missing numbers of source "${escapeHidden(source)}": ${numbers.join(', ')}`,
      ),
    `  ${files.length === 0 ? 'no files waiting; ' : ''}last report: ${reports[0] ?? 'none'}`,
  ].join('\n');
}

function fileText({ place, name, state, reason, values, expected }: AsJson<WaitingFile>): string {
  return `${place}. ${escapeHidden(name)} [${state}] ${waitText({ reason, values })}; ${expected ? `expected ${expected}` : 'no estimate'}`;
}

function used({ used: taken, limit, until }: AsJson<CapStatus>): string {
  return `${taken} of ${limit} until ${until}`;
}

import { OperatorFault } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { Ask } from './ask.ts';
import type { Command } from './command.ts';
import type { AuditEntry } from '../src/actions/audit-actions.ts';

const LIMIT_DEFAULT = 200;
const LIMIT_MAX = 10_000;

const DETAILS = `Sign-ins, uploads, downloads, deletions and renamings at the doors, with address and protocol, and what operators
changed by commands. Oldest first; of more than ${LIMIT_DEFAULT} the newest (--limit sets another number, up to ${LIMIT_MAX}).

  --customer ID   of one customer
  --file NAME     about one file
  --login LOGIN   by one access account or operator
  --since TIME    from then on: 2026-05-05, 2026-05-05T12:00Z, 90m, 24h or 7d

Exit 3 if there is nothing.`;

export function audit(ask: Ask): Command {
  return {
    name: 'audit',
    usage: '',
    summary: 'who uploaded, deleted, renamed, changed what, when, from where',
    details: DETAILS,
    options: {
      customer: { type: 'string' },
      file: { type: 'string' },
      login: { type: 'string' },
      since: { type: 'string' },
      limit: { type: 'string' },
      json: { type: 'boolean' },
    },
    count: { min: 0, max: 0 },
    run: async ({ options, configuration, print, say }) => {
      const text = (name: string) => (typeof options[name] === 'string' ? options[name] : null);
      const customer = text('customer');
      const since = text('since');
      const request = {
        command: 'audit',
        customer: customer === null ? null : customerNumber(customer),
        file: text('file'),
        login: text('login'),
        since: since === null ? null : timeOf(since, new Date()).toISOString(),
        limit: limitOf(text('limit')),
      };
      const { entries } = await ask<{ entries: AuditEntry[] }>(await configuration(), request);
      const shown = JSON.parse(JSON.stringify(entries)) as (Omit<AuditEntry, 'at'> & { at: string })[];
      if (options.json) print(JSON.stringify({ entries: shown }));
      else if (shown.length > 0) print(shown.map(lineOf).join('\n'));
      if (shown.length === request.limit) say(`There may be more; see --limit and --since.`);
      if (shown.length > 0) return 0;
      say('Nothing found.');
      return 3;
    },
  };
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @throws {OperatorFault} where it is no time */
export function timeOf(text: string, now: Date): Date {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const at =
    count === undefined
      ? new Date(/^\d{4}-\d\d-\d\d/.test(text) ? text : Number.NaN)
      : new Date(now.getTime() - Number(count) * UNITS[unit as keyof typeof UNITS]);
  if (Number.isNaN(at.getTime()))
    throw new OperatorFault(
      `--since ${quoted(text)} is not a time. Write 2026-05-05, 2026-05-05T12:00Z, 90m, 24h or 7d.`,
      2,
    );
  return at;
}

function limitOf(text: string | null): number {
  if (text === null) return LIMIT_DEFAULT;
  const limit = Number(text);
  if (!/^\d{1,6}$/.test(text) || limit < 1 || limit > LIMIT_MAX)
    throw new OperatorFault(`--limit ${quoted(text)} is not a number from 1 to ${LIMIT_MAX}.`, 2);
  return limit;
}

function lineOf({ at, who, action, customer, from, path, detail }: Omit<AuditEntry, 'at'> & { at: string }) {
  const parts = [
    at,
    customer ?? '-',
    quoted(who),
    action,
    ...(path === null ? [] : [quoted(path)]),
    ...(from === null ? ['by command'] : [`from ${from}`]),
    ...(isEmpty(detail) ? [] : [JSON.stringify(detail)]),
  ];
  return parts.join(' ');
}

function isEmpty(detail: unknown): boolean {
  return typeof detail !== 'object' || detail === null || Object.keys(detail).length === 0;
}

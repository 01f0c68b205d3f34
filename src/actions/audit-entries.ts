import { z } from 'zod';
import type { Queryable } from '../database/open.ts';
import { action, operators } from './action.ts';

export const AUDIT_ENTRIES_MAX = 10_000;

export const auditTrail = action({
  name: 'audit',
  input: z.strictObject({
    customer: z.int().nullable(),
    file: z.string().nullable(),
    login: z.string().nullable(),
    since: z.iso.datetime().nullable(),
    limit: z.int().min(1).max(AUDIT_ENTRIES_MAX),
  }),
  allowed: operators,
  run: async ({ database }, { since, ...question }) => ({
    entries: await auditEntries(database, { ...question, since: since === null ? null : new Date(since) }),
  }),
});

export interface AuditQuestion {
  customer: number | null;
  /** Name of a file. */
  file: string | null;
  /** Of an access account, or the operator's name. */
  login: string | null;
  since: Date | null;
  /** The newest so many. */
  limit: number;
}

/** One thing that somebody did. */
export interface AuditEntry {
  at: Date;
  /** Login of an access account, or name of an operator. */
  who: string;
  /** E.g. `upload`, `hold`. */
  action: string;
  customer: number | null;
  /** Address and protocol of a client; null: a command on the machine. */
  from: string | null;
  /** What it was done to, as a path in the customer's folder. */
  path: string | null;
  /** Further values: before and after of a change, bytes of an upload, why something was refused. */
  detail: unknown;
}

/**
 * What clients did at the doors and operators by commands, in the order of time.
 *
 * @returns the newest `limit` entries
 */
export async function auditEntries(db: Queryable, question: AuditQuestion): Promise<AuditEntry[]> {
  const { customer, file, login, since, limit } = question;
  const { rows } = await db.query<AuditEntry>(
    `select * from (
       (select at, id, login as who, event as action, customer_id as customer, address || ' ' || protocol as "from", path,
               detail
          from door_audit
         where ($1::bigint is null or customer_id = $1) and ($2::text is null or login = $2)
           and ($3::timestamptz is null or at >= $3)
           and ($4::text is null or path = $4 or right(path, char_length($4) + 1) = '/' || $4
                or detail->>'to' = $4 or right(detail->>'to', char_length($4) + 1) = '/' || $4)
         order by at desc, id desc limit $5)
       union all
       (select at, id, who, action, customer_id, null, null, json_build_object('before', before, 'after', after)::jsonb
          from audit
         where ($1::bigint is null or customer_id = $1) and ($2::text is null or who = $2 or before->>'login' = $2)
           and ($3::timestamptz is null or at >= $3)
           and ($4::text is null or before->>'file' = $4 or after->>'file' = $4 or before->>'name' = $4)
         order by at desc, id desc limit $5)
       order by at desc, id desc limit $5) newest
     order by at, id`,
    [customer, login, since, file, limit],
  );
  return rows;
}

/**
 * The audit: who did what, when, from where. It is no copy of the events and no table of its own, which could differ from
 * them; it is those types of events that have a name in the audit, read from where they were recorded.
 */
import type { Queryable } from '../../database/open.ts';
import { CATALOG, type StoredEvent } from '../catalog.ts';
import { EVENT_COLUMNS } from '../read.ts';
import { withWhy } from '../why.ts';

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
  /** Number of the event. */
  id: string;
  at: Date;
  /** Type of the event. */
  type: string;
  /** Login of an access account, or name of an operator. */
  who: string;
  /** E.g. `uploaded`, `hold`. */
  action: string;
  customer: number | null;
  /** Address and protocol of a client; null: a command on the machine. */
  from: string | null;
  /** What it was done to: a path in the customer's folder, a login. */
  path: string | null;
  /** Further values: before and after of a change, bytes of an upload, why something was refused. */
  detail: Record<string, unknown>;
}

const ACTIONS = new Map<string, string>(
  Object.entries(CATALOG).flatMap(([type, kind]) => (kind.audit === undefined ? [] : [[type, kind.audit]])),
);

/**
 * What clients did at the doors and operators by commands, in the order of time.
 *
 * @returns the `limit` entries that were recorded last
 */
export async function auditEntries(db: Queryable, question: AuditQuestion): Promise<AuditEntry[]> {
  const { customer, file, login, since, limit } = question;
  const { rows } = await db.query<StoredEvent>(
    `select ${EVENT_COLUMNS} from event
      where type = any($6) and ($1::bigint is null or customer_id = $1)
        and ($2::text is null or who = $2 or data->'before'->>'login' = $2)
        and ($3::timestamptz is null or at >= $3)
        and ($4::text is null or $4 in (subject, data->>'to', data->'before'->>'file', data->'after'->>'file')
             or right(subject, char_length($4) + 1) = '/' || $4 or right(data->>'to', char_length($4) + 1) = '/' || $4)
      order by event.id desc limit $5`,
    [customer, login, since, file, limit, [...ACTIONS.keys()]],
  );
  return rows
    .toReversed()
    .sort((one, other) => one.at.getTime() - other.at.getTime())
    .map(entryFrom);
}

function entryFrom({ id, at, type, who, customer, address, subject, data }: StoredEvent): AuditEntry {
  const { protocol, cipher: _, ...detail } = data;
  return {
    id,
    at,
    type,
    who: who ?? '',
    action: ACTIONS.get(type) ?? type,
    customer,
    from: typeof protocol === 'string' ? `${address ?? ''} ${protocol}` : null,
    path: subject,
    detail: withWhy(detail),
  };
}

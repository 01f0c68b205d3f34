import type { Hold } from '../change-file/danger.ts';
import type { PastResult, PendingUndo, SourceNumber, WaitingFile } from '../customer-status.ts';
import type { Queryable } from '../database/open.ts';

export interface UsageRow {
  period: 'hour' | 'day';
  starts_at: Date;
  used: number;
}

export interface WaitingRow {
  /** How many wait in all; only the first have rows. */
  all: number;
  id: number;
  name: string;
  type: string | null;
  source: string | null;
  state: WaitingFile['state'];
  total: number;
  entries: number;
  received_at: Date;
  deferred_until: Date | null;
  deferred_for: 'hour' | 'day' | 'sequence' | null;
  /** null: it does not wait for the virus scanner. */
  scanner: 'away' | 'slow' | 'fault' | null;
  in_batch: boolean;
  settles_at: Date | null;
  /** Of a held file. */
  hold: Hold | null;
  held_until: Date | null;
  /** The held file that it waits behind; null: none. */
  held_before: string | null;
  /** Of a held file: how many wait behind it, and which logins may decide it. */
  behind: number | null;
  deciders: string[] | null;
}

/** By customer. */
export interface StatusRows {
  usage: Map<number, UsageRow[]>;
  waiting: Map<number, WaitingRow[]>;
  results: Map<number, PastRow[]>;
  reports: Map<number, { name: string }[]>;
  sources: Map<number, SourceNumber[]>;
  missing: Map<number, { before: string; detail: { source: string; numbers: string[] } }[]>;
  unknown: Map<number, UnknownRow[]>;
  lists: Map<number, ListRow[]>;
  undos: Map<number, PendingUndo[]>;
}

/** A result with the name that the file came under, and the number for its failed entries. */
export type PastRow = Omit<PastResult, 'retryAs'> & { name: string; number: string | null };

/** The source of lists, the one that is under way, and the last that was decided. */
export interface ListRow {
  source: string;
  openFile: string | null;
  openState: string | null;
  file: string | null;
  decision: string | null;
  code: number | null;
  written: number | null;
  failedToRead: boolean | null;
  lastApplied: Date | null;
}

export interface UnknownRow {
  /** How many there are in all; only the first have rows. */
  all: number;
  place: string;
}

/** A status is written again and again: its size must not grow with the number of waiting files. */
const FILES_SHOWN = 100;
const RESULTS_SHOWN = 10;
const SOURCES_SHOWN = 100;
const DECIDERS_SHOWN = 5;
/** The longest day of any time zone, and an hour. */
const USAGE_MS_MAX = 27 * 3_600_000;

export async function statusRows(
  db: Queryable,
  customers: readonly number[],
  listTypes: readonly string[],
  now: Date,
): Promise<StatusRows> {
  const rows = async <Row extends object>(text: string, ...values: unknown[]) =>
    (await db.query<Row & { customer: number }>(text, [customers, ...values])).rows;
  return {
    usage: byCustomer(
      await rows<UsageRow>(
        `select customer_id as customer, period, starts_at, used from cap_usage
          where customer_id = any($1) and starts_at > $2`,
        new Date(now.getTime() - USAGE_MS_MAX),
      ),
    ),
    waiting: byCustomer(await rows<WaitingRow>(WAITING)),
    results: byCustomer(await rows<PastRow>(RESULTS)),
    reports: byCustomer(await rows<{ name: string }>(REPORTS)),
    sources: byCustomer(await rows<SourceNumber>(SOURCES)),
    missing: byCustomer(
      await rows<{ before: string; detail: { source: string; numbers: string[] } }>(MISSING),
    ),
    unknown: byCustomer(await rows<UnknownRow>(UNKNOWN)),
    lists: byCustomer(await rows<ListRow>(LISTS, listTypes)),
    undos: byCustomer(await rows<PendingUndo>(UNDOS)),
  };
}

const EACH = 'from unnest($1::bigint[]) as c (id) cross join lateral';

/** In the order in which they will run (rules 12). */
const WAITING = `
  select c.id as customer, w.* ${EACH}
    (select count(*) over () as "all", f.id, f.name, f.type, f.source, f.state, f.total, f.entries, f.received_at,
            f.deferred_until, f.deferred_for, f.hold, f.held_until,
            case when f.detail->>'waits' = 'scanner' then coalesce(f.detail->>'cause', 'away') end as scanner,
            case when f.state in ('waiting', 'deferred') then (
              select b.name from change_file b where b.customer_id = f.customer_id and b.source = f.source and b.type = f.type
                 and b.state = 'held' and b.held_until is null and b.sequence <= f.sequence order by b.sequence limit 1) end as held_before,
            case when f.state = 'held' and f.held_until is null then (
              select count(*)::int from change_file b where b.customer_id = f.customer_id and b.source = f.source and b.type = f.type
                 and b.state in ('waiting', 'deferred') and b.sequence >= f.sequence) end as behind,
            case when f.state = 'held' then (
              select array_agg(login order by login) from (
                select login from access_account where customer_id = f.customer_id and rights @> '{decide}'
                 order by login limit ${DECIDERS_SHOWN}) d) end as deciders,
            f.batch_id is not null as in_batch, case when q.phase = 'settling' then q.next_turn_at end as settles_at
       from change_file f left join turn_queue q on q.customer_id = f.customer_id
      where f.customer_id = c.id and f.state in ('waiting', 'deferred', 'held', 'applying')
      order by f.state = 'waiting', f.batch_id is null, f.rank, f.sequence,
               f.source collate "C", f.id limit ${FILES_SHOWN}) w`;

const RESULTS = `
  select c.id as customer, r.* ${EACH}
    (select coalesce(f.filed_as, f.name) as file, f.folder, f.finished_at as at, f.entries, f.written,
            f.read_errors + f.write_errors as errors, f.code, f.detail as refusal, b.report_name as report,
            f.name, f.retry_number::text as number
       from change_file f left join batch b on b.id = f.batch_id and b.closed_at is not null
      where f.customer_id = c.id and f.decision is not null
      order by f.finished_at desc, f.id desc limit ${RESULTS_SHOWN}) r`;

/** Those that were used last; a customer has few. */
const SOURCES = `
  select c.id as customer, s.* ${EACH}
    (select source, type, last::text as last from sequence_counter where customer_id = c.id
      order by source, type limit ${SOURCES_SHOWN}) s`;

const REPORTS = `
  select c.id as customer, r.* ${EACH}
    (select report_name as name from batch where customer_id = c.id and report_name is not null
      order by started_at desc, id desc limit ${RESULTS_SHOWN}) r`;

const UNDOS = `
  select c.id as customer, u.* ${EACH}
    (select w.id as undo, f.name as file, w.state, w.who, w.requested_at as since
       from undo w join change_file f on f.id = w.change_file_id
      where w.customer_id = c.id and w.state in ('waiting', 'applied') order by w.id limit ${RESULTS_SHOWN}) u`;

/** The latest gaps, newest first. */
const MISSING = `
  select c.id as customer, m.* ${EACH}
    (select f.name as before, n.detail from batch_note n join change_file f on f.id = n.change_file_id
      where f.customer_id = c.id and n.kind = 'missing-numbers' order by n.id desc limit ${RESULTS_SHOWN}) m`;

/** Found by the last comparison of spool and ledger (spool/compare.ts), and not settled by the operator. */
const UNKNOWN = `
  select c.id as customer, u.* ${EACH}
    (select count(*) over () as "all", folder || '/' || name as place from spool_difference
      where customer_id = c.id and outcome is null order by folder, name collate "C" limit ${RESULTS_SHOWN}) u`;

/** A customer may have a great many files: sources that are not set up show for as long as their files are recent. */
const RECENT_FILES = 200;

const LISTS = `
  select c.id as customer, l.* ${EACH}
    (select s.source, o.name as "openFile", o.state as "openState", d.name as file, d.decision, d.code, d.written,
            d.read_errors > 0 as "failedToRead", a.applied_at as "lastApplied"
       from (select e.key as source from customer k, jsonb_each(k.sources) e where k.id = c.id and e.value ? 'snapshot'
             union select source from full_list where customer_id = c.id
             union select r.source from (select source, type from change_file where customer_id = c.id
                and decision is not null order by finished_at desc, id desc limit ${RECENT_FILES}) r where r.type = any($2)) s
       left join lateral (select f.name, f.state from change_file f
            where f.customer_id = c.id and f.type = any($2) and f.source = s.source
              and f.state in ('waiting', 'deferred', 'held', 'applying', 'applied', 'rejected')
            order by f.state = 'held', f.id desc limit 1) o on true
       left join lateral (select f.name, f.decision, f.code, f.written, f.read_errors from change_file f
            where f.customer_id = c.id and f.type = any($2) and f.source = s.source and f.decision is not null
            order by f.sequence desc, f.id desc limit 1) d on true
       left join full_list a on a.customer_id = c.id and a.source = s.source
      order by s.source limit ${SOURCES_SHOWN}) l`;

function byCustomer<Row>(rows: (Row & { customer: number })[]): Map<number, Row[]> {
  const all = new Map<number, Row[]>();
  for (const { customer, ...row } of rows) {
    const own = all.get(customer) ?? [];
    own.push(row as Row);
    all.set(customer, own);
  }
  return all;
}

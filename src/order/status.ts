import type { CustomerStatus, MissingNumbers, PastResult, WaitingFile } from '../customer-status.ts';
import type { ChangeFileType } from '../change-file.ts';
import type { Queryable } from '../database/open.ts';
import { forecast } from './forecast.ts';
import { periodsOf } from './periods.ts';
import { capsOf, usageOf, type Caps, type CustomerCaps, type Usage } from './throttle.ts';

interface WaitingRow {
  id: number;
  name: string;
  type: ChangeFileType | null;
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
}

const RESULTS_SHOWN = 10;

/** @returns null where there is no such customer */
export async function customerStatus(
  db: Queryable,
  customer: number,
  defaults: Caps,
  now: Date,
): Promise<CustomerStatus | null> {
  const { rows } = await db.query<{ name: string; folder: string; state: 'active' | 'held' }>(
    'select name, folder, state from customer where id = $1',
    [customer],
  );
  if (!rows[0]) return null;
  const caps = await capsOf(db, customer, defaults);
  const periods = periodsOf(now, caps.timeZone);
  const used = await usageOf(db, customer, periods);
  const left = (limit: number, taken: number) => Math.max(limit - taken, 0);
  return {
    id: customer,
    ...rows[0],
    timeZone: caps.timeZone,
    caps: {
      perFile: caps.perFile,
      hourly: {
        limit: caps.hourly,
        used: used.hour,
        left: left(caps.hourly, used.hour),
        until: periods.nextHour,
      },
      daily: { limit: caps.daily, used: used.day, left: left(caps.daily, used.day), until: periods.nextDay },
    },
    files: shownFiles(await waitingFiles(db, customer), caps, used, now),
    results: await pastResults(db, customer),
    reports: await lastReports(db, customer),
    missing: await missingNumbers(db, customer),
  };
}

/** In the order in which they will run (chapter 12). */
async function waitingFiles(db: Queryable, customer: number): Promise<WaitingRow[]> {
  const { rows } = await db.query<WaitingRow>(
    `select f.id, f.name, f.type, f.source, f.state, f.total, f.entries, f.received_at, f.deferred_until, f.deferred_for,
            case when f.detail->>'waits' = 'scanner' then coalesce(f.detail->>'cause', 'away') end as scanner,
            f.batch_id is not null as in_batch, case when q.phase = 'settling' then q.next_turn_at end as settles_at
       from change_file f left join turn_queue q on q.customer_id = f.customer_id
      where f.customer_id = $1 and f.state in ('waiting', 'deferred', 'held', 'applying')
      order by f.state = 'waiting', f.batch_id is null, f.type is not null, f.type, f.sequence,
               f.source collate "C", f.id`,
    [customer],
  );
  return rows;
}

function shownFiles(rows: WaitingRow[], caps: CustomerCaps, used: Usage, now: Date): WaitingFile[] {
  const expected = forecast(
    rows.map((row) => ({
      // What runs already has been counted.
      entries: row.state === 'applying' ? 0 : row.total || null,
      countsHourly: row.type === 'PRV',
      notBefore: (row.deferred_for === 'sequence' ? row.deferred_until : row.settles_at) ?? now,
    })),
    caps,
    used,
    now,
  );
  // Nobody knows when the scanner is back, and nothing overtakes the file that waits for it.
  const stuck = rows.findIndex(({ scanner }) => scanner !== null);
  if (stuck !== -1) expected.fill(null, stuck);
  return rows.map((row, index) => ({
    name: row.name,
    state: row.state,
    why: whyItWaits(row, rows[index - 1], caps, used),
    place: index + 1,
    entries: row.total || null,
    since: row.received_at,
    expected: expected[index] ?? null,
  }));
}

/** Customers read this too: what the scanner says, with its paths and addresses, stands in the log. */
const SCANNER_WORDS = {
  away: 'waits for the virus scanner, which cannot be reached; it is tried again every few seconds',
  slow: 'waits for the virus scanner, which has not answered in time; it is tried again',
  fault: 'waits for the virus scanner, which cannot scan it now; it is tried again every few seconds',
};

function whyItWaits(
  row: WaitingRow,
  before: WaitingRow | undefined,
  caps: CustomerCaps,
  used: Usage,
): string {
  if (row.state === 'applying') return `is being processed: ${row.entries} of ${row.total} entries are done`;
  if (row.scanner) return SCANNER_WORDS[row.scanner];
  if (row.state === 'held') return 'is held until a person decides';
  if (row.deferred_for === 'sequence')
    return `waits for a missing number of its source "${row.source ?? ''}"`;
  if (row.deferred_for === 'hour' && row.total > caps.hourly)
    return `has ${row.total} entries, more than the hourly cap of ${caps.hourly}: it waits until the cap is raised`;
  if (row.deferred_for === 'hour')
    return `has ${row.total} entries, and ${used.hour} of the hourly cap of ${caps.hourly} are used: it waits for the next hour`;
  if (row.deferred_for === 'day')
    return `has ${row.total} entries, and ${used.day} of the daily cap of ${caps.daily} are used: it waits for the next day`;
  if (before) return `waits behind ${before.name}`;
  if (row.in_batch) return 'waits for its turn';
  return row.settles_at ? 'waits until no upload has come for a moment' : 'waits for its turn';
}

async function pastResults(db: Queryable, customer: number): Promise<PastResult[]> {
  const { rows } = await db.query<{
    file: string;
    folder: string;
    at: Date;
    entries: number;
    written: number;
    errors: number;
    code: number | null;
  }>(
    `select coalesce(filed_as, name) as file, folder, finished_at as at, entries, written,
            read_errors + write_errors as errors, code
       from change_file where customer_id = $1 and decision is not null
      order by finished_at desc, id desc limit ${RESULTS_SHOWN}`,
    [customer],
  );
  return rows;
}

async function lastReports(db: Queryable, customer: number): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select report_name as name from batch where customer_id = $1 and report_name is not null
      order by started_at desc, id desc limit ${RESULTS_SHOWN}`,
    [customer],
  );
  return rows.map((row) => row.name);
}

/** The latest gaps, newest first. */
async function missingNumbers(db: Queryable, customer: number): Promise<MissingNumbers[]> {
  const { rows } = await db.query<{ before: string; detail: { source: string; numbers: string[] } }>(
    `select f.name as before, n.detail from batch_note n join change_file f on f.id = n.change_file_id
      where f.customer_id = $1 and n.kind = 'missing-numbers' order by n.id desc limit ${RESULTS_SHOWN}`,
    [customer],
  );
  return rows.map(({ before, detail }) => ({ source: detail.source, before, numbers: detail.numbers }));
}

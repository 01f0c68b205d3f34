import type {
  CapStatus,
  CustomerStatus,
  ListStatus,
  PastResult,
  RunState,
  WaitingFile,
  WaitReason,
} from '../customer-status.ts';
import { numberedAs } from '../change-file/change-file.ts';
import type { Queryable } from '../database/open.ts';
import { forecast } from '../order/forecast.ts';
import { periodsOf, type Periods } from '../order/periods.ts';
import { statusRows, type ListRow, type PastRow, type UsageRow, type WaitingRow } from './status-rows.ts';
import { capsOf, type Caps, type CustomerCaps, type OwnCaps, type Usage } from '../order/throttle.ts';

/** Of a customer's row, what its status is made of. */
export type StatusCustomer = OwnCaps & Pick<CustomerStatus, 'id' | 'name' | 'folder' | 'state' | 'pause'>;

/** What is true of all customers. */
export interface StatusFacts {
  /** For customers without caps of their own. */
  caps: Caps;
  /** Whether entries of files of a type count against the hourly cap. */
  countsHourly: (type: string) => boolean;
  /** Types of full lists; none where left out. */
  listTypes?: readonly string[];
  /** Off: entries of files of a type count against no cap. */
  countsDaily?: (type: string) => boolean;
  /** Whether files of a type are refused while the customer is on hold. */
  heldRefuses: (type: string) => boolean;
}

export async function customerStatus(
  db: Queryable,
  customer: StatusCustomer,
  facts: StatusFacts,
  now: Date,
): Promise<CustomerStatus> {
  const [status] = await customerStatuses(db, [customer], facts, now);
  if (!status) throw new Error('a status of one customer has one element');
  return status;
}

/** How these customers stand, in the order of their ids; as many statements for a hundred of them as for one. */
export async function customerStatuses(
  db: Queryable,
  customers: readonly StatusCustomer[],
  facts: StatusFacts,
  now: Date,
): Promise<CustomerStatus[]> {
  const rows = await statusRows(
    db,
    customers.map(({ id }) => id),
    facts.listTypes ?? [],
    now,
  );
  return customers.map((row) => {
    const of = <Row>(all: Map<number, Row[]>) => all.get(row.id) ?? [];
    const caps = capsOf(row, facts.caps);
    const periods = periodsOf(now, caps.timeZone);
    const used = usedIn(of(rows.usage), periods);
    const waiting = of(rows.waiting);
    return {
      id: row.id,
      name: row.name,
      folder: row.folder,
      state: row.state,
      pause: row.pause,
      timeZone: caps.timeZone,
      caps: {
        perFile: caps.perFile,
        hourly: capStatus(caps.hourly, used.hour, periods.nextHour),
        daily: capStatus(caps.daily, used.day, periods.nextDay),
      },
      waiting: waiting[0]?.all ?? 0,
      files: shownFiles(waiting, {
        facts,
        isHeld: row.state === 'held',
        isPaused: row.pause !== null,
        caps,
        used,
        now,
      }),
      sources: of(rows.sources),
      results: of(rows.results).map(pastResult),
      reports: of(rows.reports).map(({ name }) => name),
      missing: of(rows.missing).map(({ before, detail }) => ({
        source: detail.source,
        before,
        numbers: detail.numbers,
      })),
      unknown: {
        count: of(rows.unknown)[0]?.all ?? 0,
        files: of(rows.unknown).map(({ place }) => place),
      },
      lists: of(rows.lists).map(listStatus),
      undos: of(rows.undos),
    };
  });
}

function pastResult({ name, number, ...result }: PastRow): PastResult {
  return { ...result, retryAs: number === null ? null : numberedAs(name, number) };
}

function listStatus(row: ListRow): ListStatus {
  const { source, openFile, file, lastApplied } = row;
  return { source, state: runState(row), file: openFile ?? file, lastApplied };
}

function runState({ openState, decision, code, written, failedToRead, lastApplied }: ListRow): RunState {
  if (openState !== null) return openState === 'held' ? 'needs_confirmation' : 'in_progress';
  if (decision === null) return lastApplied === null ? 'never_run' : 'succeeded';
  if (code === 2) return 'consent_required';
  if (code === 2202) return 'cancelled';
  // Of which nothing could be read: an unusable header, for one.
  const isUnread = written === 0 && failedToRead === true;
  return decision !== 'applied' || code !== null || isUnread ? 'failed' : 'succeeded';
}

function capStatus(limit: number, used: number, until: Date): CapStatus {
  return { limit, used, left: Math.max(limit - used, 0), until };
}

function usedIn(rows: readonly UsageRow[], { hour, day }: Periods): Usage {
  const used = (period: UsageRow['period'], start: Date) =>
    rows.find((row) => row.period === period && row.starts_at.getTime() === start.getTime())?.used ?? 0;
  return { hour: used('hour', hour), day: used('day', day) };
}

interface Circumstances {
  facts: StatusFacts;
  isHeld: boolean;
  isPaused: boolean;
  caps: CustomerCaps;
  used: Usage;
  now: Date;
}

function shownFiles(
  rows: WaitingRow[],
  { facts, isHeld, isPaused, caps, used, now }: Circumstances,
): WaitingFile[] {
  const expected = forecast(
    rows.map((row) => ({
      // What runs already has been counted; nothing waits for what waits for a person.
      entries: row.state === 'applying' || isStill(row) || isUncounted(row, facts) ? 0 : row.total || null,
      countsHourly: row.type !== null && facts.countsHourly(row.type),
      notBefore: (row.deferred_for === 'sequence' ? row.deferred_until : row.settles_at) ?? now,
    })),
    caps,
    used,
    now,
  );
  // Nobody knows when the scanner is back, and nothing overtakes the file that waits for it.
  const stuck = rows.findIndex(({ scanner }) => scanner !== null);
  if (stuck !== -1) expected.fill(null, stuck);
  // One that was begun before the pause or the hold goes on.
  const stop = ({ type, state }: WaitingRow): WaitReason | null => {
    if (state === 'applying') return null;
    if (isPaused && state !== 'held') return PAUSED;
    return isHeld && type !== null && facts.heldRefuses(type) ? ON_HOLD : null;
  };
  const before = (index: number) => rows.slice(0, index).findLast((row) => !isStill(row));
  return rows.map((row, index) => ({
    name: row.name,
    state: row.state,
    ...(stop(row) ?? whyItWaits(row, before(index), caps, used)),
    place: index + 1,
    entries: row.total || null,
    since: row.received_at,
    // Nobody knows when pause or hold end, or a person decides; before, the file is not carried out.
    expected: stop(row) || isStill(row) ? null : (expected[index] ?? null),
  }));
}

/** It waits for a person, or behind a file that does. */
function isStill({ state, held_before: before }: WaitingRow): boolean {
  return state === 'held' || before !== null;
}

function isUncounted({ type }: WaitingRow, { countsDaily }: StatusFacts): boolean {
  return type !== null && countsDaily?.(type) === false;
}

const ON_HOLD: WaitReason = { reason: 'on-hold', values: {} };
const PAUSED: WaitReason = { reason: 'paused', values: {} };

/** Customers see this too: what the scanner says, with its paths and addresses, is in the log only. */
const SCANNER_REASONS = {
  away: 'scanner-unreachable',
  slow: 'scanner-timeout',
  fault: 'scanner-error',
} as const;

function whyItWaits(
  {
    name,
    state,
    entries,
    total,
    scanner,
    hold,
    held_until,
    held_before,
    behind,
    deciders,
    deferred_for: cap,
    source,
    in_batch: inBatch,
    settles_at,
  }: WaitingRow,
  before: WaitingRow | undefined,
  caps: CustomerCaps,
  used: Usage,
): WaitReason {
  if (state === 'applying') return { reason: 'processing', values: { done: entries, entries: total } };
  if (scanner) return { reason: SCANNER_REASONS[scanner], values: {} };
  if (state === 'held' && hold)
    return {
      reason: 'decision',
      values: {
        ...hold,
        file: name,
        until: held_until ?? '',
        ...(behind ? { behind } : {}),
        ...(deciders ? { deciders } : {}),
      },
    };
  if (held_before !== null) return { reason: 'behind-held', values: { file: held_before } };
  if (cap === 'sequence') return { reason: 'missing-number', values: { source: source ?? '' } };
  if (cap === 'hour' && total > caps.hourly)
    return { reason: 'above-hourly-cap', values: { entries: total, cap: caps.hourly } };
  if (cap === 'hour')
    return { reason: 'hourly-cap', values: { entries: total, used: used.hour, cap: caps.hourly } };
  if (cap === 'day')
    return { reason: 'daily-cap', values: { entries: total, used: used.day, cap: caps.daily } };
  if (before) return { reason: 'behind', values: { file: before.name } };
  return { reason: settles_at && !inBatch ? 'settling' : 'queued', values: {} };
}

/** Looks at the sources of which something is due, and tells what there is to tell. */
import { customers, type Customer } from '../accounts/customers/customer.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { NewEvent } from '../events/catalog.ts';
import { record } from '../events/record.ts';
import { decidedSizes, type DecidedSize } from '../ledger/sizes.ts';
import { declaredRhythm } from './declared.ts';
import { localOf } from './local-time.ts';
import { lookAtFeed, type Told } from './look.ts';
import { KEPT_DAYS, type ArrivalHour } from './rhythm.ts';
import {
  arrivalsOf,
  lockDue,
  othersIn,
  saveLooks,
  type DueFeed,
  type LookedAt,
  type OtherFeed,
} from './rows.ts';
import { unusualSize, type Unusual } from './size.ts';
import { placeAmongOthers, type Others } from './together.ts';

const DAY_MS = 86_400_000;
const FEEDS_AT_ONCE = 200;
const FORMER_FILES = 40;

/** @returns how many were looked at; there may be more where it is `FEEDS_AT_ONCE` */
export async function lookAtDue(database: Database, now: Date): Promise<number> {
  return database.transaction(async (tx) => {
    const due = await lockDue(tx, now, FEEDS_AT_ONCE);
    if (due.length === 0) return 0;
    const ids = [...new Set(due.map(({ customer }) => customer))];
    const owners = new Map((await customers(tx, ids)).map((owner) => [owner.id, owner]));
    const arrivals = await arrivalsOf(tx, due, new Date(now.getTime() - KEPT_DAYS * DAY_MS));
    const sizes = await decidedSizes(tx, due, FORMER_FILES + 1);
    const others = new OthersByZone(tx, now.getTime());
    const looks: LookedAt[] = [];
    const events: NewEvent[] = [];
    for (const [n, feed] of due.entries()) {
      const owner = owners.get(feed.customer);
      if (!owner) continue;
      const known = { owner, arrivals: arrivals[n] ?? [], others: await others.of(feed, owner.timeZone) };
      const { look, told } = lookAtOne(feed, known, now.getTime());
      const sized = sizesOf(feed, sizes[n] ?? []);
      looks.push({ ...look, sized: sized.last });
      events.push(...told, ...sized.told);
    }
    await saveLooks(tx, looks);
    await record(tx, now, ...events);
    return due.length;
  });
}

interface Known {
  owner: Customer;
  arrivals: readonly ArrivalHour[];
  others: Others;
}

function lookAtOne(
  { feed, ...due }: DueFeed,
  { owner, arrivals, others }: Known,
  nowMs: number,
): { look: LookedAt; told: NewEvent[] } {
  const declared = declaredOf(owner, due);
  const past = { zone: owner.timeZone, arrivals, declared };
  const { feed: after, told, nextMs } = lookAtFeed(past, feed, others, nowMs);
  return {
    look: { ...due, feed: after, nextMs },
    told: told.map((one) => eventOf(due, one, nowMs)),
  };
}

function declaredOf({ sources }: Customer, { source, type }: Omit<DueFeed, 'feed'>) {
  const declared = Object.hasOwn(sources, source) ? sources[source]?.feeds?.[type] : undefined;
  return declared === undefined ? null : declaredRhythm(declared);
}

function eventOf(
  { customer, source, type, lastMs }: Omit<DueFeed, 'feed'>,
  told: Told,
  nowMs: number,
): NewEvent {
  const about = { customer, subject: source };
  const last = new Date(lastMs).toISOString();
  if (told.type === 'resumed') {
    const since = new Date(told.missingSinceMs).toISOString();
    return { type: 'feed.resumed', ...about, data: { type, missingSince: since } };
  }
  const { usualMs } = told.expected;
  const expected = new Date(usualMs).toISOString();
  const minutesLate = Math.round((nowMs - usualMs) / 60_000);
  return { type: `feed.${told.type}`, ...about, data: { type, expected, minutesLate, last } };
}

/** The first look at a source that sent before there were feeds tells of nothing that is over. */
function sizesOf(
  { customer, source, type, sized }: DueFeed,
  files: readonly DecidedSize[],
): { last: number; told: NewEvent[] } {
  const last = Math.max(sized, ...files.map(({ id }) => id));
  if (sized === 0) return { last, told: [] };
  const told = files.flatMap(({ id, entries, removals }, n): NewEvent[] => {
    if (id <= sized) return [];
    const former = files.slice(Math.max(0, n - FORMER_FILES), n);
    const why: Unusual | null = unusualSize({ entries, removals }, former);
    if (why === null) return [];
    const all = former.map((file) => (why === 'many_removals' ? file.removals : file.entries));
    const counted = why === 'many_removals' ? { removals } : { entries };
    const data = { type, why, ...counted, least: Math.min(...all), most: Math.max(...all) };
    return [{ type: 'feed.unusual', customer, subject: source, data }];
  });
  return { last, told };
}

/** Loaded once in a look, and only for zones where a file is late. */
class OthersByZone {
  readonly #tx: Transaction;
  readonly #nowMs: number;
  readonly #zones = new Map<string, OtherFeed[]>();

  constructor(tx: Transaction, nowMs: number) {
    this.#tx = tx;
    this.#nowMs = nowMs;
  }

  async of({ customer, source, type, feed }: DueFeed, zone: string): Promise<Others> {
    const others = { due: 0, silent: 0, coming: 0 };
    // What is learnt in this very look is expected later than now.
    if (!feed.expected || feed.expected.lateMs > this.#nowMs) return others;
    const all = this.#zones.get(zone) ?? (await othersIn(this.#tx, zone));
    this.#zones.set(zone, all);
    const nowMs = this.#nowMs;
    const today = localOf(nowMs, zone).day;
    for (const other of all) {
      if (other.customer === customer && other.source === source && other.type === type) continue;
      const place = placeAmongOthers(other, today, { zone, nowMs });
      if (place === 'coming') others.coming += 1;
      else if (place !== null) others.due += 1;
      if (place === 'silent') others.silent += 1;
    }
    return others;
  }
}

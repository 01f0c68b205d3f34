import { expect, it } from 'vitest';
import { periodsOf } from '../../src/order/periods.ts';
import { throttle, type Caps } from '../../src/order/throttle.ts';
import { mulberry } from '../support/random.ts';
import { afterTurn, afterUpload, type Standing, type TurnResult } from '../../src/order/turns.ts';

/**
 * A month of a busy service, on the rules that the daemon runs by (turns, throttle, periods) and a clock that jumps
 * from event to event: 1,000 customers, 100,000 files, restarts and changed caps.
 */
const SEED = Number(process.env.SPOOLGATE_SIMULATION_SEED ?? 20_260_501);
const CUSTOMERS = 1_000;
/** Equal customers that each bring a mountain of small files on the first day. */
const MOUNTAINS = 20;
const MOUNTAIN_FILES = 3_000;
const OTHER_FILES = 41;
const DAYS = 30;
const SETTLE_MS = 2_000;
const TURN_MS = 12;
const WORKERS = 2;
const START = Date.UTC(2026, 4, 1);
const HOUR_MS = 3_600_000;

interface Customer {
  id: number;
  caps: Caps;
  standing: Standing | null;
  /** Waiting files by ascending number. */
  files: { number: number; entries: number; at: number }[];
  arrivals: { number: number; entries: number; at: number }[];
  nextArrival: number;
  batch: number;
  used: Map<string, number>;
  done: number[];
  firstHour: number;
  saturated: { used: number; cap: number }[];
}

const random = mulberry(SEED);
const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));

function newCustomer(id: number): Customer {
  const mountain = id < MOUNTAINS;
  const arrivals = Array.from({ length: mountain ? MOUNTAIN_FILES : OTHER_FILES }, (_, index) => ({
    number: index + 1,
    entries: mountain ? between(1, 3) : between(1, 200),
    at: mountain ? START + 1_000 : START + between(0, (DAYS - 1) * 24 * HOUR_MS),
  }));
  const times = arrivals.map(({ at }) => at).toSorted((a, b) => a - b);
  for (const [index, arrival] of arrivals.entries()) arrival.at = times[index] ?? arrival.at;
  const caps = { perFile: 200, hourly: mountain ? 750 : between(200, 900), daily: 10_000 };
  return {
    id,
    caps,
    standing: null,
    files: [],
    arrivals,
    nextArrival: 0,
    batch: 0,
    used: new Map(),
    done: [],
    firstHour: 0,
    saturated: [],
  };
}

const key = (period: string, start: Date) => `${period} ${start.getTime()}`;

/** One turn by the daemon's rules: what its file may do, and where the customer stands afterwards. */
function turn(customer: Customer, now: Date): TurnResult {
  if (customer.batch === 0) customer.batch = customer.files.length;
  const file = customer.files[0];
  if (!file || customer.batch === 0) return { kind: 'done', lastUploadAt: null, waitingSince: null };
  const periods = periodsOf(now);
  const hour = customer.used.get(key('hour', periods.hour)) ?? 0;
  const day = customer.used.get(key('day', periods.day)) ?? 0;
  const verdict = throttle(file.entries, customer.caps, { hour, day }, periods, true);
  if (!verdict.go && 'until' in verdict) {
    if (verdict.wait === 'hour') customer.saturated.push({ used: hour, cap: customer.caps.hourly });
    customer.batch = 0;
    return { kind: 'deferred', until: verdict.until };
  }
  customer.files.shift();
  customer.batch -= 1;
  if (verdict.go) {
    customer.used.set(key('hour', periods.hour), hour + file.entries);
    customer.used.set(key('day', periods.day), day + file.entries);
    if (now.getTime() < START + 60_000) customer.firstHour += 1;
  }
  customer.done.push(file.number);
  if (customer.batch > 0) return { kind: 'more' };
  const last = customer.files.at(-1);
  return {
    kind: 'done',
    lastUploadAt: last ? new Date(last.at) : null,
    waitingSince: last ? new Date(last.at) : null,
  };
}

/** Customers by the moment of their next turn; those of one moment in the order in which they came. */
class Line {
  readonly #heap: { at: number; order: number; customer: Customer }[] = [];
  #order = 0;

  push(customer: Customer, at: number): void {
    this.#heap.push({ at, order: (this.#order += 1), customer });
    for (let child = this.#heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  pop(): { at: number; customer: Customer } | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (!top || !last || this.#heap.length === 0) return top;
    this.#heap[0] = last;
    for (let parent = 0; ;) {
      const [left, right] = [parent * 2 + 1, parent * 2 + 2];
      let least = parent;
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left;
      if (right < this.#heap.length && this.#isBefore(right, least)) least = right;
      if (least === parent) return top;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    return a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order));
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a && b) [this.#heap[one], this.#heap[other]] = [b, a];
  }
}

function simulate(customers: Customer[]): void {
  const line = new Line();
  const free = Array.from({ length: WORKERS }, () => START);
  for (const customer of customers) line.push(customer, customer.arrivals[0]?.at ?? Infinity);
  for (let next = line.pop(); next; next = line.pop()) {
    const { customer } = next;
    const worker = free.indexOf(Math.min(...free));
    const now = Math.max(
      next.at,
      next.at >= (customer.standing?.nextTurnAt.getTime() ?? Infinity) ? (free[worker] ?? 0) : 0,
    );
    receive(customer, now);
    const { standing } = customer;
    if (standing && standing.phase !== 'idle' && standing.nextTurnAt.getTime() <= now) {
      free[worker] = now + TURN_MS;
      const result = turn(customer, new Date(now));
      customer.standing = afterTurn(standing, result, new Date(now + TURN_MS), SETTLE_MS);
      disturb(customer, now);
    }
    const upcoming = [customer.arrivals[customer.nextArrival]?.at ?? Infinity];
    if (customer.standing && customer.standing.phase !== 'idle')
      upcoming.push(customer.standing.nextTurnAt.getTime());
    const at = Math.min(...upcoming);
    if (at !== Infinity) line.push(customer, at);
  }
}

function receive(customer: Customer, now: number): void {
  for (
    let file = customer.arrivals[customer.nextArrival];
    file && file.at <= now;
    file = customer.arrivals[customer.nextArrival]
  ) {
    customer.files.push(file);
    customer.nextArrival += 1;
    customer.standing = afterUpload(customer.standing, new Date(file.at), SETTLE_MS);
  }
}

/** A daemon that restarts forgets its batch in hand; an operator lowers or raises a cap, and the customer looks again. */
function disturb(customer: Customer, now: number): void {
  if (random() < 0.001) customer.batch = 0;
  if (customer.id < MOUNTAINS || random() > 0.002 || !customer.standing) return;
  customer.caps = { ...customer.caps, hourly: Math.max(between(200, 900), maxUsed(customer)) };
  if (customer.standing.phase === 'deferred')
    customer.standing = { ...customer.standing, phase: 'running', nextTurnAt: new Date(now) };
}

function maxUsed(customer: Customer): number {
  return Math.max(
    0,
    ...[...customer.used].filter(([period]) => period.startsWith('hour')).map(([, used]) => used),
  );
}

it(`a month of 1,000 customers keeps every cap and every order, and is fair (seed ${SEED})`, () => {
  const customers = Array.from({ length: CUSTOMERS }, (_, id) => newCustomer(id));
  simulate(customers);
  expect(customers.reduce((sum, { done }) => sum + done.length, 0)).toBeGreaterThan(99_000);
  for (const { caps, used, done, arrivals } of customers) {
    for (const [period, entries] of used)
      expect(entries, period).toBeLessThanOrEqual(period.startsWith('hour') ? caps.hourly : caps.daily);
    expect(done).toEqual(arrivals.map(({ number }) => number));
  }
  const mountains = customers.slice(0, MOUNTAINS);
  const saturated = mountains.flatMap((customer) => customer.saturated);
  const usage = saturated.reduce((sum, { used, cap }) => sum + used / cap, 0) / saturated.length;
  expect(saturated.length).toBeGreaterThan(MOUNTAINS * 5);
  expect(usage).toBeGreaterThanOrEqual(0.995);
  const turns = mountains.map(({ firstHour }) => firstHour);
  const jain =
    turns.reduce((a, b) => a + b, 0) ** 2 / (turns.length * turns.reduce((sum, x) => sum + x * x, 0));
  expect(jain).toBeGreaterThanOrEqual(0.999);
});

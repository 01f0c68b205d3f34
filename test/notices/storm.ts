/**
 * Many events for receivers at their worst: each answers 500, does not answer, or closes early for a share of what it gets, and
 * one is away until it comes back. The clock is moved whenever nothing is due, so that days pass in minutes.
 */
import type { Database } from '../../src/database/open.ts';
import { followEvents } from '../../src/events/follow.ts';
import { record } from '../../src/events/record.ts';
import type { NewEvent } from '../../src/events/catalog.ts';
import { CUSTOMER_TYPES } from '../../src/notice-types.ts';
import { Deliveries } from '../../src/notices/deliver.ts';
import { saveEndpoints } from '../../src/notices/endpoints.ts';
import { noticeTell } from '../../src/notices/put-in.ts';
import type { TestClock } from '../support/clock.ts';
import { mulberry } from '../support/random.ts';
import { accept, answer, closeEarly, neverAnswer, startReceiver, type Behaviour } from './receiver.ts';

/** Of each file, in this order. */
const WAY = ['file.received', 'file.deferred', 'file.applied', 'undo.applied', 'report.written'] as const;
const TIMEOUT_MS = 150;
const EVENTS_AT_ONCE = 1_000;
/** One goes on being away for so many tries. */
const AWAY_TRIES = 12;

export interface Storm {
  events: number;
  /** Numbers of events that no receiver has taken. */
  lost: string[];
  /** Files of which a later event was taken before an earlier one. */
  outOfOrder: string[];
  /** Taken more than once. */
  twice: number;
  tries: number;
  ms: number;
  /** Live heap in MiB after each tenth, after a collection where that can be asked for. */
  heap: number[];
}

/** @param say told how far it is */
export async function storm(
  parts: { database: Database; clock: TestClock; secrets: string },
  events: number,
  say: (text: string) => void = () => {},
): Promise<Storm> {
  const { database, clock, secrets } = parts;
  const random = mulberry(20);
  let tries = 0;
  const sometimes =
    (share: number, worst: Behaviour): Behaviour =>
    (response, one, nth) => {
      tries += 1;
      (random() < share ? worst : accept)(response, one, nth);
    };
  let missed = 0;
  const away: Behaviour = (response, one, nth) => {
    tries += 1;
    missed += 1;
    (missed <= AWAY_TRIES ? answer(503) : accept)(response, one, nth);
  };
  const behaviours = [
    sometimes(0.05, answer(500)),
    sometimes(0.005, neverAnswer),
    sometimes(0.05, closeEarly),
    away,
  ];
  await using opened = new AsyncDisposableStack();
  const taken: string[][] = [];
  for (const [index, behaviour] of behaviours.entries()) {
    const own: string[] = [];
    taken.push(own);
    const receiver = opened.use(
      await startReceiver((response, one, nth) => {
        // Whether it is taken is known once it was answered; kept is the least that is needed.
        response.on('finish', () => {
          if (response.statusCode < 300) own.push(String(one.headers['webhook-id']));
        });
        receiver.received.length = 0;
        behaviour(response, one, nth);
      }),
    );
    await declare(database, clock, index + 1, receiver.url);
  }
  const began = performance.now();
  await recordAll(database, clock, events, behaviours.length);
  const tell = noticeTell(() => clock.now());
  await followEvents(database, tell, 'notices');
  const deliveries = new Deliveries({
    database,
    clock,
    rules: { allowNetworks: ['127.0.0.0/8'], allowHttp: true, timeoutMs: TIMEOUT_MS },
    secrets,
    sendMail: null,
    mailHost: 'x',
    chance: random,
    pace: { turn: async () => {} },
    stopping: new AbortController().signal,
    observe: () => {},
  });
  const heap = await deliverAll(database, deliveries, { clock, events, say });
  return { ...(await checked(database, taken)), events, tries, ms: performance.now() - began, heap };
}

async function declare(
  database: Database,
  clock: TestClock,
  customer: number,
  target: string,
): Promise<void> {
  await database.query('insert into customer (id, name, folder) values ($1, $2, $2) on conflict do nothing', [
    customer,
    `c${customer}`,
  ]);
  const format = 'standard' as const;
  const endpoint = {
    kind: 'webhook' as const,
    name: 'erp',
    target,
    types: CUSTOMER_TYPES,
    format,
    secret: 'erp',
  };
  await database.transaction((tx) => saveEndpoints(tx, customer, [endpoint], clock.now()));
}

async function recordAll(
  database: Database,
  clock: TestClock,
  events: number,
  customers: number,
): Promise<void> {
  const nth = (n: number): NewEvent => {
    // Files of all customers, in and out of each other.
    const file = Math.floor(n / (WAY.length * 8)) * 8 + (n % 8);
    const step = Math.floor((n % (WAY.length * 8)) / 8);
    const type = WAY[step] ?? 'file.received';
    return { type, customer: (file % customers) + 1, subject: `${file}.csv`, data: { until: '' } } as never;
  };
  for (let from = 0; from < events; from += EVENTS_AT_ONCE) {
    const some = Array.from({ length: Math.min(EVENTS_AT_ONCE, events - from) }, (_, index) =>
      nth(from + index),
    );
    await database.transaction((tx) => record(tx, clock.now(), ...some));
  }
}

async function deliverAll(
  database: Database,
  deliveries: Deliveries,
  { clock, events, say }: { clock: TestClock; events: number; say: (text: string) => void },
): Promise<number[]> {
  const heap: number[] = [];
  let left = events;
  while (left > 0) {
    const faults: unknown[] = [];
    await deliveries.fill((fault) => void faults.push(fault));
    await deliveries.idle();
    if (faults.length > 0) throw faults[0];
    const { rows } = await database.query<{ left: number; next: Date | null; disabled: number }>(
      `select (select count(*) from notice_delivery where done_at is null) as left,
              (select min(next_try_at) from notice_delivery where done_at is null and tries > 0) as next,
              (select count(*) from notice_endpoint where disabled_at is not null) as disabled`,
    );
    left = rows[0]?.left ?? 0;
    clock.advance(Math.max(1_000, (rows[0]?.next?.getTime() ?? 0) - clock.now().getTime()));
    if (rows[0]?.disabled !== 0) throw new Error('a receiver that had come back was disabled');
    if (heap.length < Math.floor(((events - left) * 10) / events)) {
      globalThis.gc?.();
      heap.push(Math.round(process.memoryUsage().heapUsed / 1_048_576));
      say(`${events - left} of ${events}, ${heap.at(-1)} MiB`);
    }
  }
  return heap;
}

async function checked(database: Database, taken: string[][]) {
  const first = new Map<string, number>();
  let twice = 0;
  for (const list of taken)
    for (const [index, id] of list.entries()) {
      if (first.has(id)) twice += 1;
      else first.set(id, index);
    }
  const { rows } = await database.query<{ id: string; file: string }>(
    `select 'evt_' || id as id, customer_id || '/' || subject as file from event
      where type = any($1) order by event.id`,
    [WAY],
  );
  const lost = rows.filter(({ id }) => !first.has(id)).map(({ id }) => id);
  const outOfOrder = [...Map.groupBy(rows, ({ file }) => file)]
    .filter(([, ids]) =>
      ids.some(({ id }, n) => n > 0 && (first.get(id) ?? 0) < (first.get(ids[n - 1]?.id ?? '') ?? 0)),
    )
    .map(([file]) => file);
  return { lost, outOfOrder, twice };
}

/** What the tables of feeds hold, and what is told from them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/events/catalog.ts';
import { takeIn } from '../../src/feeds/arrivals.ts';
import { forgetArrivals } from '../../src/feeds/rows.ts';
import { feedStandings } from '../../src/feeds/standings.ts';
import { lookAtDue } from '../../src/feeds/watch.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BEGIN = Date.UTC(2026, 8, 7);
const LONG_AGO = new Date(0);

let database: TestDatabase;
let number: number;

beforeEach(async () => {
  database = await cloneDatabase();
  number = 0;
  await database.query(
    `insert into customer (id, name, folder) values (1, 'One', '1'), (2, 'Two', '2'), (3, 'Three', '3'), (4, 'Four', '4'), (5, 'Five', '5')`,
  );
});
afterEach(() => database.drop());

const received = (customer: number, at: Date, type = 'file.received'): StoredEvent => ({
  id: String((number += 1)),
  at,
  type,
  customer,
  who: null,
  address: null,
  subject: `${customer}_hr_PRV_${number}.csv`,
  data: {},
});

/** Every day at six, from the first day on. */
async function daily(customer: number, days: number, from = 0): Promise<void> {
  const events = Array.from({ length: days }, (_, n) =>
    received(customer, new Date(BEGIN + (from + n) * DAY_MS + 6 * HOUR_MS)),
  );
  await takeIn(database, KINDS.types, events, LONG_AGO);
}

/** Looks as the job does, and goes on until nothing is due. */
async function look(day: number, hour: number): Promise<void> {
  while ((await lookAtDue(database, new Date(BEGIN + day * DAY_MS + hour * HOUR_MS))) > 0);
}

async function told(): Promise<string[]> {
  const { rows } = await database.query<{ text: string }>(
    `select type || ' ' || customer_id || ' ' || subject || ' ' || (data->>'type') as text from event order by id`,
  );
  return rows.map(({ text }) => text);
}

const standing = async (customer: number) => (await feedStandings(database, customer))[0]?.standing;

it('a file that does not come is late, then missing, and told once; the next one ends it', async () => {
  await daily(1, 28);
  await look(27, 7);
  expect(await standing(1)).toBe('on_time');
  await look(28, 7.5);
  expect(await standing(1)).toBe('late');
  await look(28, 9);
  await look(29, 9);
  expect(await standing(1)).toBe('missing');
  await daily(1, 1, 30);
  await look(30, 7);
  expect(await standing(1)).toBe('on_time');
  expect(await told()).toEqual(['feed.late 1 hr PRV', 'feed.missing 1 hr PRV', 'feed.resumed 1 hr PRV']);
  const { rows } = await database.query<{ data: object }>(
    `select data from event where type = 'feed.missing'`,
  );
  expect(rows[0]?.data).toEqual({
    type: 'PRV',
    expected: new Date(BEGIN + 28 * DAY_MS + 6 * HOUR_MS).toISOString(),
    minutesLate: 180,
    last: new Date(BEGIN + 27 * DAY_MS + 6 * HOUR_MS).toISOString(),
  });
});

it('what is told again changes nothing, nor what comes in another order', async () => {
  const events = Array.from({ length: 28 }, (_, n) =>
    received(1, new Date(BEGIN + n * DAY_MS + 6 * HOUR_MS)),
  );
  await takeIn(database, KINDS.types, events.toReversed(), LONG_AGO);
  await takeIn(database, KINDS.types, events, LONG_AGO);
  const { rows } = await database.query('select first_at, last_at from feed_hour');
  expect(rows).toHaveLength(28);
  const [feed] = await feedStandings(database, 1);
  expect(feed?.last.getTime()).toBe(BEGIN + 27 * DAY_MS + 6 * HOUR_MS);
});

it.each([
  ['a name that breaks the grammar', 'notes.txt', 1],
  ['a type that nobody knows', '1_hr_XYZ_1.csv', 1],
  ['a file that speaks for another customer', '2_hr_PRV_1.csv', 1],
  ['a file of a customer that is gone', '9_hr_PRV_1.csv', 9],
])('%s is of no source', async (_, subject, customer) => {
  await takeIn(database, KINDS.types, [{ ...received(customer, new Date(BEGIN)), subject }], LONG_AGO);
  expect(await feedStandings(database, null)).toEqual([]);
});

it('a day on which hardly any source sends is told of none; the day after is', async () => {
  for (const customer of [1, 2, 3, 4, 5]) await daily(customer, 28);
  await look(27, 7);
  for (const hour of [7, 8.5, 10]) await look(28, hour);
  expect(await standing(1)).toBe('quiet');
  for (const customer of [2, 3, 4, 5]) await daily(customer, 1, 29);
  for (const hour of [7, 8.5, 10]) await look(29, hour);
  expect((await told()).filter((text) => !text.startsWith('feed.late'))).toEqual(['feed.missing 1 hr PRV']);
  expect(await standing(2)).toBe('on_time');
});

describe('what the organisation file says comes first', () => {
  const declare = (feeds: object) =>
    database.query('update customer set sources = $1 where id = 1', [{ hr: { feeds } }]);

  it('nothing is expected of a source of which it says so', async () => {
    await declare({ PRV: 'none' });
    await daily(1, 28);
    await look(27, 7);
    await look(28, 20);
    expect(await told()).toEqual([]);
  });

  it('a source is expected from the first day on', async () => {
    await declare({ PRV: { days: ['mon'], by: '06:30', graceMinutes: 30 } });
    await daily(1, 1);
    await look(0, 7);
    await look(6, 12);
    expect(await told()).toEqual([]);
    await look(7, 6.75);
    await look(7, 7.25);
    expect(await told()).toEqual(['feed.late 1 hr PRV', 'feed.missing 1 hr PRV']);
  });
});

describe('the size of files', () => {
  /** Decided files of so many entries each. */
  async function decided(...sizes: readonly (number | [entries: number, removals: number])[]): Promise<void> {
    for (const [total, removals] of sizes.map((size) => (typeof size === 'number' ? [size, 0] : size)))
      await database.query(
        `insert into change_file (customer_id, name, type, source, sequence, state, received_at, bytes, modified_at, decision, total, finished_at, removals)
         values (1, $1, 'PRV', 'hr', $2, 'filed', now(), 1, now(), 'applied', $3, now(), $4)`,
        [`1_hr_PRV_${(number += 1)}.csv`, number, total, removals],
      );
    await takeIn(database, KINDS.types, [received(1, new Date(BEGIN), 'file.applied')], LONG_AGO);
    await look(1, 0);
  }
  const unusual = async () => {
    const { rows } = await database.query<{ data: object }>(
      `select data from event where type = 'feed.unusual' order by id`,
    );
    return rows.map(({ data }) => data);
  };

  it('a file far smaller or larger than the others is told once', async () => {
    await daily(1, 1);
    await decided(100, 110, 90, 100, 105, 95, 100, 100, 20);
    expect(await unusual()).toEqual([]);
    await decided(10, 1000, 1100);
    expect(await unusual()).toEqual([{ type: 'PRV', why: 'huge', entries: 1000, least: 10, most: 110 }]);
  });

  it('a tiny one', async () => {
    await daily(1, 1);
    await decided(100, 110, 90, 100, 105, 95, 100, 100);
    await decided(17);
    expect(await unusual()).toEqual([{ type: 'PRV', why: 'tiny', entries: 17, least: 90, most: 110 }]);
  });

  it('one that takes something from many people', async () => {
    await daily(1, 1);
    await decided(100, [100, 1], [100, 2], 100, 100, 100, 100, 100);
    await decided([100, 15]);
    expect(await unusual()).toEqual([{ type: 'PRV', why: 'many_removals', removals: 15, least: 0, most: 2 }]);
  });
});

it('two daemons tell it once', async () => {
  for (const customer of [1, 2]) await daily(customer, 28);
  await look(27, 7);
  const now = new Date(BEGIN + 28 * DAY_MS + 9 * HOUR_MS);
  await Promise.all([lookAtDue(database, now), lookAtDue(database, now)]);
  expect((await told()).toSorted()).toEqual(['feed.missing 1 hr PRV', 'feed.missing 2 hr PRV']);
});

it('hours that say nothing any more are forgotten', async () => {
  await daily(1, 28);
  await forgetArrivals(database, new Date(BEGIN + 27 * DAY_MS));
  const { rows } = await database.query('select 1 from feed_hour');
  expect(rows).toHaveLength(1);
});

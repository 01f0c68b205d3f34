/** Which events make up the journal of a day: each one of exactly one day, whatever commits late and whatever clocks do. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Queryable } from '../../src/database/open.ts';
import { closeDays, unpublished } from '../../src/journal/closing.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { seededRandom } from '../model/random.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('truncate event, journal_archive, journal_closing restart identity');
});

/** @returns its id */
async function happens(at: string, db: Queryable = database): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into event (id, at, type, customer_id, data)
     select nextval('event_id'), $1, 'customer.held', 1, '{"journal":{"name":"Acme"}}'
       from (select pg_current_xact_id() as number offset 0) begun returning id`,
    [at],
  );
  return rows[0]?.id ?? 0;
}

const close = (now: string) => closeDays(database, new Date(now));

/** Day → ids of its events. */
async function closed(): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const { day, events } of await unpublished(database)) {
    const { rows } = await database.query<{ id: number }>(
      `select event.id from unnest($1::bigint[], $2::bigint[]) r (first, last)
         join event on event.id between r.first and r.last order by 1`,
      [events.map(({ from }) => from), events.map(({ to }) => to)],
    );
    found[day] = rows.map(({ id }) => id);
  }
  return found;
}

it('a day is closed when it is over, and one without an event never', async () => {
  const first = await happens('2026-03-01T09:00:00Z');
  expect(await close('2026-03-01T23:59:59Z')).toBe(true);
  expect(await closed()).toEqual({});
  const last = await happens('2026-03-01T23:59:59.9Z');
  const next = await happens('2026-03-02T00:00:00Z');
  expect(await close('2026-03-02T00:00:20Z')).toBe(true);
  expect(await closed()).toEqual({ '2026-03-01': [first, last] });
  expect(await close('2026-03-04T00:00:20Z')).toBe(true);
  expect(await closed()).toEqual({ '2026-03-01': [first, last], '2026-03-02': [next] });
});

it('days that nobody was there to close are closed one by one', async () => {
  const one = await happens('2026-03-01T09:00:00Z');
  const other = await happens('2026-03-03T09:00:00Z');
  await close('2026-03-09T12:00:00Z');
  expect(await closed()).toEqual({ '2026-03-01': [one], '2026-03-03': [other] });
});

it('what is late stands in the journal of a later day', async () => {
  const early = await happens('2026-03-01T09:00:00Z');
  await close('2026-03-02T00:00:20Z');
  const late = await happens('2026-03-01T23:00:00Z');
  await close('2026-03-02T00:05:00Z');
  expect(await closed()).toEqual({ '2026-03-01': [early] });
  const next = await happens('2026-03-02T09:00:00Z');
  await close('2026-03-03T00:00:20Z');
  expect(await closed()).toEqual({ '2026-03-01': [early], '2026-03-02': [late, next] });
});

it('what is late, on a day on which nothing else happens, too', async () => {
  await happens('2026-03-01T09:00:00Z');
  await close('2026-03-02T00:00:20Z');
  const late = await happens('2026-03-01T23:00:00Z');
  await close('2026-03-03T00:00:20Z');
  expect((await closed())['2026-03-02']).toEqual([late]);
});

it('a clock that was ahead for a while takes nothing away and doubles nothing', async () => {
  const morning = await happens('2026-03-01T09:00:00Z');
  const ahead = await happens('2027-01-01T10:00:00Z');
  await close('2027-01-01T10:00:20Z');
  const evening = await happens('2026-03-01T20:00:00Z');
  await close('2026-03-02T00:00:20Z');
  const next = await happens('2026-03-02T09:00:00Z');
  await close('2026-03-03T00:00:20Z');
  expect(await closed()).toEqual({ '2026-03-01': [morning], '2026-03-02': [ahead, evening, next] });
});

it('a transaction from before midnight is waited for, some minutes, and then is late', async () => {
  const done = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<number>();
  const long = database.transaction(async (tx) => {
    begun.resolve(await happens('2026-03-01T23:59:58Z', tx));
    await done.promise;
  });
  const id = await begun.promise;
  const other = await happens('2026-03-01T23:59:59Z');
  expect(await close('2026-03-02T00:00:20Z')).toBe(false);
  expect(await closed()).toEqual({});
  expect(await close('2026-03-02T00:10:20Z')).toBe(true);
  expect(await closed()).toEqual({ '2026-03-01': [other] });
  done.resolve();
  await long;
  expect(await closed()).toEqual({ '2026-03-01': [other] });
  await close('2026-03-03T00:00:20Z');
  expect(await closed()).toEqual({ '2026-03-01': [other], '2026-03-02': [id] });
});

it('two daemons close a day once', async () => {
  const ids = [await happens('2026-03-01T09:00:00Z'), await happens('2026-03-01T10:00:00Z')];
  await Promise.all([
    close('2026-03-02T00:00:20Z'),
    close('2026-03-02T00:00:20Z'),
    close('2026-03-02T00:00:21Z'),
  ]);
  expect(await closed()).toEqual({ '2026-03-01': ids });
});

it('in random orders of commits, clocks and looks each event is of one day', async () => {
  const random = seededRandom(20_261_127);
  for (let run = 0; run < 10; run += 1) {
    await database.query('truncate event, journal_archive, journal_closing restart identity');
    const open: { end: () => void; over: Promise<unknown> }[] = [];
    let ms = Date.parse('2026-03-01T20:00:00Z');
    const now = () => new Date(ms).toISOString();
    for (let step = 0; step < 60; step += 1) {
      ms += random.below(60) * 60_000;
      if (random.percent(10)) ms += (random.below(2_000) - 1_000) * 60_000;
      const draw = random.below(10);
      if (draw < 5) await happens(now());
      else if (draw < 7 && open.length < 4) {
        const [done, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const over = database.transaction(async (tx) => {
          await happens(now(), tx);
          begun.resolve();
          await done.promise;
          if (random.percent(20)) throw new Error('taken back');
        });
        open.push({ end: done.resolve, over: over.catch(() => {}) });
        await begun.promise;
      } else if (draw < 8) {
        const ended = open.shift();
        ended?.end();
        await ended?.over;
      } else await close(now());
    }
    for (const one of open) {
      one.end();
      await one.over;
    }
    // A day on which something happens closes all that is left.
    const { rows } = await database.query<{ end: Date }>(
      `select max(at) + interval '3 days' as end from event`,
    );
    await happens((rows[0]?.end ?? new Date()).toISOString());
    ms = (rows[0]?.end ?? new Date()).getTime() + 2 * 86_400_000;
    await close(now());
    const all = await database.query<{ id: number }>('select id from event order by event.id');
    const told = Object.values(await closed())
      .flat()
      .toSorted((one, other) => one - other);
    expect(told, `run ${run}`).toEqual(all.rows.map(({ id }) => id));
  }
}, 120_000);

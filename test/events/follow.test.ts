/** Followers on a real database: what concurrent transactions do to the order, and who tells. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openDatabase, type Transaction } from '../../src/database/open.ts';
import type { StoredEvent } from '../../src/events/catalog.ts';
import { Follower, followEvents, waking } from '../../src/events/follow.ts';
import { record } from '../../src/events/record.ts';
import { poll } from '../support/courier.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { mulberry } from '../support/random.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query('delete from event; delete from event_follower; alter sequence event_id restart'),
);

const note = (tx: Transaction, ...subjects: string[]) =>
  record(
    tx,
    systemClock.now(),
    ...subjects.map((subject) => ({ type: 'file.withdrawn', subject, data: {} }) as const),
  );
const commit = (...subjects: string[]) => database.transaction((tx) => note(tx, ...subjects));

/** A transaction that stays open until it is told to end. */
async function open(...subjects: string[]): Promise<(end: 'commit' | 'rollback') => Promise<void>> {
  const recorded = Promise.withResolvers<void>();
  const ending = Promise.withResolvers<void>();
  const done = database.transaction(async (tx) => {
    await note(tx, ...subjects);
    recorded.resolve();
    await ending.promise;
  });
  await recorded.promise;
  return async (end) => {
    if (end === 'commit') ending.resolve();
    else ending.reject(new Error('taken back'));
    await done.catch(() => {});
  };
}

let told: string[] = [];
beforeEach(() => {
  told = [];
});
const tell = async (events: readonly StoredEvent[]) => {
  told.push(...events.map(({ subject }) => subject ?? ''));
  return true;
};
const follow = () => followEvents(database, tell);

const missing = async () => {
  const { rows } = await database.query<{ missing: unknown[] }>('select missing from event_follower');
  return rows[0]?.missing;
};

describe('what is committed later with a lower number', () => {
  it('is told when it is there, and nothing waits for it', async () => {
    const end = await open('early');
    await commit('late');
    await follow();
    expect(told).toEqual(['late']);
    await follow();
    await end('commit');
    await commit('last');
    await follow();
    expect(told).toEqual(['late', 'early', 'last']);
    await follow();
    expect([told.length, await missing()]).toEqual([3, []]);
  });

  it('is not waited for any more once it cannot come', async () => {
    const other = await open('other');
    const end = await open('taken back');
    await commit('late');
    await follow();
    await end('rollback');
    await follow();
    expect(await missing()).toHaveLength(1);
    await other('commit');
    // Transactions of other databases of the server count too: other tests may run some.
    await poll('the range to end', 20, async () => {
      await follow();
      return (await missing())?.length === 0 ? true : null;
    });
    expect(told).toEqual(['late', 'other']);
  });

  it('has the number of its transaction before its event has one: a range that is closed stays empty', async () => {
    const altered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    // Whoever draws a number waits.
    const holding = database.transaction(async (tx) => {
      await tx.query('alter sequence event_id cache 1');
      altered.resolve();
      await release.promise;
    });
    await altered.promise;
    const recording = commit('a');
    const number = await poll('the one that waits', 5, async () => {
      const { rows } = await database.query<{ numbered: boolean }>(
        `select backend_xid is not null as numbered from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0] ?? null;
    });
    release.resolve();
    await Promise.all([holding, recording]);
    expect(number).toEqual({ numbered: true });
  });

  it('random transactions, some taken back, some long: each is told once, and what follows comes after', async () => {
    const random = mulberry(14);
    const running = new Set<Promise<void>>();
    let committed = 0;
    const expected: string[] = [];
    const one = async (lane: number) => {
      for (let step = 0; step < 25; step += 1) {
        const subject = `${lane}.${step}`;
        const takeBack = random() < 0.2;
        const pauseMs = random() < 0.2 ? 30 : 2;
        await database
          .transaction(async (tx) => {
            await note(tx, subject, `${subject}+`);
            await tx.query('select pg_sleep($1)', [pauseMs / 1000]);
            if (takeBack) throw new Error('taken back');
          })
          .then(
            () => {
              committed += 1;
              expected.push(subject, `${subject}+`);
            },
            () => {},
          );
      }
    };
    for (let lane = 0; lane < 6; lane += 1) {
      const done = one(lane).finally(() => running.delete(done));
      running.add(done);
    }
    while (running.size > 0) await follow();
    await follow();
    expect(committed).toBeGreaterThan(50);
    expect(told.toSorted()).toEqual(expected.toSorted());
    for (let lane = 0; lane < 6; lane += 1) {
      const own = told.filter((subject) => subject.startsWith(`${lane}.`));
      expect(own).toEqual(expected.filter((subject) => subject.startsWith(`${lane}.`)));
    }
  }, 30_000);
});

describe('who tells', () => {
  it('what could not be told is told again, with the same numbers', async () => {
    await commit('a', 'b');
    const ids: string[][] = [];
    const fail = async (events: readonly StoredEvent[]) => {
      ids.push(events.map(({ id }) => id));
      return ids.length > 1;
    };
    await followEvents(database, fail);
    await followEvents(database, fail);
    await followEvents(database, fail);
    expect(ids).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  it('of two at the same time one tells, and the other goes on when it has died', async () => {
    await commit('a');
    const inside = Promise.withResolvers<void>();
    const death = Promise.withResolvers<boolean>();
    const first = followEvents(database, async () => {
      inside.resolve();
      return death.promise;
    });
    await inside.promise;
    await follow();
    expect(told).toEqual([]);
    death.reject(new Error('died'));
    await expect(first).rejects.toThrow('died');
    await follow();
    expect(told).toEqual(['a']);
  });

  it('a commit of the own process wakes the follower long before it would look by itself', async () => {
    const failed = (error: unknown) => told.push(String(error));
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const isDueIn = (ms: number) => timers.mock.calls.some(([, given]) => given === ms);
    try {
      await using follower = new Follower({ database, name: 'log', tell, failed });
      await poll('its first look to be over', 5, async () => (isDueIn(1_000) ? true : null));
      timers.mockClear();
      const woken = waking(database, () => follower.wake());
      await woken.transaction((tx) => note(tx, 'a'));
      expect(isDueIn(50)).toBe(true);
      await poll('the event', 5, async () => (told.length > 0 ? true : null));
      expect(told).toEqual(['a']);
    } finally {
      timers.mockRestore();
    }
  });

  it('closing tells what was committed before', async () => {
    const follower = new Follower({ database, name: 'log', tell, failed: () => {} });
    await follower.catchUp();
    await commit('a', 'b');
    await follower[Symbol.asyncDispose]();
    expect(told).toEqual(['a', 'b']);
  });
});

it('rows that were taken over from earlier tables are told by nobody', async () => {
  await database.query(`insert into event (id, at, type, data) values (-2, now(), 'file.withdrawn', '{}')`);
  await commit('new');
  await follow();
  expect(told).toEqual(['new']);
});

it('is told only when no death of the server can take it back', async () => {
  // The server of the tests waits for no disk, but where it is told to.
  await database.query(
    `do $$ begin execute format('alter database %I set synchronous_commit = on', current_database()); end $$`,
  );
  await using opened = new AsyncDisposableStack();
  const durableOne = opened.adopt(await openDatabase(database.url, () => {}), (one) => one.close());
  await commit('lazily committed');
  const { rows } = await database.query<{ end: string }>('select pg_current_wal_insert_lsn()::text as end');
  const durable: boolean[] = [];
  await followEvents(durableOne, async () => {
    const kept = await database.query<{ kept: boolean }>(
      'select pg_current_wal_flush_lsn() >= $1::pg_lsn as kept',
      [rows[0]?.end],
    );
    durable.push(kept.rows[0]?.kept ?? false);
    return true;
  });
  expect(durable).toEqual([true]);
});

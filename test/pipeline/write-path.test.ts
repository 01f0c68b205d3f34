/** What a file costs the database, counted on a server that waits for its disk (bench/write-path.ts has the times). */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeTurn } from '../../src/pipeline/turn.ts';
import { migrated, openServer } from '../faults/own-server.ts';
import { openStation, type TestStation } from '../support/services.ts';

const STATEMENTS_MAX = 35;
const SYNCS_MAX = 5;
const SERVER_MS_MAX = 180_000;

let world: TestStation;
beforeAll(async () => {
  const server = await openServer();
  world = await openStation(undefined, undefined, () => migrated(server), true);
}, SERVER_MS_MAX);
afterAll(() => world[Symbol.asyncDispose]());

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,department\n';
const add = (one: string) => `${one}@example.com,Add,85180,Ann,${one},Sales\n`;
const update = (one: string) => `${one}@example.com,Update,,,,Department of ${one}\n`;
const refused = (one: string) => `${one}@example.com,Suspend,,,,\n`;
const many = (count: number, prefix: string, line: (one: string) => string) =>
  Array.from({ length: count }, (_, index) => line(`${prefix}${index}`)).join('');

async function takeTurns(): Promise<void> {
  while ((await takeTurn(world.services)) !== null);
}

/** Every statement of this process, whoever sends it, also `begin` and `commit`. */
async function statementsOf(work: () => Promise<void>): Promise<string[]> {
  const prototype = pg.Client.prototype as { query: (...given: unknown[]) => unknown };
  const { query } = prototype;
  const sent: string[] = [];
  prototype.query = function counting(this: unknown, ...given: unknown[]) {
    const [first] = given;
    sent.push(typeof first === 'string' ? first : String((first as { text?: unknown }).text));
    return query.apply(this, given);
  };
  try {
    await work();
  } finally {
    prototype.query = query;
  }
  return sent;
}

/** A backend tells of its syncs when it is asked to: all of the pool are, at the same time. */
async function walSyncs(): Promise<number> {
  const { database } = world;
  const all = Promise.withResolvers<void>();
  const POOL = 16;
  let asked = 0;
  const ask = () =>
    database.transaction(async (tx) => {
      await tx.query('select pg_stat_force_next_flush()');
      asked += 1;
      if (asked === POOL) all.resolve();
      await all.promise;
    });
  await Promise.all(Array.from({ length: POOL }, ask));
  const { rows } = await database.query<{ syncs: number }>(
    `select sum(fsyncs)::bigint as syncs from pg_stat_io where object = 'wal'`,
  );
  return rows[0]?.syncs ?? 0;
}

describe('the write path', { timeout: SERVER_MS_MAX }, () => {
  it(`takes at most ${STATEMENTS_MAX} statements for a file of 200 entries, from its announcement to its report`, async () => {
    await world.database.query(
      `update subscription set seats = 100000; update customer set hourly_cap = 100000, daily_cap = 100000`,
    );
    await world.upload('1000001_PRV_1.csv', HEADER + many(70, 'old', add));
    await takeTurns();
    const file = HEADER + many(120, 'new', add) + many(70, 'old', update) + many(10, 'nobody', refused);
    const sent = await statementsOf(async () => {
      await world.upload('1000001_PRV_2.csv', file);
      await takeTurns();
    });
    const { rows } = await world.database.query(
      `select f.state, f.entries, f.written, b.closed_at is not null as reported
         from change_file f join batch b on b.id = f.batch_id where f.name = '1000001_PRV_2.csv'`,
    );
    expect(rows).toEqual([{ state: 'filed', entries: 200, written: 190, reported: true }]);
    expect(sent.length, sent.map((text) => text.trim().slice(0, 60)).join('\n')).toBeLessThanOrEqual(
      STATEMENTS_MAX,
    );
  });

  it(`waits for the disk at most ${SYNCS_MAX} times for a file of one entry`, async () => {
    const FILES = 20;
    const before = await walSyncs();
    for (let number = 0; number < FILES; number += 1) {
      await world.upload(`1000001_PRV_${100 + number}.csv`, HEADER + add(`single${number}`));
      await takeTurns();
    }
    const syncs = (await walSyncs()) - before;
    const { rows } = await world.database.query<{ filed: number }>(
      `select count(*) as filed from change_file where state = 'filed' and sequence >= 100`,
    );
    expect(rows[0]?.filed).toBe(FILES);
    expect(syncs / FILES).toBeGreaterThanOrEqual(2);
    expect(syncs / FILES).toBeLessThanOrEqual(SYNCS_MAX);
  });
});

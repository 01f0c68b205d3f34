/** What the gauges of the database say, and that nothing of the past is read for them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillPast } from '../../bench/past-files.ts';
import { readShared } from '../../daemon/shared-gauges.ts';
import { checkConfiguration } from '../../src/configuration.ts';
import { BANS_IN_FORCE } from '../../src/doors/sign-in/bans.ts';
import { BUSIEST_CUSTOMERS, FILES_WAITING, OLDEST_WAITS } from '../../src/ledger/waiting-gauges.ts';
import { Meters } from '../../src/metrics/meters.ts';
import { HELD_MS } from '../../src/order/guard.ts';
import { PENDING } from '../../src/outbox/pending.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await fillPast(database, NOW, { customers: 100, files: 30_000, waiting: 50 });
});
afterAll(() => database.drop());

async function plan(statement: string, values: unknown[]): Promise<string> {
  const { rows } = await database.query<{ 'QUERY PLAN': string }>(`explain ${statement}`, values);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the gauges of the database', () => {
  it.each([
    ['files waiting', FILES_WAITING, []],
    ['oldest waits', OLDEST_WAITS, [NOW, HELD_MS]],
    ['busiest customers', BUSIEST_CUSTOMERS, [NOW, 500]],
    ['outbox', PENDING, [NOW, 60]],
    ['bans', BANS_IN_FORCE, [NOW]],
  ])('%s: no statement scans a table with a past', async (_, statement, values) => {
    const text = await plan(statement, values);
    expect(text).toMatch(/Index|Bitmap/);
    expect(text).not.toMatch(/Seq Scan on (?!customer\b|turn_queue\b)/);
  });

  it('say what waits, for what and since when', async () => {
    const clock = { now: () => NOW };
    const configuration = { ...checkConfiguration('metrics: { customers: 3 }', 'test'), readFrom: null };
    const meters = new Meters();
    const read = await readShared({ configuration, database, clock, meters });
    expect(read.busiest?.size).toBe(3);
    const sum = (state: string) =>
      read.waiting.filter((row) => row.state === state).reduce((files, row) => files + row.files, 0);
    expect(['waiting', 'deferred', 'held', 'applying'].map(sum)).toEqual([10, 20, 10, 10]);
    const seconds = Object.fromEntries(read.oldest.map((row) => [row.why, row.seconds]));
    // Each way of waiting has files that came 1 to 10 s ago, of the same ten customers, whose day is full.
    expect(seconds).toEqual({ cap_hour: 10, decision: 10 });
    expect(read.pending).toEqual([{ topic: 'invitation', pending: 5, seconds: 0 }]);
    expect(read.bans).toEqual([{ kind: 'address', bans: 100 }]);
  });

  it.each<[why: string, seconds: number, change: string]>([
    ['turn', 0, `update change_file set received_at = $1 - interval '1 hour' where state = 'waiting'`],
    ['turn', 10, `update turn_queue set next_turn_at = $1 - interval '1 hour'`],
    ['settle', 10, `update turn_queue set phase = 'settling', next_turn_at = $1 + interval '1 second'`],
    [
      'scanner',
      10,
      `update change_file set detail = '{"waits":"scanner"}' where state = 'waiting' and $1 is not null`,
    ],
    ['pause', 10, `update customer set pause = '{}' where $1 is not null`],
  ])('a file waits for %s: %i s', async (why, seconds, change) => {
    expect(await waitsAfter(change)).toEqual([{ why, seconds }]);
  });
});

/** Of waiting files alone, in a transaction that is rolled back. */
async function waitsAfter(change: string): Promise<{ why: string; seconds: number }[]> {
  const done = new Error('taken back');
  let waits: { why: string; seconds: number }[] = [];
  await database
    .transaction(async (tx) => {
      await tx.query(
        `update change_file set state = 'filed' where state in ('deferred', 'held', 'applying')`,
      );
      await tx.query(change.replaceAll('$1', '$1::timestamptz'), [NOW]);
      waits = (await tx.query<{ why: string; seconds: number }>(OLDEST_WAITS, [NOW, HELD_MS])).rows;
      throw done;
    })
    .catch((error: unknown) => {
      if (error !== done) throw error;
    });
  return waits;
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  claimTurn,
  endTurn,
  makeDue,
  nextTurnAt,
  noteUpload,
  repairLine,
  repairMoments,
} from '../../src/ledger/turn-queue.ts';
import type { TurnResult } from '../../src/order/turns.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const t = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
const SETTLE_MS = 2_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
  for (const id of [1, 2, 3])
    await database.query(`insert into customer (id, name, folder) values ($1, $2, $2)`, [id, `c${id}`]);
});
afterAll(() => database.drop());

/** Takes one turn and ends it; null where it is nobody's. */
async function turn(now: Date, result: TurnResult): Promise<number | null> {
  return database.transaction(async (tx) => {
    const claim = await claimTurn(tx, now);
    if (!claim) return null;
    await endTurn(tx, claim.customer, claim.standing, { result, now, settleMs: SETTLE_MS });
    return claim.customer;
  });
}

const DONE: TurnResult = { kind: 'done', lastUploadAt: null, waitingSince: null };

describe('the line of customers', () => {
  it('serves them in the order of their moments, one turn each', async () => {
    await noteUpload(database, 1, t(0), SETTLE_MS);
    await noteUpload(database, 2, t(1), SETTLE_MS);
    expect(await nextTurnAt(database)).toEqual(t(2));
    expect(await turn(t(1), DONE)).toBeNull();
    expect([
      await turn(t(3), { kind: 'more' }),
      await turn(t(4), { kind: 'more' }),
      await turn(t(5), DONE),
    ]).toEqual([1, 2, 1]);
    expect([await turn(t(6), DONE), await turn(t(7), DONE)]).toEqual([2, null]);
  });

  it('gives a customer to one worker at a time', async () => {
    await noteUpload(database, 1, t(10), SETTLE_MS);
    await database.transaction(async (tx) => {
      expect((await claimTurn(tx, t(20)))?.customer).toBe(1);
      expect(await turn(t(20), DONE)).toBeNull();
      expect(await noteUpload(database, 1, t(20), SETTLE_MS)).toBe(false);
    });
    expect(await turn(t(21), DONE)).toBe(1);
  });

  it('lets a deferred customer look again when its cap is raised', async () => {
    await noteUpload(database, 3, t(30), SETTLE_MS);
    expect(await turn(t(40), { kind: 'deferred', until: t(3_600) })).toBe(3);
    expect(await turn(t(41), DONE)).toBeNull();
    await makeDue(database, 3, t(42));
    expect(await turn(t(42), DONE)).toBe(3);
  });

  it('finds work that a dead daemon left behind', async () => {
    await database.query(`insert into batch (customer_id, started_at) values (2, $1)`, [t(50)]);
    expect(await turn(t(60), DONE)).toBeNull();
    await repairLine(database, t(60));
    expect(await turn(t(60), DONE)).toBe(2);
  });

  it('does not wait for moments that a clock set back has left in the far future', async () => {
    for (const phase of ['running', 'failing', 'settling']) {
      await database.query(`update turn_queue set phase = $1, next_turn_at = $2 where customer_id = 1`, [
        phase,
        t(7_200),
      ]);
      expect(await turn(t(3_000), DONE)).toBeNull();
      await repairMoments(database, t(3_000), SETTLE_MS);
      expect(await turn(t(3_000), DONE), phase).toBe(1);
    }
  });

  it('waits for a cap until its hour is over, and no longer where the clock was set back', async () => {
    await database.query(
      `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, deferred_for, deferred_until)
       values (1, 'a', 'deferred', $1, 1, $1, 'hour', $2)`,
      [t(0), t(7_200)],
    );
    await database.query(
      `update turn_queue set phase = 'deferred', next_turn_at = $1 where customer_id = 1`,
      [t(7_200)],
    );
    await repairMoments(database, t(3_601), SETTLE_MS);
    expect(await turn(t(3_601), DONE)).toBeNull();
    await repairMoments(database, t(3_000), SETTLE_MS);
    expect(await turn(t(3_000), DONE)).toBe(1);
    await database.query('delete from change_file');
  });
});

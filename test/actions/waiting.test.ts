import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerStatus } from '../../src/actions/customer-status.ts';
import { setHeld } from '../../src/actions/held.ts';
import { waiting } from '../../src/actions/waiting.ts';
import { enterUndo } from '../../src/ledger/undos.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const CAPS = { perFile: 200, hourly: 750, daily: 1_000 };
const NOW = new Date('2026-05-05T12:01:00Z');
const OLA = { kind: 'operator', name: 'ola' } as const;

let database: TestDatabase;
const clock = { now: () => NOW };
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Bolt', 'bolt'), (3, 'Crane', 'crane');
     insert into change_file (customer_id, name, type, source, sequence, state, received_at, bytes, modified_at)
       select 1 + n % 2, (1 + n % 2) || '_HR_PRV_' || n || '.csv', 'PRV', 'HR', n, 'waiting',
              timestamptz '2026-05-05T10:00Z' + n * interval '1 minute', 9, now()
         from generate_series(1, 120) n;
     insert into change_file (id, customer_id, name, state, decision, received_at, started_at, finished_at, bytes, modified_at)
       overriding system value values (1000, 3, 'done.csv', 'filed', 'applied', now(), now(), now(), 9, now())`,
  );
});
afterAll(() => database.drop());

const parts = () => ({ database, clock, caps: CAPS, changed: () => {} }) as never;

test('the waiting files of all customers come oldest first, with why, and the rest is counted', async () => {
  const answer = await waiting.run(parts(), {}, OLA, undefined as never);
  expect(answer.waiting).toBe(120);
  expect(answer.files).toHaveLength(100);
  expect(answer.files.slice(0, 3)).toMatchObject([
    { customer: 2, customerName: 'Bolt', name: '2_HR_PRV_1.csv', reason: 'queued', expected: NOW },
    { customer: 1, customerName: 'Acme', name: '1_HR_PRV_2.csv', reason: 'queued' },
    {
      customer: 2,
      customerName: 'Bolt',
      name: '2_HR_PRV_3.csv',
      reason: 'behind',
      values: { file: '2_HR_PRV_1.csv' },
    },
  ]);
});

test('of one customer it is told who has put it on hold and when, and which undos are not done', async () => {
  await setHeld(parts(), 3, true, 'kim');
  const file = { id: 1000, name: 'done.csv' };
  const asked = { customer: 3, file, ranges: null, who: 'ola', reason: 'a slip' };
  const undo = await database.transaction((tx) => enterUndo(tx, asked, NOW));
  const answer = await customerStatus.run(parts(), { customer: 3 }, OLA, undefined as never);
  expect(answer).toMatchObject({
    customer: {
      state: 'held',
      pause: null,
      undos: [{ undo, file: 'done.csv', state: 'waiting', who: 'ola', since: NOW }],
    },
    hold: { by: 'kim', since: NOW },
  });
  await database.query(`update undo set state = 'done'`);
  const { customer } = await customerStatus.run(parts(), { customer: 3 }, OLA, undefined as never);
  expect(customer.undos).toEqual([]);
});

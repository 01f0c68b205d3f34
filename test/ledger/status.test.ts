import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { customerById } from '../../src/accounts/customers/customer.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { waitText } from '../../src/messages/wait-text.ts';
import { customerStatus } from '../../src/ledger/status.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-05-05T12:01:00Z');
const NEXT_HOUR = new Date('2026-05-05T13:00:00Z');
const NEXT_DAY = new Date('2026-05-06T00:00:00Z');
const CAPS = { perFile: 200, hourly: 750, daily: 1_000 };

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder, time_zone) values (1, 'Acme', 'acme', 'UTC')`,
  );
});
beforeEach(async () => {
  await database.query(
    `delete from change_file; delete from turn_queue; delete from batch; delete from cap_usage;
     update customer set state = 'active', hourly_cap = null;
     insert into cap_usage (customer_id, period, starts_at, used)
     values (1, 'hour', '2026-05-05T12:00Z', 700), (1, 'day', '2026-05-05T00:00Z', 900)`,
  );
});
afterAll(() => database.drop());

async function addFile(name: string, more: Record<string, unknown> = {}): Promise<void> {
  const [, type = null, sequence = null] = /_(PRV|DI)_(\d+)/.exec(name) ?? [];
  const source = type === null ? null : 'HR';
  const row = {
    customer_id: 1,
    name,
    type,
    rank: KINDS.types.get(type ?? '')?.rank ?? 0,
    source,
    sequence,
    state: 'waiting',
    received_at: NOW,
    bytes: 9,
    ...more,
  };
  const columns = Object.keys(row);
  await database.query(
    `insert into change_file (${columns.join(', ')}, modified_at)
     values (${columns.map((_, index) => `$${index + 1}`).join(', ')}, now())`,
    Object.values(row),
  );
}

const FACTS = { caps: CAPS, countsHourly: KINDS.countsHourly, heldRefuses: KINDS.heldRefuses };
const status = async () => customerStatus(database, await customerById(database, 1), FACTS, NOW);
const shown = async () => (await status()).files.map((file) => [file.name, waitText(file), file.expected]);

test('caps are those of the customer where it has its own, and what is over them leaves nothing', async () => {
  await database.query('update customer set hourly_cap = 600');
  expect((await status()).caps).toEqual({
    perFile: 200,
    hourly: { limit: 600, used: 700, left: 0, until: NEXT_HOUR },
    daily: { limit: 1_000, used: 900, left: 100, until: NEXT_DAY },
  });
});

describe('a file is shown with what it waits for, and with when it will run:', () => {
  test.each<[string, Record<string, unknown>, string, Date | null]>([
    ['its turn', {}, 'waiting to be processed', NOW],
    [
      'the rest of it',
      { state: 'applying', total: 90, entries: 40 },
      'processing: 40 of 90 entries done',
      NOW,
    ],
    [
      'a person',
      {
        state: 'held',
        hold: { reason: 'people', absent: 6, disabled: 1, of: 50, scopeChanged: false },
        held_until: NEXT_DAY,
      },
      'upload 1_HR_PRV_1.csv.approve with the number 7 in its first line',
      null,
    ],
    [
      'a missing number',
      { state: 'deferred', deferred_for: 'sequence', deferred_until: NEXT_HOUR },
      'waiting for a missing sequence number of source "HR"',
      NEXT_HOUR,
    ],
    [
      'the next hour',
      { state: 'deferred', deferred_for: 'hour', deferred_until: NEXT_HOUR, total: 60 },
      '60 entries exceed what is left of the hourly cap (700 of 750 used); waiting for the next hour',
      NEXT_HOUR,
    ],
    [
      'a higher cap',
      { state: 'deferred', deferred_for: 'hour', deferred_until: NEXT_HOUR, total: 800 },
      '800 entries exceed the hourly cap of 750; waiting until the cap is raised',
      null,
    ],
    [
      'the next day',
      { state: 'deferred', deferred_for: 'day', deferred_until: NEXT_DAY, total: 150 },
      '150 entries exceed what is left of the daily cap (900 of 1000 used); waiting for the next day',
      NEXT_DAY,
    ],
  ])('%s', async (_words, row, why, expected) => {
    await addFile('1_HR_PRV_1.csv', row);
    expect(await shown()).toEqual([['1_HR_PRV_1.csv', expect.stringContaining(why), expected]]);
  });

  test('the file before it', async () => {
    await addFile('1_HR_PRV_1.csv');
    await addFile('1_HR_PRV_2.csv');
    expect((await shown())[1]).toEqual(['1_HR_PRV_2.csv', 'behind 1_HR_PRV_1.csv', NOW]);
  });

  test('the end of the uploads, and its turn once a batch has it', async () => {
    const settled = new Date(NOW.getTime() + 2_000);
    await addFile('1_HR_PRV_1.csv');
    await database.query(
      `insert into turn_queue (customer_id, phase, next_turn_at) values (1, 'settling', $1)`,
      [settled],
    );
    expect(await shown()).toEqual([['1_HR_PRV_1.csv', 'waiting for uploads to finish', settled]]);
    await database.query(
      `with b as (insert into batch (customer_id, started_at) values (1, now()) returning id)
       update change_file set batch_id = b.id from b`,
    );
    expect(await shown()).toEqual([['1_HR_PRV_1.csv', 'waiting to be processed', settled]]);
  });
});

test('of a customer on hold, what will be refused is told from what goes on', async () => {
  await database.query(`update customer set state = 'held'`);
  await addFile('1_HR_PRV_1.csv', { state: 'applying', total: 90, entries: 40 });
  await addFile('1_HR_PRV_2.csv');
  await addFile('1_HR_DI_1.ldif');
  await addFile('wrong.csv');
  const held = 'on hold: this file will be refused with code 1001';
  const files = new Map((await shown()).map(([name, ...rest]) => [name, rest]));
  expect(files.get('1_HR_PRV_1.csv')).toEqual(['processing: 40 of 90 entries done', NOW]);
  expect(files.get('1_HR_PRV_2.csv')).toEqual([held, null]);
  expect(files.get('1_HR_DI_1.ldif')?.[0]).not.toBe(held);
  expect(files.get('wrong.csv')?.[0]).not.toBe(held);
});

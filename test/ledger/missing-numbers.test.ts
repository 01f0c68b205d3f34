import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseChangeFileName, type ChangeFile } from '../../src/change-file/change-file.ts';
import { startBatch } from '../../src/ledger/batch.ts';
import { lastSequence, missingBefore, storeSequence } from '../../src/ledger/sequence.ts';
import { strictPatience } from '../../src/order/sequence.ts';
import { customerById } from '../../src/accounts/customers/customer.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { noteUpload } from '../../src/ledger/turn-queue.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-05-05T12:01:00Z');
const SETTLE_MS = 2_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
});
beforeEach(() =>
  database.query(
    `delete from sequence_counter; delete from change_file; delete from turn_queue;
     update customer set strict_sequences = '{}'`,
  ),
);
afterAll(() => database.drop());

function file(name: string): ChangeFile {
  const rest = { id: 1, customer: 1, state: 'waiting' as const, receivedAt: NOW, bytes: 9 };
  return { ...rest, name, parsed: parseChangeFileName(name, KINDS.types), batch: null, progress: null };
}

const numbered = (number: number) => file(`1_HR_PRV_${number}.csv`);
const missing = (number: number) => missingBefore(database, numbered(number));

async function apply(...numbers: number[]): Promise<void> {
  for (const number of numbers) {
    const { parsed } = numbered(number);
    if (parsed) await database.transaction((tx) => storeSequence(tx, 1, parsed));
  }
}

const patience = async (of: ChangeFile) => {
  const { strictSequences } = await customerById(database, 1);
  return strictPatience(strictSequences, of);
};

const declareStrict = (seconds: number) =>
  database.query('update customer set strict_sequences = $1', [{ HR: seconds }]);

describe('a source that has never left a number out', () => {
  test('is missed some numbers of', async () => {
    await apply(1, 2, 3, 4, 5);
    expect(await missing(6)).toEqual([]);
    expect(await missing(9)).toEqual(['6', '7', '8']);
    expect(await missing(16)).toHaveLength(10);
  });

  test('may leave out more than ten at once: it has begun to count anew', async () => {
    await apply(1, 2, 3, 4, 5);
    expect(await missing(17)).toEqual([]);
  });

  test('is not expected to go on after a few files, or after a gap', async () => {
    await apply(1, 2, 3, 4);
    expect(await missing(7)).toEqual([]);
    await apply(7, 8, 9);
    expect(await missing(12)).toEqual([]);
  });
});

describe('a source that the customer has declared', () => {
  test('is missed every number of, from its first file on', async () => {
    await declareStrict(60);
    await apply(1);
    expect(await missing(51)).toHaveLength(49);
  });

  test('is waited for as long as the customer wants', async () => {
    expect(await patience(numbered(2))).toBeNull();
    await declareStrict(60);
    expect(await patience(numbered(2))).toEqual(new Date('2026-05-05T12:02:00Z'));
  });
});

test('a name that says no number misses none, and waits for none', async () => {
  await declareStrict(60);
  expect(await missingBefore(database, file('wrong.csv'))).toEqual([]);
  expect(await patience(file('wrong.csv'))).toBeNull();
});

test('the last number is that of the last processed file of the same counter', async () => {
  const { parsed } = numbered(1);
  const last = async () => parsed && lastSequence(database, 1, parsed);
  expect(await last()).toBeNull();
  await apply(3, 8);
  expect(await last()).toBe(8n);
});

test('a customer whose file waits for a number is looked at again when another file comes', async () => {
  const insert = (name: string, state: string, reason: string | null) =>
    database.query(
      `insert into change_file (customer_id, name, type, source, sequence, state, deferred_for, received_at, bytes, modified_at)
       values (1, $1, 'PRV', 'HR', 9, $2, $3, now(), 9, now())`,
      [name, state, reason],
    );
  const phaseAfterUpload = async () => {
    await database.query(
      `delete from turn_queue; insert into turn_queue (customer_id, phase, next_turn_at) values (1, 'deferred', now())`,
    );
    expect(await noteUpload(database, 1, NOW, SETTLE_MS)).toBe(true);
    const { rows } = await database.query<{ phase: string }>('select phase from turn_queue');
    return rows[0]?.phase;
  };
  await insert('1_HR_PRV_9.csv', 'deferred', 'hour');
  expect(await phaseAfterUpload()).toBe('deferred');
  await database.query(`update change_file set deferred_for = 'sequence'`);
  expect(await phaseAfterUpload()).toBe('settling');
});

test('no batch starts where no file waits', async () => {
  expect(await startBatch(database, 1, NOW)).toBeNull();
});

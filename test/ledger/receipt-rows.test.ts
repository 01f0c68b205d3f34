import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredReceipt } from '../../src/change-file/receipt-facts.ts';
import { forgetReceipts, keepReceipts, nameReport } from '../../src/ledger/receipt-rows.ts';
import { reportedFiles } from '../../src/ledger/report-rows.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const LATER = new Date('2026-03-02T12:00:00Z');
const PLAIN = 'llis_report_20260301_120000.txt';

let database: TestDatabase;
let batch: number;
beforeEach(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  const { rows } = await database.query<{ id: number }>(
    'insert into batch (customer_id, started_at) values (1, $1) returning id',
    [NOW],
  );
  batch = rows[0]?.id ?? 0;
});
afterEach(() => database.drop());

/** @param columns besides those that every file has */
async function file(name: string, columns: Record<string, unknown>): Promise<number> {
  const all = {
    customer_id: 1,
    batch_id: batch,
    name,
    received_at: NOW,
    started_at: NOW,
    finished_at: NOW,
    bytes: 3,
    modified_at: NOW,
    ...columns,
  };
  const { rows } = await database.query<{ id: number }>(
    `insert into change_file (${Object.keys(all).join(', ')})
     values (${Object.keys(all)
       .map((_, at) => `$${at + 1}`)
       .join(', ')}) returning id`,
    Object.values(all),
  );
  return rows[0]?.id ?? 0;
}

const receiptOf = (of: number, number: number, name = `${number}.receipt.json`): StoredReceipt => ({
  file: of,
  number,
  name,
  hash: `hash ${number}`,
  content: `content ${number}`,
});
const facts = async () => (await reportedFiles(database, batch, PLAIN)).receipts.facts;
const name = (receipts: StoredReceipt[]) => nameReport(database, { id: batch, name: PLAIN }, receipts, NOW);

describe('what is told of a file', () => {
  it.each<[what: string, columns: Record<string, unknown>, told: Record<string, unknown>]>([
    [
      'applied',
      {
        state: 'filed',
        decision: 'applied',
        entries: 3,
        written: 2,
        read_errors: 1,
        content_sha256: 'read',
        trace_sha256: 'trace',
        folder: '_error',
        filed_as: 'a.csv',
        login: 'agent',
        address: '192.0.2.7',
        type: 'PRV',
        source: '',
        named_customer: 1,
        sequence: '9223372036854775807',
      },
      {
        decision: 'applied',
        counts: { entries: 3, written: 2, readErrors: 1, writeErrors: 0 },
        sha256: 'read',
        traceSha256: 'trace',
        login: 'agent',
        address: '192.0.2.7',
        sequence: '9223372036854775807',
        folder: '_error',
        filedAs: 'a.csv',
      },
    ],
    [
      'changed while it was read',
      { state: 'filed', decision: 'applied', content_sha256: 'read', filed_sha256: 'filed' },
      { decision: 'applied', sha256: 'filed' },
    ],
    [
      'refused',
      { state: 'filed', decision: 'refused', code: 4, detail: { code: 4 }, filed_sha256: 'filed' },
      { decision: 'refused', code: 4, reason: null, counts: null, sha256: 'filed', sequence: null },
    ],
    [
      'discarded',
      {
        state: 'filed',
        decision: 'refused',
        code: 2202,
        detail: { code: 2202, reason: 'expired' },
        ruling: { verdict: 'discarded', why: 'expired', people: 3 },
      },
      { decision: 'discarded', code: 2202, reason: 'expired' },
    ],
    [
      'quarantined',
      {
        state: 'quarantined',
        decision: 'refused',
        detail: { code: null, reason: 'infected', signature: 'Eicar' },
      },
      { decision: 'quarantined', code: null, reason: 'infected', filedAs: null },
    ],
    [
      'of a customer on hold',
      { state: 'filed', decision: 'held', code: 1001, detail: { code: 1001 } },
      { decision: 'held', code: 1001, counts: null },
    ],
  ])('%s', async (_, columns, told) => {
    await file('a.csv', columns);
    expect(await facts()).toMatchObject([{ ...told, isSealed: false, isNameTaken: false }]);
  });

  it('and nothing of one that waits', async () => {
    await file('a.csv', { state: 'waiting', started_at: null, finished_at: null });
    expect(await facts()).toEqual([]);
  });
});

it('says whose receipt is there, and whose name is taken', async () => {
  const DONE = { state: 'filed', decision: 'refused' };
  const first = await file('a.b.csv', DONE);
  await file('a.b.ldif', DONE);
  await file('a.c.csv', DONE);
  await name([receiptOf(first, 1, 'a.b.receipt.json')]);
  const { receipts, name: report } = await reportedFiles(database, batch, 'llis_report_other.txt');
  expect(report).toBe(PLAIN);
  expect(receipts.last).toEqual({ number: 1, hash: 'hash 1' });
  expect(receipts.facts.map((one) => [one.name, one.isSealed, one.isNameTaken])).toEqual([
    ['a.b.csv', true, true],
    ['a.b.ldif', false, true],
    ['a.c.csv', false, false],
  ]);
});

it('whoever has lost its turn, and does not know it, gives no number twice', async () => {
  const DONE = { state: 'filed', decision: 'refused' };
  const [first, second] = [await file('a.csv', DONE), await file('b.csv', DONE)];
  await name([receiptOf(first, 1)]);
  await expect(name([receiptOf(second, 1, 'other')])).rejects.toThrow('by somebody else');
  await expect(name([receiptOf(first, 2, 'other')])).rejects.toThrow('by somebody else');
  await expect(keepReceipts(database, 1, [receiptOf(second, 1, 'other')], NOW)).rejects.toThrow(
    'by somebody else',
  );
  await expect(nameReport(database, { id: batch, name: 'other.txt' }, [], NOW)).rejects.toThrow(
    'by somebody else',
  );
  await keepReceipts(database, 1, [receiptOf(second, 2)], NOW);
  const { rows } = await database.query('select number, change_file_id as file from receipt order by number');
  expect(rows).toEqual([
    { number: 1, file: first },
    { number: 2, file: second },
  ]);
});

it('the last one is never forgotten, nor one whose time is not over', async () => {
  const DONE = { state: 'filed', decision: 'refused' };
  for (const number of [1, 2, 3, 4])
    await keepReceipts(
      database,
      1,
      [receiptOf(await file(`${number}.csv`, DONE), number)],
      number === 3 ? LATER : NOW,
    );
  await forgetReceipts(database, 1, LATER);
  const { rows } = await database.query('select number from receipt order by number');
  expect(rows).toEqual([{ number: 3 }, { number: 4 }]);
});

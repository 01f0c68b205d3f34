import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChangeFile } from '../../src/change-file/change-file.ts';
import { notesOf, type Entry } from '../../src/change-file/entry.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { closeBatch, openBatch, startBatch } from '../../src/ledger/batch.ts';
import { enterOne } from '../../src/ledger/entering.ts';
import {
  noteContent,
  noteDayLimit,
  noteEntries,
  noteMissingNumbers,
  noteOnFile,
} from '../../src/ledger/notes.ts';
import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFileRow } from '../../src/ledger/rows.ts';
import { onlyRow } from '../../src/database/open.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const DAY = new Date('2026-03-02T00:00:00Z');
const NEXT_DAY = new Date('2026-03-03T00:00:00Z');

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Other', 'other')`,
  );
});
beforeEach(() => database.query('delete from batch_note; delete from change_file; delete from batch'));
afterAll(() => database.drop());

/** A file in the open batch of its customer; the batch before is closed. */
async function inBatch(number: number, customer = 1): Promise<ChangeFile> {
  const before = await openBatch(database, customer);
  if (before) await closeBatch(database, before, 0, NOW);
  const name = `${customer}_HR_PRV_${number}.csv`;
  const entered = await database.transaction((tx) =>
    enterOne(tx, customer, { name, bytes: 9, modifiedAt: NOW }, { types: KINDS.types, now: NOW }),
  );
  await startBatch(database, customer, NOW);
  const row = await database.query<ChangeFileRow>(
    `select ${CHANGE_FILE_COLUMNS} from change_file where id = $1`,
    [entered?.id],
  );
  return changeFileFrom(onlyRow(row));
}

const notes = async () =>
  (await database.query<{ kind: string; detail: object }>('select kind, detail from batch_note order by id'))
    .rows;

const kinds = async () => (await notes()).map(({ kind }) => kind);

test('what happened to a file is told once, however often it is noticed', async () => {
  const [one, other] = [await inBatch(1), await inBatch(2)];
  for (const file of [one, one, other]) await noteOnFile(database, file, 'lost', NOW);
  await noteOnFile(database, one, 'no-trace', NOW);
  expect(await kinds()).toEqual(['lost', 'lost', 'no-trace']);
});

test('a file that ended as lost says so in its result, and in no note besides', async () => {
  const file = await inBatch(1);
  await database.query(`update change_file set detail = '{"reason": "lost"}' where id = $1`, [file.id]);
  await noteOnFile(database, file, 'lost', NOW);
  await noteOnFile(database, file, 'changed', NOW);
  expect(await kinds()).toEqual(['changed']);
});

test('what a reader has noticed is kept with its place, in the order of the entries', async () => {
  const file = await inBatch(1);
  const entry = (number: number, ...values: string[]): Entry => ({
    place: { entry: number, line: number + 1, firstByte: 0, byteCount: 9, lineCount: 1 },
    read: { record: {} },
    warnings: values.map((changetype) => ({ kind: 'skipped', changetype })),
  });
  await database.transaction((tx) => noteEntries(tx, file, notesOf([entry(1), entry(2)]), NOW));
  expect(await notes()).toEqual([]);
  await database.transaction((tx) =>
    noteEntries(tx, file, notesOf([entry(1, 'Add'), entry(2), entry(3, 'X', 'Y')]), NOW),
  );
  const skipped = (number: number, changetype: string) => ({
    kind: 'entry',
    detail: { kind: 'skipped', changetype, entry: number, line: number + 1 },
  });
  expect(await notes()).toEqual([skipped(1, 'Add'), skipped(3, 'X'), skipped(3, 'Y')]);
});

test('that the daily cap is used up is told once a day and customer, whatever the file and the batch', async () => {
  const limit = (file: ChangeFile, since: Date, now: Date) =>
    database.transaction((tx) => noteDayLimit(tx, file, { limit: 10, since }, now));
  await limit(await inBatch(1), DAY, NOW);
  await limit(await inBatch(2), DAY, NOW);
  expect(await kinds()).toEqual(['day-limit']);
  await limit(await inBatch(1, 2), DAY, NOW);
  expect(await kinds()).toEqual(['day-limit', 'day-limit']);
  await limit(await inBatch(3), NEXT_DAY, NEXT_DAY);
  expect(await notes()).toHaveLength(3);
  expect((await notes())[0]?.detail).toEqual({ code: null, reason: 'day-limit', limit: 10, entries: 0 });
});

test('missing numbers are told with their source', async () => {
  const file = await inBatch(9);
  await database.transaction((tx) => noteMissingNumbers(tx, file, ['7', '8'], NOW));
  expect(await notes()).toEqual([
    { kind: 'missing-numbers', detail: { kind: 'missing-numbers', source: 'HR', numbers: ['7', '8'] } },
  ]);
});

test('content that came before is known by the last file of the customer that was applied and said something', async () => {
  const say = async (file: ChangeFile, digest: string) =>
    database.transaction((tx) => noteContent(tx, file, digest, NOW));
  const applied = (file: ChangeFile, minute: number, decision = 'applied', total = 1) =>
    database.query(
      `update change_file set decision = $2, finished_at = $3, total = $4, content_sha256 = 'same' where id = $1`,
      [file.id, decision, new Date(NOW.getTime() + minute * 60_000), total],
    );
  const files: ChangeFile[] = [];
  for (const number of [1, 2, 3, 4]) files.push(await inBatch(number));
  const [first, second, refused, empty] = files as [ChangeFile, ChangeFile, ChangeFile, ChangeFile];
  expect(await say(first, 'same')).toBeNull();
  await applied(first, 1);
  expect(await say(first, 'same'), 'the file itself, read again').toBeNull();
  await applied(second, 2);
  await applied(refused, 3, 'refused');
  await applied(empty, 4, 'applied', 0);
  expect(await say(await inBatch(5), 'same')).toBe('1_HR_PRV_2.csv');
  expect(await say(await inBatch(6), 'other')).toBeNull();
  expect(await say(await inBatch(1, 2), 'same'), 'of another customer').toBeNull();
  expect((await notes()).at(-1)).toEqual({
    kind: 'same-content',
    detail: { kind: 'same-content', name: '1_HR_PRV_2.csv' },
  });
});

/** Receipts, from the upload to the check: what they say, and that there is exactly one per file, in one chain. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isReceiptName } from '../../src/change-file/receipt-names.ts';
import { listenToFailpoints, type Failpoint } from '../../src/failpoints.ts';
import { checkFiles, type Checked } from '../../src/receipts/check-files.ts';
import { sha256, type Receipt } from '../../src/receipts/receipt.ts';
import { purge } from '../../src/spool/purge.ts';
import { openStation, type TestStation } from '../support/services.ts';

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,department\n';
const add = (name: string) => `${name}@example.com,Add,85180,Ann,${name},Sales\n`;
const DAY_MS = 86_400_000;

let world: TestStation;
beforeEach(async () => {
  world = await openStation(undefined, undefined, undefined, true);
});
afterEach(async () => {
  listenToFailpoints(null);
  await world[Symbol.asyncDispose]();
});

const reportFolder = () => path.join(world.folder, '_report');
const receiptFiles = async () =>
  (await readdir(reportFolder()))
    .filter(isReceiptName)
    .toSorted()
    .map((name) => path.join(reportFolder(), name));
const checked = async (): Promise<Checked> => checkFiles(await receiptFiles(), null);

async function receiptIn(name: string): Promise<Receipt> {
  const text = await readFile(path.join(reportFolder(), name), 'utf8');
  return (JSON.parse(text) as { receipt: Receipt }).receipt;
}

const hashOf = async (...place: string[]) => sha256(await readFile(path.join(world.folder, ...place)));

it('says of an applied file what it was, what was decided, and which report and trace tell of it', async () => {
  const content = HEADER + add('one') + 'nobody@example.com,Suspend,,,,\n';
  await world.upload('1000001_HR_PRV_7.csv', content);
  await world.workOff();
  const receipt = await receiptIn('1000001_HR_PRV_7.receipt.json');
  const [report = ''] = (await readdir(reportFolder())).filter((name) => name.endsWith('.txt'));
  expect(receipt).toMatchObject({
    customer: 'acme',
    number: 1,
    previous: null,
    file: {
      name: '1000001_HR_PRV_7.csv',
      bytes: content.length,
      sha256: sha256(content),
      filedAs: '_error/1000001_HR_PRV_7.csv',
      sequence: '7',
    },
    upload: { login: null, address: null },
    decision: { what: 'applied', code: null, reason: null },
    counts: { entries: 2, written: 1 },
    report: { name: report, sha256: await hashOf('_report', report) },
    trace: {
      name: '1000001_HR_PRV_7_trace.csv',
      sha256: await hashOf('_error', '1000001_HR_PRV_7_trace.csv'),
    },
  });
  const { good, faults } = await checked();
  expect(faults).toEqual([]);
  expect(good.map(({ found }) => found.length)).toEqual([3]);
});

it('is given for what a gate refuses, too, and the chain goes on from batch to batch', async () => {
  await world.upload('1000001_PRV_1.csv', HEADER + add('one'));
  await world.upload('nonsense.csv', 'x');
  await world.workOff();
  await world.upload('1000001_PRV_1.csv', HEADER + add('two'));
  await world.workOff();
  const { good, faults } = await checked();
  expect(faults).toEqual([]);
  expect(
    good.map(({ place, receipt: { number, decision, file } }) => [
      path.basename(place),
      number,
      decision.what,
      (decision as { code?: number }).code ?? null,
      file.sha256,
    ]),
  ).toEqual(
    expect.arrayContaining([
      [
        expect.stringMatching(/^1000001_PRV_1\.receipt\.json$/),
        expect.any(Number),
        'applied',
        null,
        expect.any(String),
      ],
      ['nonsense.receipt.json', expect.any(Number), 'refused', 1, sha256('x')],
      // Of the same name: a number makes it another one.
      ['1000001_PRV_1.receipt.3.json', 3, 'refused', 4, sha256(HEADER + add('two'))],
    ]),
  );
  expect(good).toHaveLength(3);
});

describe('a check shows', () => {
  beforeEach(async () => {
    for (const number of [1, 2, 3]) {
      await world.upload(`1000001_PRV_${number}.csv`, HEADER + add(`person${number}`));
      await world.workOff();
    }
    expect((await checked()).faults).toEqual([]);
  });

  it('a report and a trace that were altered', async () => {
    const files = await receiptFiles();
    const trace = path.join(world.folder, '_processed', '1000001_PRV_2_trace.csv');
    await writeFile(trace, 'other');
    const { receipt } = JSON.parse(await readFile(files[2] ?? '', 'utf8')) as { receipt: Receipt };
    const report = path.join(reportFolder(), receipt.report.name);
    await writeFile(report, 'other');
    expect((await checked()).faults).toEqual([
      { kind: 'other-content', place: trace, receipt: files[1] },
      { kind: 'other-content', place: report, receipt: files[2] },
    ]);
  });

  it('one that is missing, and no more where it begins with a later one', async () => {
    const [one = '', , three = ''] = await receiptFiles();
    expect((await checkFiles([one, three], null)).faults).toEqual([
      { kind: 'missing', customer: 'acme', first: 2, last: 2 },
    ]);
    expect((await checkFiles([three], null)).faults).toEqual([]);
  });

  it('one that was altered, and a file that none of them names', async () => {
    const [one = '', two = '', three = ''] = await receiptFiles();
    await writeFile(two, (await readFile(two, 'utf8')).replace('"applied"', '"refused"'));
    const stranger = path.join(world.folder, 'x.txt');
    await writeFile(stranger, 'x');
    expect((await checkFiles([one, two, three, stranger], null)).faults).toEqual([
      { kind: 'altered', place: two },
      { kind: 'unnamed', place: stranger },
      { kind: 'missing', customer: 'acme', first: 2, last: 2 },
    ]);
  });
});

describe('whatever the end of a batch dies at', () => {
  const POINTS: Failpoint[] = ['receipts-kept', 'receipt-written', 'report-written', 'batch-closed'];

  it.each(POINTS)('%s: one receipt per file, as it was given first, and no fork', async (point) => {
    await world.upload('1000001_PRV_1.csv', HEADER + add('one'));
    await world.upload('1000001_PRV_2.csv', HEADER + add('two'));
    let isFirst = true;
    listenToFailpoints((passed) => {
      if (passed !== point || !isFirst) return;
      isFirst = false;
      throw new Error('killed');
    });
    await world.workOff();
    expect(isFirst, 'it was passed').toBe(false);
    await world.upload('1000001_PRV_3.csv', HEADER + add('three'));
    await world.workOff();
    const { good, faults } = await checked();
    expect(faults).toEqual([]);
    expect(good.map(({ receipt: { number, file } }) => [number, file.name])).toEqual([
      [1, '1000001_PRV_1.csv'],
      [2, '1000001_PRV_2.csv'],
      [3, '1000001_PRV_3.csv'],
    ]);
    const { rows } = await world.database.query<{ name: string; content: string }>(
      'select name, content from receipt',
    );
    expect(rows).toHaveLength(3);
    for (const { name, content } of rows)
      expect(await readFile(path.join(reportFolder(), name), 'utf8')).toBe(content);
  });
});

it('goes with its file, but for the last of the chain, and its key stays', async () => {
  for (const number of [1, 2]) {
    await world.upload(`1000001_PRV_${number}.csv`, HEADER + add(`person${number}`));
    await world.workOff();
  }
  const [, last = ''] = await receiptFiles();
  const { receipt } = JSON.parse(await readFile(last, 'utf8')) as { receipt: Receipt };
  world.advance(40 * DAY_MS);
  const { database, clock, spool } = world.services;
  await purge({ database, clock, spool, days: 30 });
  expect(await readdir(reportFolder())).toEqual(
    expect.arrayContaining(['receipt.pub', `receipt-${receipt.keyId}.pub`]),
  );
  expect(await receiptFiles()).toEqual([]);
  expect((await database.query('select number from receipt')).rows).toEqual([{ number: 2 }]);
  await world.upload('1000001_PRV_3.csv', HEADER + add('three'));
  await world.workOff();
  expect(await receiptIn('1000001_PRV_3.receipt.json')).toMatchObject({
    number: 3,
    previous: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

it('is no stranger when folder and ledger are compared', async () => {
  await world.upload('1000001_PRV_1.csv', HEADER + add('one'));
  await world.workOff();
  const { compareFolder } = await import('../../src/spool/compare.ts');
  const place = { customer: 1_000_001, folder: world.folder };
  expect(await compareFolder(world.database, place as never)).toEqual([]);
});

it('is given for every file of a batch that is larger than a page, also where a daemon dies between two of them', async () => {
  const FILES = 510;
  for (let number = 0; number < FILES; number += 1) await world.upload(`nonsense-${number}.csv`, 'x');
  let written = 0;
  listenToFailpoints((passed) => {
    if (passed === 'receipt-written' && (written += 1) === 505) throw new Error('killed');
  });
  await world.workOff(FILES * 2);
  expect(written).toBeGreaterThan(FILES);
  const { good, faults } = await checked();
  expect(faults).toEqual([]);
  expect(good.map(({ receipt }) => receipt.number)).toEqual(Array.from({ length: FILES }, (_, at) => at + 1));
});

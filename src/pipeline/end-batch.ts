import path from 'node:path';
import { allDone } from '../all-done.ts';
import { REPORT } from '../change-file/change-file.ts';
import { syncFolder, writeWhole } from '../durable.ts';
import { failpoint } from '../failpoints.ts';
import { closeBatch, type Batch, type Waiting } from '../ledger/batch.ts';
import { noRecordOf } from '../ledger/difference-rows.ts';
import { nameReport } from '../ledger/receipt-rows.ts';
import { reportedFiles, type Reported } from '../ledger/report-rows.ts';
import { listed, TYPES } from '../metrics/labels.ts';
import type { Meter } from '../metrics/meters.ts';
import { reportText } from '../report/report.ts';
import { giveReceipts, type GivenReceipts } from './give-receipts.ts';
import type { Turn } from './services.ts';
import { reportName } from '../change-file/report-name.ts';

/**
 * Writes the report of a batch from the database, with the receipts of its files, and closes it. All of it can be done again
 * any number of times. No report where nothing was looked at (rules 15).
 *
 * @returns who waits for the next batch
 */
export async function endBatch(turn: Turn, batch: Batch): Promise<Waiting> {
  const { services, customer, folder } = turn;
  const { database, clock, kinds, meter, preparations, readings } = services;
  const reported = await reportedFiles(database, batch.id, reportName(batch.startedAt));
  const { files, waits, isToldOfDifferences, name } = reported;
  const [first] = files;
  if (first) {
    const noRecord = isToldOfDifferences ? await noRecordOf(database, batch.id, customer) : null;
    if (noRecord) first.warnings = [...(first.warnings ?? []), noRecord];
    const text = reportText(path.basename(folder), files, kinds.wordsOf);
    const receipts = await giveReceipts(turn, { name, text }, reported.receipts);
    await nameReport(database, { id: batch.id, name }, receipts.first, clock.now());
    failpoint('receipts-kept');
    await writeInto(path.join(folder, REPORT), { name, text }, receipts);
  }
  failpoint('report-written');
  const waiting = await closeBatch(database, batch, files.length, clock.now());
  for (const wait of waits) measureWait(meter, wait, clock.now());
  preparations.forget(customer);
  readings.forget(customer);
  failpoint('batch-closed');
  return waiting;
}

const WHY = {
  hour: 'cap_hour',
  day: 'cap_day',
  sequence: 'sequence',
  scanner: 'scanner',
  decision: 'decision',
  pause: 'pause',
} as const;

function measureWait(meter: Meter | undefined, wait: Reported['waits'][number], now: Date): void {
  const { type, receivedAt, waitedFor } = wait;
  const seconds = Math.max(0, now.getTime() - receivedAt.getTime()) / 1000;
  if (waitedFor) meter?.observe('wait_seconds', { why: WHY[waitedFor] }, seconds);
  else meter?.observe('upload_to_report_seconds', { type: listed(TYPES, type) }, seconds);
}

/** Side by side, and one sync for all their names. The report comes first: clients wait for what is new in the folder. */
async function writeInto(
  folder: string,
  { name, text }: { name: string; text: string },
  receipts: GivenReceipts,
): Promise<void> {
  const written = writeWhole(path.join(folder, name), (report) => report.writeFile(text));
  await allDone(written, receipts.writeInto(folder, written));
  await syncFolder(folder);
}

import path from 'node:path';
import { REPORT } from '../change-file/change-file.ts';
import { writeDurably } from '../durable.ts';
import { failpoint } from '../failpoints.ts';
import { closeBatch, nameReport, type Batch, type Waiting } from '../ledger/batch.ts';
import { noRecordOf } from '../ledger/difference-rows.ts';
import { reportedFiles, type Reported } from '../ledger/report-rows.ts';
import { listed, TYPES } from '../metrics/labels.ts';
import type { Meter } from '../metrics/meters.ts';
import { reportText } from '../report/report.ts';
import type { Turn } from './services.ts';
import { reportName } from '../change-file/report-name.ts';

/**
 * Writes the report of a batch from the database, and closes it. Both can be done again any number of times. No report
 * where nothing was looked at (rules 15).
 *
 * @returns who waits for the next batch
 */
export async function endBatch({ services, customer, folder }: Turn, batch: Batch): Promise<Waiting> {
  const { database, clock, kinds, meter, preparations, readings } = services;
  const { files, waits, isToldOfDifferences } = await reportedFiles(database, batch.id);
  const [first] = files;
  if (first) {
    const noRecord = isToldOfDifferences ? await noRecordOf(database, batch.id, customer) : null;
    if (noRecord) first.warnings = [...(first.warnings ?? []), noRecord];
    const name = await nameReport(database, batch, customer, reportName(batch.startedAt));
    const text = reportText(path.basename(folder), files, kinds.wordsOf);
    await writeDurably(path.join(folder, REPORT, name), (report) => report.writeFile(text));
    failpoint('report-written');
  } else failpoint('report-written');
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

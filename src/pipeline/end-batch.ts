import path from 'node:path';
import { REPORT } from '../change-file/change-file.ts';
import { writeDurably } from '../durable.ts';
import { failpoint } from '../failpoints.ts';
import { closeBatch, nameReport, type Batch } from '../ledger/batch.ts';
import { noRecordOf } from '../ledger/difference-rows.ts';
import { reportedFiles } from '../ledger/report-rows.ts';
import { reportText } from '../report/report.ts';
import type { Turn } from './services.ts';
import { reportName } from '../change-file/report-name.ts';

/**
 * Writes the report of a batch from the database, and closes it. Both can be done again any number of times. No report
 * where nothing was looked at (rules 15).
 */
export async function endBatch({ services, customer, folder }: Turn, batch: Batch): Promise<void> {
  const { database, clock, kinds, preparations, readings } = services;
  const files = await reportedFiles(database, batch.id);
  const [first] = files;
  if (first) {
    const noRecord = await noRecordOf(database, batch.id, customer);
    if (noRecord) first.warnings = [...(first.warnings ?? []), noRecord];
    const name = await nameReport(database, batch, customer, reportName(batch.startedAt));
    const text = reportText(path.basename(folder), files, kinds.wordsOf);
    await writeDurably(path.join(folder, REPORT, name), (report) => report.writeFile(text));
    failpoint('report-written');
  } else failpoint('report-written');
  await closeBatch(database, batch, files.length, clock.now());
  preparations.forget(customer);
  readings.forget(customer);
  failpoint('batch-closed');
}

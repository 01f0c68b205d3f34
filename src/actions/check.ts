import path from 'node:path';
import { z } from 'zod';
import { parseChangeFileName, type ChangeFile } from '../change-file/change-file.ts';
import { isSkipped } from '../change-file/result-code.ts';
import type { Database } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import { KINDS } from '../kinds/registry.ts';
import { previewFile, type Preview, type PreviewSettings } from '../pipeline/preview.ts';
import { planDocument, planText } from '../report/plan.ts';
import { reportText } from '../report/report.ts';
import type { OpenChangeFile } from '../spool/take.ts';
import { action, operators, type Channel } from './action.ts';
import { expectCustomer } from './locked-customer.ts';
import { fill, openScratchFile } from './scratch-file.ts';
import { operator } from '../messages/en/operator.ts';

/** The content comes with the input: only the caller may be allowed to read the file. */
export const check = action({
  name: 'check',
  /** `customer`: null for the one of the name. */
  input: z.strictObject({ file: z.string(), customer: z.int().nullable() }),
  allowed: operators,
  run: async (services, { file, customer }, _, { content }: Channel<never>) => {
    const { database, caps, maskPasswords, scratch, fileBytesMax } = services;
    const changeFile = asChangeFile(path.basename(file), customer);
    await expectCustomer(database, changeFile.customer);
    await using handle = await openScratchFile(scratch);
    if (!(await fill(handle, content, fileBytesMax)))
      throw new OperatorFault(operator.actions.fileTooLarge(file, fileBytesMax));
    const { size, mtimeMs, dev, ino } = await handle.stat();
    const opened = { handle, bytes: size, modifiedMs: mtimeMs, inode: `${dev}:${ino}` };
    const preview = await checkFile(database, changeFile, opened, { kinds: KINDS, caps, maskPasswords });
    return shown(file, preview);
  },
});

/** In a read-only transaction: the server itself refuses to write anything. */
export async function checkFile(
  database: Database,
  file: ChangeFile,
  opened: OpenChangeFile,
  settings: PreviewSettings,
): Promise<Preview> {
  return database.transaction(async (tx) => {
    await tx.query('set transaction read only');
    return previewFile(tx, file, opened, settings);
  });
}

/** @throws {OperatorFault} exit code 2 where neither the name nor the caller says whose file it is */
export function asChangeFile(name: string, given: number | null): ChangeFile {
  const parsed = parseChangeFileName(name, KINDS.types);
  const customer = given ?? (parsed ? Number(parsed.customerId) : null);
  if (customer === null) throw new OperatorFault(operator.actions.whoseFile(name), 2);
  return {
    id: 0,
    customer,
    name,
    parsed,
    state: 'waiting',
    receivedAt: new Date(),
    bytes: 0,
    batch: null,
    progress: null,
  };
}

function shown(file: string, preview: Preview) {
  const { folder, reported, outcome, inForce, hold } = preview;
  const trace = preview.trace?.toString() ?? '';
  const { refusal, counts, failures } = reported;
  const results = (outcome?.results ?? []).map(({ place, code, operation, subject }) => ({
    entry: place.entry,
    line: place.line,
    code,
    operation,
    subject,
  }));
  const report = reportText(folder, [reported], KINDS.wordsOf);
  /** Whether the file or any of its entries would fail, or wait for a person. */
  const fails =
    hold !== null || refusal !== null || failures.some((failed) => !isSkipped(failed.refusal.code));
  const plan = planDocument(preview);
  return {
    file,
    inForce,
    refusal,
    counts,
    results,
    trace,
    report,
    plan,
    planText: planText(plan),
    hold,
    fails,
  };
}

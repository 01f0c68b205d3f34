import { open } from 'node:fs/promises';
import path from 'node:path';
import { findCustomer } from '../src/accounts/customers/customer.ts';
import { parseChangeFileName, type ChangeFile } from '../src/change-file/change-file.ts';
import type { Database, Transaction } from '../src/database/open.ts';
import { messageOf, OperatorFault } from '../src/fault.ts';
import { KINDS } from '../src/kinds/registry.ts';
import { previewFile, type Preview, type PreviewSettings } from '../src/pipeline/preview.ts';
import { reportText } from '../src/report/report.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';
import type { WithDatabase } from './setup.ts';

/** What would become of one file. */
interface Checked extends Preview {
  file: string;
}

export function check(withDatabase: WithDatabase): Command {
  return {
    name: 'check',
    usage: 'FILE…',
    summary: 'say what change files would do, without applying anything',
    details:
      'Prints the trace and the report that the files would get now, each against the current accounts. Exit 1 if\n' +
      'any file or entry would fail. The customer is that of the file name, or --customer ID.',
    options: { customer: { type: 'string' }, json: { type: 'boolean' } },
    count: { min: 1, max: 1000 },
    run: async ({ arguments: files, options, configuration, print }) => {
      const { throttle: caps, ...settings } = await configuration();
      const given = typeof options.customer === 'string' ? customerNumber(options.customer) : null;
      const { maskPasswords } = settings.trace;
      const checked = await withDatabase({ ...settings, throttle: caps }, (database) =>
        checkFiles(database, files, given, { kinds: KINDS, caps, maskPasswords }),
      );
      print(
        shownLines(
          options.json ? JSON.stringify(checked.map(asJson), null, 2) : checked.map(asText).join('\n'),
        ),
      );
      return checked.some(({ reported }) => reported.refusal ?? reported.failures[0]) ? 1 : 0;
    },
  };
}

/** In one read-only transaction: the server itself refuses to write anything. */
export async function checkFiles(
  database: Database,
  files: readonly string[],
  customer: number | null,
  settings: PreviewSettings,
): Promise<Checked[]> {
  return database.transaction(async (tx) => {
    await tx.query('set transaction read only');
    const checked: Checked[] = [];
    for (const file of files) checked.push(await checkFile(tx, file, customer, settings));
    return checked;
  });
}

async function checkFile(
  tx: Transaction,
  file: string,
  given: number | null,
  settings: PreviewSettings,
): Promise<Checked> {
  const changeFile = asChangeFile(file, given);
  const { customer } = changeFile;
  if (!(await findCustomer(tx, customer))) throw new OperatorFault(`There is no customer ${customer}.`);
  const handle = await open(file).catch((error: unknown) => {
    throw new OperatorFault(`${file} cannot be read: ${messageOf(error)}`, 2);
  });
  await using _ = handle;
  const { size, mtimeMs, dev, ino } = await handle.stat();
  const opened = { handle, bytes: size, modifiedMs: mtimeMs, inode: `${dev}:${ino}` };
  return { file, ...(await previewFile(tx, changeFile, opened, settings)) };
}

function asChangeFile(file: string, given: number | null): ChangeFile {
  const name = path.basename(file);
  const parsed = parseChangeFileName(name, KINDS.types);
  const customer = given ?? (parsed ? Number(parsed.customerId) : null);
  if (customer === null)
    throw new OperatorFault(`${name}: the name does not say whose file it is. Give --customer ID.`, 2);
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

/** Lines of files are outside text. */
function shownLines(text: string): string {
  return text.split(/\r?\n/).map(escapeHidden).join('\n');
}

function asText({ file, folder, reported, trace }: Checked): string {
  const report = reportText(folder, [reported], KINDS.wordsOf);
  return trace === '' ? report : `Trace of ${file}:\n${trace}\nReport:\n${report}`;
}

function asJson({ file, folder, reported, trace, outcome }: Checked): object {
  const { refusal, counts } = reported;
  const results = (outcome?.results ?? []).map(({ place, code, operation, subject }) => ({
    entry: place.entry,
    line: place.line,
    code,
    operation,
    subject,
  }));
  return { file, refusal, counts, results, trace, report: reportText(folder, [reported], KINDS.wordsOf) };
}

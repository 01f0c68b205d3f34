import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Contents } from '../src/pipeline/carry-out.ts';
import { decideEntries, NO_COUNTS, refuseEntries, type Outcome } from '../src/change-file/outcome.ts';
import { invalidName } from '../src/pipeline/gates.ts';
import { parseChangeFileName, type ChangeFile } from '../src/change-file/change-file.ts';
import type { Database, Transaction } from '../src/database/open.ts';
import { notesOf, type Entry, type Reading } from '../src/change-file/entry.ts';
import { messageOf, OperatorFault } from '../src/fault.ts';
import { gate, isHeld } from '../src/pipeline/decide.ts';
import { kindOf } from '../src/kinds/registry.ts';
import { periodsOf } from '../src/order/periods.ts';
import { capsOf, throttle, type Caps } from '../src/order/throttle.ts';
import { reportText, type UncodedRefusal, type ReportedFile } from '../src/report/report.ts';
import { tracedLine } from '../src/report/trace.ts';
import type { Refusal } from '../src/change-file/result-code.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';
import type { WithDatabase } from './setup.ts';

/** What would become of one file. */
interface Checked {
  file: string;
  /** Of the customer, as reports name it. */
  folder: string;
  reported: ReportedFile;
  /** '' where it would have none. */
  trace: string;
  outcome: Outcome | null;
}

/** Of the configuration, what the answer depends on. */
interface Settings {
  /** For customers without caps of their own. */
  caps: Caps;
  maskPasswords: boolean;
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
        checkFiles(database, files, given, { caps, maskPasswords }),
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
  settings: Settings,
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
  settings: Settings,
): Promise<Checked> {
  const changeFile = asChangeFile(file, given);
  const folder = await folderOf(tx, changeFile.customer);
  return { file, folder, ...(await checkChangeFile(tx, file, changeFile, settings)) };
}

async function folderOf(tx: Transaction, customer: number): Promise<string> {
  const { rows } = await tx.query<{ folder: string }>('select folder from customer where id = $1', [
    customer,
  ]);
  if (!rows[0]) throw new OperatorFault(`There is no customer ${customer}.`);
  return rows[0].folder;
}

async function checkChangeFile(
  tx: Transaction,
  file: string,
  changeFile: ChangeFile,
  settings: Settings,
): Promise<Omit<Checked, 'file' | 'folder'>> {
  const now = new Date();
  const refusal = await gate(tx, changeFile);
  const kind = changeFile.parsed && kindOf(changeFile.parsed.type);
  if (refusal || !kind) return refused(changeFile, refusal ?? invalidName(changeFile.name), now);
  const { reading, contents, bytes } = await readFile(file, kind);
  const caps = await capsOf(tx, changeFile.customer, settings.caps);
  const verdict = throttle(contents.total, caps, { hour: 0, day: 0 }, periodsOf(now), kind.countsHourly);
  if (!verdict.go && 'refuse' in verdict) {
    const { refuse: reason, limit } = verdict;
    return refused(changeFile, { code: null, reason, limit, entries: contents.total }, now);
  }
  const outcome =
    kind.heldRefuses && (await isHeld(tx, changeFile.customer))
      ? refuseEntries(contents.entries, NO_COUNTS, { code: 1001 })
      : await pretend(tx, changeFile, contents, now);
  return {
    outcome,
    trace: traceText(
      tracedText(kind, reading, settings),
      tracedHeader(kind, reading, settings),
      outcome,
      bytes,
    ),
    reported: reportedFile(changeFile, contents.entries, outcome, now),
  };
}

function asChangeFile(file: string, given: number | null): ChangeFile {
  const name = path.basename(file);
  const parsed = parseChangeFileName(name);
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

async function readFile(file: string, kind: Contents['kind']) {
  const handle = await open(file).catch((error: unknown) => {
    throw new OperatorFault(`${file} cannot be read: ${messageOf(error)}`, 2);
  });
  await using _ = handle;
  const bytes = await handle.readFile();
  const reading = await kind.read((firstByte) => pieces(bytes.subarray(firstByte)), null);
  const entries = await Array.fromAsync(reading.entries);
  const contents: Contents = {
    kind,
    problem: reading.problem,
    entries,
    total: entries.length,
    more: false,
    prepared: kind.pretend(entries),
  };
  return { reading, contents, bytes };
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** The decisions of the real thing, on the real accounts; nothing is saved. */
async function pretend(tx: Transaction, file: ChangeFile, contents: Contents, now: Date): Promise<Outcome> {
  const { kind, entries, prepared, problem } = contents;
  const state = await kind.load(tx, file, entries, prepared, now);
  return decideEntries(entries, problem, NO_COUNTS, (entry) => kind.decide(state, entry));
}

function refused(changeFile: ChangeFile, refusal: Refusal | UncodedRefusal, now: Date) {
  const { name, parsed } = changeFile;
  const times = { startedAt: now, finishedAt: now };
  const reported = { name, type: parsed?.type ?? null, ...times, refusal, counts: null, failures: [] };
  return { reported, trace: '', outcome: null };
}

function reportedFile(
  { name, parsed }: ChangeFile,
  entries: readonly Entry[],
  outcome: Outcome,
  now: Date,
): ReportedFile {
  const { results, read, written, readErrors, writeErrors, refusal } = outcome;
  const held = refusal?.code === 1001;
  return {
    name,
    type: parsed?.type ?? null,
    startedAt: now,
    finishedAt: now,
    refusal,
    counts: held ? null : { entries: read, written, readErrors, writeErrors },
    failures: held
      ? []
      : results.flatMap(({ place: { entry, line }, subject, refusal }) =>
          refusal ? [{ entry, line, subject, refusal }] : [],
        ),
    warnings: held ? [] : notesOf(entries.slice(0, read)),
  };
}

/** How an entry is shown: as it stands, or with passwords masked as in traces. */
function tracedText(
  { traced }: Contents['kind'],
  { header }: Reading<unknown>,
  { maskPasswords }: Settings,
): (original: Buffer) => Buffer {
  return (maskPasswords ? traced.masked?.(header) : undefined) ?? traced.text;
}

function tracedHeader(
  { traced }: Contents['kind'],
  { header }: Reading<unknown>,
  { maskPasswords }: Settings,
): Buffer {
  return (maskPasswords ? traced.maskedHeader?.(header) : undefined) ?? header;
}

function traceText(
  text: (original: Buffer) => Buffer,
  header: Buffer,
  { results }: Outcome,
  bytes: Buffer,
): string {
  const lines = results.map(({ place, code }) => {
    const original = bytes.subarray(place.firstByte, place.firstByte + place.byteCount);
    return tracedLine(`${place.entry},${place.line},${code},`, text(original));
  });
  return Buffer.concat([tracedLine('entryNum,lineNum,resultCode,', header), ...lines]).toString();
}

/** Lines of files are outside text. */
function shownLines(text: string): string {
  return text.split(/\r?\n/).map(escapeHidden).join('\n');
}

function asText({ file, folder, reported, trace }: Checked): string {
  const report = reportText(folder, [reported]);
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
  return { file, refusal, counts, results, trace, report: reportText(folder, [reported]) };
}

import type { DirectoryRecord } from '../../accounts/directory/entry-change.ts';
import { shownText } from '../../accounts/directory/entry-change.ts';
import { Breather } from '../../breather.ts';
import type { Entry, OpenBytes, Position, Reading } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { MEMBER, memberKey } from '../../accounts/directory/entry.ts';
import { givenValues } from './decide.ts';
import { readChange } from './ldif-change.ts';
import { readLines } from './ldif-lines.ts';
import { RECORD_BYTES_MAX, RECORD_LINES_MAX, splitRecords, type RawRecord } from './ldif-records.ts';
import { START } from '../lines.ts';
import { TRACE_COLUMNS } from './ldif-trace.ts';

/**
 * Reads a directory change file (rules 11): LDIF change records (RFC 2849) in UTF-8, with or without a byte order
 * mark, LF or CR LF, version line, comments, folded lines, base64. A record that cannot be read costs nothing but
 * itself; nothing is ever fetched for it. Memory stays constant.
 */
export async function readDirectory(
  open: OpenBytes,
  from: Position | null,
  breather = new Breather(),
): Promise<Reading<DirectoryRecord>> {
  const header = Buffer.from(TRACE_COLUMNS);
  // A file of another version stops at its error ceiling before there is anything to go on with.
  if (from)
    return {
      header,
      problem: null,
      entries: entriesOf(splitRecords(open(from.byte), from, breather), null, from.entries, breather),
    };
  const records = splitRecords(open(0), START, breather);
  const { value: first } = await records.next();
  const problem = first?.isVersion ? problemOf(first) : null;
  return { header, problem, entries: entriesOf(startingWith(first, records), problem, 0, breather) };
}

async function* startingWith(
  first: RawRecord | undefined,
  rest: AsyncGenerator<RawRecord>,
): AsyncGenerator<RawRecord> {
  if (first && !first.isVersion) yield first;
  yield* rest;
}

/** There is one version of LDIF; what another would mean nobody knows. */
function problemOf({ bytes }: RawRecord): Refusal | null {
  const version = /^version: *(\S*)/i.exec(bytes?.toString('latin1') ?? '')?.[1] ?? '';
  return version === '1' ? null : { code: 10, reason: 'version', value: shownText(version) };
}

async function* entriesOf(
  records: AsyncGenerator<RawRecord>,
  problem: Refusal | null,
  before: number,
  breather: Breather,
): AsyncGenerator<Entry<DirectoryRecord>> {
  let entry = before;
  for await (const record of records) {
    entry += 1;
    const { line, firstByte, byteCount, lineCount } = record;
    const reading = readRecord(record);
    let step = reading.next();
    for (; !step.done; step = reading.next()) if (breather.isDue()) await breather.breathe();
    const read = problem ? { refusal: problem } : step.value;
    yield { place: { entry, line, firstByte, byteCount, lineCount }, read, ...warningsOf(read) };
  }
}

/** A record that is skipped makes no noise of its own: the report tells of it. */
function warningsOf(read: Entry<DirectoryRecord>['read']): Pick<Entry, 'warnings'> {
  if ('refusal' in read || read.record.change.type !== 'ignored') return {};
  return { warnings: [{ kind: 'skipped', changetype: shownText(read.record.changetype) }] };
}

/** Whoever reads it pauses in between where it is time to. */
function* readRecord({ bytes, byteCount }: RawRecord): Generator<void, Entry<DirectoryRecord>['read'], void> {
  if (!bytes && byteCount > RECORD_BYTES_MAX)
    return { refusal: { code: 10, reason: 'too-long', limit: RECORD_BYTES_MAX } };
  if (!bytes) return { refusal: { code: 10, reason: 'too-many-lines', limit: RECORD_LINES_MAX } };
  const read = yield* readLines(bytes);
  if ('refusal' in read) return read;
  yield;
  const change = readChange(read.lines);
  if ('refusal' in change) return change;
  return { record: { ...change.record, members: yield* readMembers(change.record) } };
}

/** A group may name very many, and taking a name apart takes some ten microseconds. */
function* readMembers({ change }: DirectoryRecord): Generator<void, Map<string, string | null>, void> {
  const members = new Map<string, string | null>();
  for (const { attribute, value } of givenValues(change)) {
    if (value === null || attribute.toLowerCase() !== MEMBER) continue;
    members.set(value, memberKey(value));
    yield;
  }
  return members;
}

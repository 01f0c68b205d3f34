import { isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { isBlankText } from '../../blank-text.ts';
import { Breather } from '../../breather.ts';
import type {
  Entry,
  EntryWarning,
  OpenBytes,
  SourceRange,
  Position,
  ProvisioningRecord,
  Reading,
} from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { PRV_FIELDS } from '../../tables/prv-fields.ts';
import { cellsOf, isBlankRow, isReadable, type Cell } from '../csv/cells.ts';
import { readHeader, type Columns } from '../csv/header.ts';
import { splitRecords, type RawRecord } from '../csv/records.ts';
import { START, withoutLineEnd } from '../lines.ts';

/** They stand in a documented working header although they are no fields (rule 4.4). */
const IGNORED: ReadonlySet<string> = new Set(['region', 'regionAdministrated']);
const COLUMNS: Columns = {
  names: PRV_FIELDS.map(({ name }) => name),
  mandatory: ['emailAddress', 'action'],
};

/**
 * Reads a provisioning change file (rules 4): UTF-8 with or without a byte order mark, RFC 4180, any line end. Values
 * are matched by the header; short rows, trailing commas and rows without a value are fine. A record that cannot be
 * read gets 1000 and costs nothing but itself. Memory stays constant.
 */
export async function readProvisioning(
  open: OpenBytes,
  from: Position | null,
  breather = new Breather(),
): Promise<Reading<ProvisioningRecord>> {
  const records = splitRecords(open(0), isReadable, START, breather);
  let first = await records.next();
  while (!first.done && isBlankRow(first.value.bytes)) first = await records.next();
  if (first.done)
    return {
      header: Buffer.alloc(0),
      problem: { code: 1000, reason: 'header-missing' },
      entries: nothing(),
    };
  const header = first.value.bytes;
  const columns = readHeader(header, COLUMNS);
  const problem = 'refusal' in columns ? columns.refusal : null;
  if (!from) return { header, problem, entries: entriesOf(records, columns, 0) };
  await records.return(undefined);
  const rest = splitRecords(open(from.byte), isReadable, from, breather);
  return { header, problem, entries: entriesOf(rest, columns, from.entries) };
}

async function* nothing(): AsyncGenerator<never> {}

async function* entriesOf(
  records: AsyncGenerator<RawRecord>,
  header: { names: string[] } | { refusal: Refusal },
  before: number,
): AsyncGenerator<Entry<ProvisioningRecord>> {
  let entry = before;
  for await (const record of records) {
    if (!record.unclosed && isBlankRow(record.bytes)) continue;
    entry += 1;
    const { line, firstByte, byteCount, lineCount } = record;
    const place: SourceRange = { entry, line, firstByte, byteCount, lineCount };
    yield { place, ...('refusal' in header ? { read: header } : readRecord(record, header.names)) };
  }
}

/** The columns of a header line; null where it cannot be read. */
export function headerNames(header: Buffer): string[] | null {
  const columns = readHeader(withoutLineEnd(header), COLUMNS);
  return 'names' in columns ? columns.names : null;
}

type Read = Pick<Entry<ProvisioningRecord>, 'read' | 'warnings' | 'isDisplaced'>;

function readRecord(record: RawRecord, names: string[]): Read {
  if (record.unclosed) return unreadable('quote-not-closed');
  const row = cellsOf(record.bytes);
  if ('refusal' in row) return { read: row };
  // Neither a comma nor an address: the documented trace gives 1000 to such a "bad input line".
  const alone = row.cells.length === 1 && names.length > 1;
  if (alone && !isEmailAddress(row.cells[0]?.value ?? '')) return unreadable('one-value');
  // It is not repeated: a shifted row may put a password there.
  if (hasSurplus(row.cells, names)) return unreadable('surplus');
  const values = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const { value, quoted } = row.cells[index] ?? { value: '', quoted: false };
    if ((value !== '' || quoted) && !IGNORED.has(name)) values.set(name, value);
  }
  const warnings = shiftedValues(row.cells, names);
  return {
    read: { record: values },
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(isDisplaced(row.cells, names) ? { isDisplaced: true } : {}),
  };
}

function hasSurplus(cells: readonly Cell[], names: readonly string[]): boolean {
  return cells.slice(names.length).some(({ value }) => value !== '');
}

/** Whether the password may stand in another column than its own: nobody knows which value is none. */
export function isDisplaced(cells: readonly Cell[], names: readonly string[]): boolean {
  const password = names.indexOf('password');
  if (password === -1) return false;
  return hasSurplus(cells, names) || cells.slice(1, password + 1).some(isShifted);
}

function isShifted({ value, quoted }: Cell): boolean {
  return !quoted && value.startsWith(' ') && !isBlankText(value);
}

/**
 * Values that begin with a blank and are not quoted: the sign of a comma inside the value before, which moves all that
 * follows by a column and may find a column that takes it (`R&D, Oslo`).
 */
function shiftedValues(cells: readonly Cell[], names: readonly string[]): EntryWarning[] {
  const displaced = isDisplaced(cells, names);
  return cells.flatMap((cell, index) => {
    const [name, before] = [names[index], names[index - 1]];
    if (!isShifted(cell) || name === undefined || before === undefined) return [];
    const isSecret = displaced || before === 'password';
    return [{ kind: 'leading-blank', field: name, before, value: isSecret ? '***' : beginning(cell.value) }];
  });
}

/** It is there to find the place, and stands in the ledger and the report. */
const WARNED_CHARACTERS_MAX = 200;

function beginning(value: string): string {
  if (value.length <= WARNED_CHARACTERS_MAX) return value;
  return `${value
    .slice(0, WARNED_CHARACTERS_MAX)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}

function unreadable(reason: string): Read {
  return { read: { refusal: { code: 1000, reason } } };
}

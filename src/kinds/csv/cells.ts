import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import type { Refusal } from '../../change-file/result-code.ts';
import { RECORD_BYTES_MAX } from './records.ts';
import { withoutLineEnd } from '../lines.ts';

/** One value of a record. */
export interface Cell {
  /** '' where none is given, and for a zero-length string. */
  value: string;
  quoted: boolean;
}

const QUOTE = 0x22;
const NUL = 0;

/** What may stand between the columns of a file. */
export type Separator = ',' | ';' | '\t';

/** Reads one record. One without quotes needs no parser: it is what stands between its commas. */
export function cellsOf(bytes: Buffer, separator: Separator = ','): { cells: Cell[] } | { refusal: Refusal } {
  if (bytes.length > RECORD_BYTES_MAX)
    return { refusal: { code: 1000, reason: 'too-long', limit: RECORD_BYTES_MAX } };
  if (!isUtf8(bytes)) return { refusal: { code: 1000, reason: 'encoding' } };
  if (bytes.includes(NUL)) return { refusal: { code: 1000, reason: 'nul' } };
  const record = withoutLineEnd(bytes);
  if (!record.includes(QUOTE))
    return {
      cells: record
        .toString('utf8')
        .split(separator)
        .map((value) => ({ value, quoted: false })),
    };
  try {
    const rows: unknown = parse(record, {
      delimiter: separator,
      relax_column_count: true,
      record_delimiter: '\u0000',
      cast: (value, context) => ({ value, quoted: context.quoting }),
    });
    return { cells: (rows as Cell[][])[0] ?? [] };
  } catch {
    return { refusal: { code: 1000, reason: 'quoting' } };
  }
}

/** Whether a record can be read as CSV. */
export function isReadable(bytes: Buffer, separator: Separator = ','): boolean {
  return !('refusal' in cellsOf(bytes, separator));
}

/** Bytes with which a row can begin that has no value: blanks, line ends, a comma, a quote, and any that are not ASCII. */
const MAY_BE_BLANK = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x22, 0x2c, 0x3b]);
/** Without a semicolon, which is a value where commas separate. */
const BLANK_ROW =
  /^(?:[,\p{White_Space}\p{Cf}\p{Default_Ignorable_Code_Point}]|"[\p{White_Space}\p{Cf}\p{Default_Ignorable_Code_Point}]*"(?!"))*$/u;
const BLANK_ROW_SEMICOLONS =
  /^(?:[;\p{White_Space}\p{Cf}\p{Default_Ignorable_Code_Point}]|"[\p{White_Space}\p{Cf}\p{Default_Ignorable_Code_Point}]*"(?!"))*$/u;

/**
 * Whether a row has no value in any column, quoted or not: an empty line, or what a spreadsheet leaves below its last
 * row. It is no entry (rule 4.9).
 */
export function isBlankRow(bytes: Buffer, separator: Separator = ','): boolean {
  const [first] = bytes;
  if (first === undefined) return true;
  if (first < 0x80 && !MAY_BE_BLANK.has(first)) return false;
  return isUtf8(bytes) && (separator === ';' ? BLANK_ROW_SEMICOLONS : BLANK_ROW).test(bytes.toString('utf8'));
}

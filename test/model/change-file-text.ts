import { PRV_FIELDS } from '../../src/tables/prv-fields.ts';
import { SURPLUS } from './fields.ts';
import type { ModelRecord } from './record.ts';

const COLUMNS = PRV_FIELDS.map(({ name }) => name).filter((name) => !name.startsWith('region'));

/** The records as the text of a change file: trailing empty columns are left out, only what must be is quoted. */
export function changeFileText(records: readonly ModelRecord[]): string {
  const lines = [COLUMNS.join(','), ...records.map(lineOf)];
  return lines.map((line) => `${line}\r\n`).join('');
}

function lineOf(record: ModelRecord): string {
  const cells = COLUMNS.map((name) => cellOf(record[name]));
  if (record[SURPLUS] !== undefined) return [...cells, cellOf(record[SURPLUS])].join(',');
  // One value alone, without a comma, would be no entry but a bad input line (1000).
  const line = cells.join(',').replace(/,+$/, '');
  return line.includes(',') ? line : `${line},`;
}

function cellOf(value: string | undefined): string {
  if (value === undefined) return '';
  return /^$|^\s|\s$|[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

import type { ReportWords } from '../../change-file/reported-file.ts';

export const TECHNICIANS_WORDS: ReportWords = {
  entry: 'CSV entry',
  read: 'CSV entries read',
  written: 'technicians written',
  readErrors: 'CSV read errors',
  writeErrors: 'technician write errors',
  summary: ({ succeeded = 0, failed = 0 }) => `Technicians succeeded: ${succeeded}; failed: ${failed}`,
};

export const TECHNICIANS_WORDS_JSON: ReportWords = {
  ...TECHNICIANS_WORDS,
  entry: 'JSON entry',
  read: 'JSON entries read',
  readErrors: 'JSON read errors',
};

/** @param name of the group that is chosen for all; null: none is */
export function groupText(id: number | null, name: string | null): string {
  return id === null
    ? 'Technician group: the one that each row names'
    : `Technician group of all rows: ${id}${name === null ? '' : ` (${name})`}; IDs in the file are ignored`;
}

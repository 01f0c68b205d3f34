import type { ReportWords } from '../../change-file/reported-file.ts';

export const PROVISIONING_WORDS: ReportWords = {
  entry: 'CSV entry',
  read: 'CSV entries read',
  written: 'BSS entries written',
  readErrors: 'CSV read errors',
  writeErrors: 'BSS write errors',
};

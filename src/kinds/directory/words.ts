import type { ReportWords } from '../../change-file/reported-file.ts';

export const DIRECTORY_WORDS: ReportWords = {
  entry: 'LDIF entry',
  read: 'LDIF entries read',
  written: 'directory entries written',
  readErrors: 'LDIF read errors',
  writeErrors: 'directory write errors',
};

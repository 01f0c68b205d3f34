import type { ChangeFileType } from '../change-file/change-file.ts';

/** How a report speaks of the entries of each type (chapter 15). */
export interface ReportWords {
  entry: string;
  read: string;
  written: string;
  readErrors: string;
  writeErrors: string;
}

export const REPORT_WORDS: Record<ChangeFileType, ReportWords> = {
  PRV: {
    entry: 'CSV entry',
    read: 'CSV entries read',
    written: 'BSS entries written',
    readErrors: 'CSV read errors',
    writeErrors: 'BSS write errors',
  },
  DI: {
    entry: 'LDIF entry',
    read: 'LDIF entries read',
    written: 'directory entries written',
    readErrors: 'LDIF read errors',
    writeErrors: 'directory write errors',
  },
};

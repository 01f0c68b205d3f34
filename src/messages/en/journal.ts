import { counted } from './counted.ts';

/** The command that reads journals. */
export const journal = {
  summary: 'read journals, from here or elsewhere: who did what, with what result',
  details: (
    components: string,
  ) => `FILE is an archive (2026-03-04.AUTH.txt.gz) or its plain text. Works without configuration, database and daemon. One line
per record, with a TAB between time, component, actor, action, object, target, outcome, reason and further values; "-"
stands for what is not there.

  --component TOKEN  only files of this component, by the name of the file
  --action ACTION    only this action, in any case of letters
  --from DATE        only records of this day and later ones, in UTC: 2026-03-04
  --to DATE          only records of this day and earlier ones
  --json             one object with records, unreadable lines and counts

Known components:
${components}
Others, and actions, types and reasons that are not known, are read as well.

A line that is not a record goes to standard error with file and number, and reading goes on. Exit 0 if all was read, 1
if any line could not be, 2 if a file is missing or the usage is wrong, 3 if there was no record.`,
  date: (option: string, text: string) => `${option} ${text} is not a date. Use a form such as 2026-03-04.`,
  order: '--from is later than --to.',
  unreadable: (file: string, line: number, text: string) => `${file}, line ${line}: not a record: ${text}`,
  tooLong: (file: string, line: number, bytes: number) =>
    `${file}, line ${line}: not read: longer than ${bytes} bytes`,
  damaged: (file: string, line: number, cause: string) =>
    `${file}, line ${line}: damaged or cut off here, the rest is not read: ${cause}`,
  notUtf8: (file: string, line: number) =>
    `${file}, line ${line}: not UTF-8; what could not be decoded is shown as U+FFFD`,
  none: 'No record found.',
  unknownAction: (action: string, nearest: string) =>
    `${action} is not a known action; did you mean ${nearest}?`,
  unknownComponent: (token: string, nearest: string) =>
    `${token} is not a known component; did you mean ${nearest}?`,
  unnamed: 'The name of a file says its component, as in 2026-03-04.AUTH.txt.gz; these names do not.',
  progress: (records: number) => `reading: ${counted(records, 'record')}`,
};

import { numberedAs } from '../change-file/change-file.ts';
import { retryName } from '../change-file/companions.ts';
import { isSkipped, symbolOf, type Refusal } from '../change-file/result-code.ts';
import type { EntryNote } from '../change-file/entry.ts';
import type {
  FailedEntry,
  FileNote,
  QuarantineRefusal,
  ReportedFile,
  ReportWords,
  UncodedRefusal,
  Warning,
} from '../change-file/reported-file.ts';
import { escapeHidden, quoted } from '../shown-text.ts';
import { en } from '../messages/en/en.ts';
import type { Messages } from '../messages/messages.ts';
import { messageFor } from '../messages/result-text.ts';

const { notes } = en.report;

/** How the entries of a type are called; null: the name breaks the grammar. */
export type WordsOf = (file: Pick<ReportedFile, 'name' | 'type'>) => ReportWords;

/**
 * The report of a batch (rules 15): per file a Processing line, error lines in the order of the entries, each
 * followed by its result code, and one counts line.
 *
 * @param folder the customer's folder name
 */
export function reportText(folder: string, files: readonly ReportedFile[], wordsOf: WordsOf): string {
  return files.map((file) => fileLines(folder, file, wordsOf(file)).join('')).join('');
}

/** M/D/YY h:mm AM|PM in UTC, e.g. `2/8/12 11:32 PM`. */
export function stampOf(moment: Date): string {
  const hours = moment.getUTCHours();
  const date = `${moment.getUTCMonth() + 1}/${moment.getUTCDate()}/${String(moment.getUTCFullYear() % 100).padStart(2, '0')}`;
  const time = `${hours % 12 || 12}:${String(moment.getUTCMinutes()).padStart(2, '0')}`;
  return `${date} ${time} ${hours < 12 ? 'AM' : 'PM'}`;
}

function fileLines(folder: string, file: ReportedFile, words: ReportWords): string[] {
  const stamp = stampOf(file.finishedAt);
  const fileError =
    file.refusal && speaksForItself(file)
      ? errorLines(`${refusalText(file.refusal)}${whereText(file)}`, file.refusal.code)
      : [];
  const warnings = warningTexts(file, words).map((text) => `WARNING: ${text}`);
  const rest = [
    ...fileError,
    ...entryLines(file, words),
    ...fileNotes(file),
    ...warnings,
    ...absentLines(file),
    ...summaryLine(file, words),
    ...countsLine(file, words),
  ].map((text) => `${stamp} - ${text}\n`);
  return [
    `${stampOf(file.startedAt)} - *** Processing file: llis/${folder}/${escapeHidden(file.name)}\n`,
    ...rest,
  ];
}

/** Of entries that failed, were skipped, or are done with a warning, in their order. */
function entryLines(file: ReportedFile, words: ReportWords): string[] {
  const { failures, warnings = [] } = file;
  const last = failures.findLast(({ refusal }) => !isSkipped(refusal.code));
  const coded = warnings.filter((warning) => warning.kind === 'coded');
  const lines = [
    ...failures.map((failed) => ({
      entry: failed.entry,
      text: isSkipped(failed.refusal.code)
        ? noticeLines(words, failed)
        : errorLines(entryText(words, failed, failed === last ? retryText(file) : ''), failed.refusal.code),
    })),
    ...coded.map((warning) => ({ entry: warning.entry, text: noticeLines(words, warning) })),
  ];
  return lines.toSorted((one, other) => one.entry - other.entry).flatMap(({ text }) => text);
}

/** Of the file as a whole. */
function fileNotes({ warnings = [] }: ReportedFile): string[] {
  return warnings
    .filter((warning) => warning.kind === 'coded-file')
    .flatMap(({ refusal }) => [`WARNING: ${messageFor(refusal)}`, resultCode(refusal.code)]);
}

/** What to do with the failed entries; '' where they cannot be sent again by themselves. */
function retryText({ name, filed, retryNumber = null }: ReportedFile): string {
  if (!filed || retryNumber === null) return '';
  return notes.retry(escapeHidden(retryName(filed.name)), escapeHidden(numberedAs(name, retryNumber)));
}

function absentLines({ absent }: ReportedFile): string[] {
  if (!absent) return [];
  const lines = absent.shown.map(({ subject, effect }) => notes.absent(escapeHidden(subject), effect));
  return absent.more > 0 ? [...lines, notes.moreAbsent(absent.more)] : lines;
}

function noticeLines(words: ReportWords, notice: FailedEntry): string[] {
  const { entry, refusal } = notice;
  return [
    `WARNING: ${words.entry} #${entry}: ${messageFor(refusal)}${placeText(notice)}`,
    resultCode(refusal.code),
  ];
}

/** The entries of a file say why it failed, where there are any that do; not why it ended before its last one. */
function speaksForItself(file: ReportedFile): boolean {
  const endedByUs = file.refusal?.code === null && file.counts !== null;
  return endedByUs || file.failures.every(({ refusal }) => isSkipped(refusal.code));
}

function errorLines(text: string, code: Refusal['code'] | null): string[] {
  return [`ERROR: ${text}`, ...(code === null ? [] : [resultCode(code)])];
}

function resultCode(code: Refusal['code']): string {
  return `Result code: ${code} ${symbolOf(code)}`;
}

/** The documented words, then where to look; with the last one, what to do with all. */
function entryText(words: ReportWords, failed: FailedEntry, next: string): string {
  const { entry, refusal } = failed;
  return `A failure occurred when processing the ${words.entry} #${entry}. The error message follows: ${messageFor(refusal)}${placeText(failed, next)}`;
}

function placeText({ line, subject }: FailedEntry, next = ''): string {
  const where = [
    ...(line === null ? [] : [`line ${line}`]),
    ...(subject ? [escapeHidden(subject)] : []),
  ].join(', ');
  const shown = [where, next].filter((part) => part !== '').join('; ');
  return shown && ` (${shown})`;
}

/** Where a file that was refused as a whole is found again. */
function whereText({ counts, filed }: ReportedFile): string {
  return counts === null && filed
    ? ` ${notes.whereFiled(`${filed.folder}/${escapeHidden(filed.name)}`)}`
    : '';
}

/** Why a file was refused as a whole. */
export function refusalText(
  refusal: Refusal | UncodedRefusal | QuarantineRefusal,
  messages: Messages = en,
): string {
  if (refusal.code !== null) return messageFor(refusal, messages);
  // A reason comes with its own values.
  const say = messages.report.refusals[refusal.reason] as (values: typeof refusal) => string;
  return say(refusal);
}

const NUMBERS_SHOWN_MAX = 10;

/** Those about the file, then those about entries in their order, then what was skipped, in one line. */
function warningTexts(
  { name, warnings = [], counts, filed }: ReportedFile,
  { entry }: ReportWords,
): string[] {
  const skipped = warnings.filter((warning) => warning.kind === 'skipped');
  const shifted = warnings.filter((warning) => warning.kind === 'leading-blank');
  const rest = warnings.filter(
    (warning) =>
      warning.kind !== 'skipped' &&
      warning.kind !== 'leading-blank' &&
      warning.kind !== 'coded' &&
      warning.kind !== 'coded-file',
  );
  const renamed =
    counts && filed && filed.name !== name ? [notes.renamed(filed.folder, escapeHidden(filed.name))] : [];
  return [
    ...rest.map(warningText),
    ...renamed,
    ...shifted.slice(0, NOTES_SHOWN_MAX).map((note) => shiftedText(entry, note)),
    ...(shifted.length > NOTES_SHOWN_MAX ? [notes.moreLeadingBlanks(shifted.length - NOTES_SHOWN_MAX)] : []),
    ...(skipped.length > 0 ? [skippedText(skipped)] : []),
  ];
}

/** A file that is wrong as a whole says so soon enough. */
const NOTES_SHOWN_MAX = 20;

function shiftedText(
  entryWord: string,
  { entry, line, field, before, value }: Extract<EntryNote, { kind: 'leading-blank' }>,
): string {
  return notes.leadingBlank(`${entryWord} #${entry}`, field, quoted(value), line, before);
}

function skippedText(skipped: readonly Extract<EntryNote, { kind: 'skipped' }>[]): string {
  const shown = skipped
    .slice(0, NOTES_SHOWN_MAX)
    .map(({ line, changetype }) => notes.skippedLine(line, quoted(changetype)));
  return notes.skipped(skipped.length, `${shown.join(', ')}${andMore(skipped.length - shown.length)}`);
}

function andMore(count: number): string {
  return count > 0 ? notes.andMore(count) : '';
}

function warningText(warning: Exclude<Warning, EntryNote | FileNote>): string {
  switch (warning.kind) {
    case 'replaced':
      return notes.replaced(warning.times);
    case 'lost':
      return notes.lost;
    case 'changed':
      return notes.changed;
    case 'no-trace':
      return notes.noTrace;
    case 'missing-numbers': {
      const { source, numbers } = warning;
      const shown = numbers.slice(0, NUMBERS_SHOWN_MAX).join(', ');
      const all = `${shown}${andMore(numbers.length - NUMBERS_SHOWN_MAX)}`;
      return notes.missing(all, numbers.length, escapeHidden(source));
    }
    case 'no-record':
      return notes.noRecord(`${warning.places.map(escapeHidden).join(', ')}${andMore(warning.more)}`);
  }
}

function summaryLine({ counts, effects, source = '' }: ReportedFile, { summary }: ReportWords): string[] {
  return counts && effects && summary ? [summary(effects, source)] : [];
}

function countsLine({ counts }: ReportedFile, words: ReportWords): string[] {
  if (!counts) return [];
  const read = `${words.read}: ${counts.entries}; ${words.written}: ${counts.written}`;
  if (counts.readErrors + counts.writeErrors === 0) return [`${read}; No errors!`];
  return [`${read}; ${words.readErrors}: ${counts.readErrors}; ${words.writeErrors}: ${counts.writeErrors}`];
}

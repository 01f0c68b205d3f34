import { symbolOf, type Refusal } from '../change-file/result-code.ts';
import type { EntryNote } from '../change-file/entry.ts';
import type {
  FailedEntry,
  QuarantineRefusal,
  ReportedFile,
  ReportWords,
  UncodedRefusal,
  Warning,
} from '../change-file/reported-file.ts';
import { escapeHidden, quoted } from '../shown-text.ts';
import { messageFor } from '../messages/result-text.ts';

/** How the entries of a type are called; null: the name breaks the grammar. */
export type WordsOf = (type: string | null) => ReportWords;

/**
 * The report of a batch (chapter 15): per file a Processing line, error lines in the order of the entries, each
 * followed by its result code, and one counts line.
 *
 * @param folder the customer's folder name
 */
export function reportText(folder: string, files: readonly ReportedFile[], wordsOf: WordsOf): string {
  return files.map((file) => fileLines(folder, file, wordsOf(file.type)).join('')).join('');
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
  const entryErrors = file.failures.flatMap((failed) =>
    errorLines(entryText(words, failed), failed.refusal.code),
  );
  const warnings = warningTexts(file, words).map((text) => `WARNING: ${text}`);
  const rest = [...fileError, ...entryErrors, ...warnings, ...countsLine(file, words)].map(
    (text) => `${stamp} - ${text}\n`,
  );
  return [
    `${stampOf(file.startedAt)} - *** Processing file: llis/${folder}/${escapeHidden(file.name)}\n`,
    ...rest,
  ];
}

/** The entries of a file say why it failed, where there are any that do; not why it ended before its last one. */
function speaksForItself(file: ReportedFile): boolean {
  const endedByUs = file.refusal?.code === null && file.counts !== null;
  return endedByUs || file.failures.length === 0;
}

function errorLines(text: string, code: Refusal['code'] | null): string[] {
  return [`ERROR: ${text}`, ...(code === null ? [] : [`Result code: ${code} ${symbolOf(code)}`])];
}

/** The documented words, then where to look. */
function entryText(words: ReportWords, { entry, line, subject, refusal }: FailedEntry): string {
  const where = [
    ...(line === null ? [] : [`line ${line}`]),
    ...(subject ? [escapeHidden(subject)] : []),
  ].join(', ');
  return `A failure occurred when processing the ${words.entry} #${entry}. The error message follows: ${messageFor(refusal)}${where && ` (${where})`}`;
}

/** Where a file that was refused as a whole is found again. */
function whereText({ counts, filed }: ReportedFile): string {
  return counts === null && filed ? ` The file is in ${filed.folder}/${escapeHidden(filed.name)}.` : '';
}

/** Why a file was refused as a whole. */
export function refusalText(refusal: Refusal | UncodedRefusal | QuarantineRefusal): string {
  if (refusal.code !== null) return messageFor(refusal);
  if (refusal.reason === 'infected')
    return `The change file is infected (${escapeHidden(refusal.signature)}) and was put in quarantine. Nothing of it was processed.`;
  if (refusal.reason === 'scanner-refused')
    return `The change file has ${refusal.bytes} bytes, more than can be scanned for viruses, and was put in quarantine. Nothing of it was processed.`;
  if (refusal.reason === 'not-scanned')
    return `The change file is larger than the ${refusal.limit} bytes that can be scanned for viruses and was put in quarantine. Nothing of it was processed.`;
  const { entries, limit, more } = refusal;
  const counted = more ? `more than ${entries}` : entries;
  switch (refusal.reason) {
    case 'per-file':
      return `The change file has ${counted} entries; the limit is ${limit} per file. Split it into smaller files, and upload them with higher numbers.`;
    case 'daily-size':
      return `The change file has ${counted} entries, which is not below the limit of ${limit} per day. Split it into smaller files, and upload them with higher numbers.`;
    case 'set-aside':
      return `The change file could not be processed because of a fault of this server${doneBefore(limit, entries)}. Customer service has been told; upload it again with a higher sequence number.`;
    case 'lost':
      return `The change file has disappeared from this server${doneBefore(limit, entries)}. Upload the rest with a higher sequence number.`;
    case 'day-limit':
      return `The limit of ${limit} operations per day is reached. The file waits for the next day.`;
  }
}

function doneBefore(done: number, entries: number): string {
  return entries === 0 ? '' : ` after ${done} of ${entries} entries`;
}

const NUMBERS_SHOWN_MAX = 10;

/** Those about the file, then those about entries in their order, then what was skipped, in one line. */
function warningTexts(
  { name, warnings = [], counts, filed }: ReportedFile,
  { entry }: ReportWords,
): string[] {
  const skipped = warnings.filter((warning) => warning.kind === 'skipped');
  const shifted = warnings.filter((warning) => warning.kind === 'leading-blank');
  const rest = warnings.filter((warning) => warning.kind !== 'skipped' && warning.kind !== 'leading-blank');
  const renamed =
    counts && filed && filed.name !== name
      ? [`${filed.folder} had a file of this name already: this one is there as ${escapeHidden(filed.name)}.`]
      : [];
  return [
    ...rest.map(warningText),
    ...renamed,
    ...shifted.slice(0, NOTES_SHOWN_MAX).map((note) => shiftedText(entry, note)),
    ...(shifted.length > NOTES_SHOWN_MAX
      ? [`${shifted.length - NOTES_SHOWN_MAX} more values begin with a blank and are not quoted.`]
      : []),
    ...(skipped.length > 0 ? [skippedText(skipped)] : []),
  ];
}

/** A file that is wrong as a whole says so soon enough. */
const NOTES_SHOWN_MAX = 20;

function shiftedText(
  entryWord: string,
  { entry, line, field, before, value }: Extract<EntryNote, { kind: 'leading-blank' }>,
): string {
  return `${entryWord} #${entry}: ${field} ${quoted(value)} on line ${line} begins with a blank and is not quoted. If the comma belongs to ${before}, put that whole value in quotes.`;
}

function skippedText(skipped: readonly Extract<EntryNote, { kind: 'skipped' }>[]): string {
  const shown = skipped
    .slice(0, NOTES_SHOWN_MAX)
    .map(({ line, changetype }) => `line ${line} (${quoted(changetype)})`);
  const more = skipped.length - shown.length;
  const records = skipped.length === 1 ? '1 record' : `${skipped.length} records`;
  return `${records} skipped, because changetype has a capital letter: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}. Write the changetype in lower case.`;
}

function warningText(warning: Exclude<Warning, EntryNote>): string {
  switch (warning.kind) {
    case 'replaced':
      return `This file replaces ${warning.times === 1 ? 'one' : warning.times} of the same name that had not been processed.`;
    case 'lost':
      return 'The change file has disappeared from this server after it was processed. Its results stand.';
    case 'changed':
      return 'The change file changed while it was read; its rest was not applied. Send what is missing in a new file with a higher number.';
    case 'no-trace':
      return 'The trace could not be written because of a fault of this server. The results stand.';
    case 'missing-numbers':
      return missingText(warning);
    case 'no-record':
      return noRecordText(warning);
  }
}

function missingText({ source, numbers }: Extract<Warning, { kind: 'missing-numbers' }>): string {
  const more = numbers.length - NUMBERS_SHOWN_MAX;
  const shown = `${numbers.slice(0, NUMBERS_SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const whose = source === '' ? '' : ` of source "${escapeHidden(source)}"`;
  return numbers.length === 1
    ? `Number ${shown}${whose} was never received. It can no longer be processed; send its changes again under a higher number.`
    : `Numbers ${shown}${whose} were never received. They can no longer be processed; send their changes again under a higher number.`;
}

function noRecordText({ places, more }: Extract<Warning, { kind: 'no-record' }>): string {
  const shown = `${places.map(escapeHidden).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `This server has no record of ${shown}: what earlier reports and traces say of them does not count. Customer service has been told. What neither this nor a later report lists, send again in a new file with a higher number.`;
}

function countsLine({ counts }: ReportedFile, words: ReportWords): string[] {
  if (!counts) return [];
  const read = `${words.read}: ${counts.entries}; ${words.written}: ${counts.written}`;
  if (counts.readErrors + counts.writeErrors === 0) return [`${read}; No errors!`];
  return [`${read}; ${words.readErrors}: ${counts.readErrors}; ${words.writeErrors}: ${counts.writeErrors}`];
}

/** Report and trace of an undo, from what it did about each change. */
import type { EntryRange } from '../change-file/undo.ts';
import { en } from '../messages/en/en.ts';
import type { Messages } from '../messages/messages.ts';
import { escapeHidden } from '../shown-text.ts';
import { changeText, type ToldChange } from '../messages/undo-text.ts';
import { stampOf } from './report.ts';

/** An undo that was carried out. */
export interface ToldUndo {
  id: number;
  /** The customer's folder. */
  folder: string;
  file: { name: string };
  /** null: the whole file. */
  ranges: readonly EntryRange[] | null;
  who: string | null;
  reason: string;
  requestedAt: Date;
  appliedAt: Date | null;
  /** Changes of the file. */
  takenBack: number;
  leftOut: number;
}

type Pages = AsyncIterable<readonly ToldChange[]>;

/** Lines as in the report of a batch: who asked for what, what was left out and why, and the counts. */
export async function* undoReport(
  undo: ToldUndo,
  pages: Pages,
  messages: Messages = en,
): AsyncGenerator<string> {
  const { undo: words } = messages;
  const line = (at: Date, text: string) => `${stampOf(at)} - ${text}\n`;
  const at = undo.appliedAt ?? undo.requestedAt;
  const say = (text: string) => line(at, text);
  yield line(undo.requestedAt, words.head(`llis/${undo.folder}/${escapeHidden(undo.file.name)}`));
  yield say(words.askedBy(escapeHidden(undo.who ?? '-'), escapeHidden(undo.reason)));
  yield say(undo.ranges ? words.entries(undo.ranges.map(rangeText).join(',')) : words.wholeFile);
  for await (const page of pages)
    yield page
      .filter(({ remarks }) => remarks.length > 0)
      .map((change) => say(changeText(change, messages)))
      .join('');
  yield say(words.counts(undo.takenBack, undo.leftOut));
  yield say(words.noMail);
}

function rangeText([first, last]: EntryRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** One line per change of the file, for programs and spreadsheets. */
export async function* undoTrace(pages: Pages): AsyncGenerator<string> {
  yield 'entryNum,lineNum,outcome,operation,subject,codes\n';
  for await (const page of pages) yield page.map(traceLine).join('');
}

function traceLine({ entry, line, operation, subject, takenBack, remarks }: ToldChange): string {
  const outcome = takenBack ? 'undone' : 'left-out';
  const codes = remarks.map(({ code }) => code).join(' ');
  return `${[String(entry), String(line), outcome, ...[operation, subject, codes].map(cell)].join(',')}\n`;
}

/** A spreadsheet takes what begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

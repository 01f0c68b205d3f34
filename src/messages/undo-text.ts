import type { UndoRemark } from '../change-file/undo.ts';
import { escapeHidden } from '../shown-text.ts';
import { en } from './en/en.ts';
import type { Messages } from './messages.ts';

/** What became of one change of the file. */
export interface ToldChange {
  entry: number;
  line: number;
  operation: string;
  subject: string;
  takenBack: boolean;
  remarks: readonly UndoRemark[];
}

/** Of a change that was left out, or of which something could not come back. */
export function changeText(change: ToldChange, { undo: words }: Messages = en): string {
  const { entry, line, operation, subject, takenBack, remarks } = change;
  const place = words.place(entry, line, escapeHidden(operation), escapeHidden(subject));
  const why = remarks.map((remark) => words.remarks[remark.code](shown(remark))).join(' ');
  return takenBack ? words.partly(place, why) : words.leftOut(place, why);
}

/** As a sentence can carry it. */
function shown({ code, entry, ...texts }: UndoRemark): UndoRemark {
  const { field, value, by, at } = texts;
  return {
    code,
    ...(entry === undefined ? {} : { entry }),
    ...(field === undefined ? {} : { field: escapeHidden(field) }),
    ...(value === undefined ? {} : { value: escapeHidden(value) }),
    ...(by === undefined ? {} : { by: escapeHidden(by) }),
    ...(at === undefined ? {} : { at: `${at.slice(0, 16).replace('T', ' ')} UTC` }),
  };
}

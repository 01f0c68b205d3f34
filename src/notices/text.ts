/** What a notice says to a person: what has happened, what to do, where to look. */
import { en } from '../messages/en/en.ts';
import type { Messages } from '../messages/messages.ts';
import type { NoticeValues } from '../messages/en/notices.ts';
import { oneLine } from '../outbox/mail-text.ts';
import { escapeHidden } from '../shown-text.ts';
import { noticeTypeOf } from '../notice-types.ts';
import type { Notice } from './notice.ts';

export interface NoticeText {
  what: string;
  /** null: nothing. */
  todo: string | null;
  /** null: nowhere. */
  where: string | null;
}

export type Audience = 'customer' | 'operators';

/** Each text is one line, whatever the event holds. */
export function noticeText(notice: Notice, audience: Audience, messages: Messages = en): NoticeText {
  const words = messages.notices;
  const type = noticeTypeOf(notice.type) ?? 'test';
  const { what, todo } = words.types[type as keyof typeof words.types] as {
    what: (values: NoticeValues) => string;
    todo?: (values: NoticeValues) => string;
  };
  const values = valuesOf(notice, messages);
  return {
    what: oneLine(what(values)),
    todo: todo === undefined ? null : oneLine(todo(values)),
    where: whereOf(type, notice, audience, messages),
  };
}

function whereOf(
  type: string,
  { customer }: Notice,
  audience: Audience,
  { notices: words }: Messages,
): string | null {
  if (audience === 'operators') return customer === null ? null : words.lookOperator(String(customer));
  if (['file.applied', 'file.applied_with_errors', 'undo.applied', 'report.written'].includes(type))
    return words.lookCustomer(words.places.report);
  if (['file.refused', 'file.set_aside'].includes(type)) return words.lookCustomer(words.places.error);
  return null;
}

function valuesOf({ type, subject, data }: Notice, messages: Messages): NoticeValues {
  const number = (key: string) => (typeof data[key] === 'number' ? data[key] : 0);
  const text = (key: string) => (typeof data[key] === 'string' ? escapeHidden(data[key]) : '');
  const about = escapeHidden(subject);
  return {
    file: about,
    subject: about,
    entries: number('entries'),
    refused: number('readErrors') + number('writeErrors'),
    people: number('people'),
    of: number('of'),
    until: minuteOf(text('until')),
    reason: reasonOf(type, text, number('code'), messages),
    count: Array.isArray(data.missing) ? data.missing.length : number('daysLeft'),
  };
}

function reasonOf(
  type: string,
  text: (key: string) => string,
  code: number,
  { notices: words }: Messages,
): string {
  if (type === 'file.refused') return code === 0 ? '' : words.refusedFor(code);
  if (type === 'notices.disabled') return failureText(text('failure'));
  return words.decided[type] ?? text('reason');
}

/** Why something could not be delivered. */
export function failureText(code: string, { notices: words }: Messages = en): string {
  if (Object.hasOwn(words.failures, code)) return words.failures[code as keyof typeof words.failures];
  const status = /^http_(\d{1,3})$/.exec(code)?.[1];
  return status === undefined ? code : words.status(status);
}

/** `2026-05-01 08:00`; what is no time stays as it is. */
export function minuteOf(moment: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(moment) ? moment.slice(0, 16).replace('T', ' ') : moment;
}

/** The mail of one notice, or of many: a digest. */
import { en } from '../messages/en/en.ts';
import type { Messages } from '../messages/messages.ts';
import { oneLine, type MailText } from '../outbox/mail-text.ts';
import type { Notice } from './notice.ts';
import { minuteOf, noticeText, type Audience } from './text.ts';

export interface MailFacts {
  to: string;
  audience: Audience;
  /** Customer → its name. */
  names: ReadonlyMap<number, string>;
}

/** So many stand in a digest; of the rest it says how many. */
export const DIGEST_LINES_MAX = 50;

/** @param notices one or more, in their order. @param count of all that the mail stands for */
export function noticeMail(
  notices: readonly [Notice, ...Notice[]],
  count: number,
  facts: MailFacts,
  messages: Messages = en,
): MailText {
  return count === 1 ? mailOfOne(notices[0], facts, messages) : digest(notices, count, facts, messages);
}

function mailOfOne(notice: Notice, facts: MailFacts, messages: Messages): MailText {
  const words = messages.notices.mail;
  const { what, todo, where } = noticeText(notice, facts.audience, messages);
  const lines = [
    what,
    '',
    ...(todo === null ? [] : [words.todo(todo)]),
    ...(where === null ? [] : [words.where(where)]),
    words.at(minuteOf(notice.at.toISOString())),
  ];
  return mail(facts, words.subject(nameOf(notice, facts, messages), what), lines, messages);
}

function digest(
  notices: readonly [Notice, ...Notice[]],
  count: number,
  facts: MailFacts,
  messages: Messages,
): MailText {
  const words = messages.notices.mail;
  const shown = notices.slice(0, DIGEST_LINES_MAX);
  const [from, to] = [notices[0], notices.at(-1) ?? notices[0]].map(({ at }) => minuteOf(at.toISOString()));
  const isOfOne = notices.every(({ customer }) => customer === notices[0].customer);
  const title = isOfOne ? nameOf(notices[0], facts, messages) : words.operators;
  const lines = [
    words.digest(count, from ?? '', to ?? ''),
    '',
    ...shown.flatMap((notice) => {
      const { what, todo } = noticeText(notice, facts.audience, messages);
      const of = facts.audience === 'operators' ? `${nameOf(notice, facts, messages)}: ` : '';
      return [`- ${of}${what}`, ...(todo === null ? [] : [`  ${words.todo(todo)}`])];
    }),
    ...(count > shown.length ? [words.more(count - shown.length)] : []),
  ];
  return mail(facts, words.digestSubject(title, count), lines, messages);
}

function nameOf({ customer }: Notice, { names, audience }: MailFacts, messages: Messages): string {
  const words = messages.notices.mail;
  if (customer === null) return words.operators;
  const name = oneLine(names.get(customer) ?? '');
  return audience === 'operators' ? words.of(name, String(customer)) : name;
}

function mail({ to, audience }: MailFacts, subject: string, lines: string[], messages: Messages): MailText {
  const words = messages.notices.mail;
  const footer = audience === 'operators' ? words.footerOperator(to) : words.footerCustomer(to);
  return { to, subject: oneLine(subject), text: [...lines, '', '-- ', footer, ''].join('\n') };
}

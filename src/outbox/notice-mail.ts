import type { NoticePayload } from '../accounts/subscribers/notice.ts';
import { en } from '../messages/en/en.ts';
import type { Messages } from '../messages/messages.ts';
import { oneLine, type MailText } from './mail-text.ts';

/** The mail to the alternate address of an account that a change file has changed (rules 5). */
export function noticeMail(
  { to, email, at, changes }: NoticePayload,
  organisation: string,
  messages: Messages = en,
): MailText {
  const words = messages.mails.notice;
  const name = oneLine(organisation);
  return {
    to,
    subject: words.subject(name),
    text: [
      words.greeting,
      '',
      words.changed(name, oneLine(email), at.slice(0, 10), at.slice(11, 16)),
      '',
      ...linesOf(changes, words.change),
      '',
      words.unexpected,
      '',
    ].join('\n'),
  };
}

function linesOf(changes: NoticePayload['changes'], lineOf: Messages['mails']['notice']['change']): string[] {
  return [...Map.groupBy(changes, ({ operation }) => operation)].map(([operation, same]) => {
    const fields = [...new Set(same.flatMap((change) => change.fields))];
    return lineOf(operation, fields.join(', '));
  });
}

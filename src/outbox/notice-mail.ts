import type { NoticePayload } from '../accounts/subscribers/notice.ts';
import { oneLine, type MailText } from './mail-text.ts';

/** The mail to the alternate address of an account that a change file has changed (chapter 5). */
export function noticeMail({ to, email, at, changes }: NoticePayload, organisation: string): MailText {
  const name = oneLine(organisation);
  return {
    to,
    subject: `Your account at ${name} was changed`,
    text: [
      'Hello,',
      '',
      `${name} changed the account ${oneLine(email)} on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC:`,
      '',
      ...linesOf(changes),
      '',
      'If you did not expect this, ask your administrator.',
      '',
    ].join('\n'),
  };
}

function linesOf(changes: NoticePayload['changes']): string[] {
  return [...Map.groupBy(changes, ({ operation }) => operation)].map(([operation, same]) => {
    const fields = [...new Set(same.flatMap((change) => change.fields))];
    return `- ${operation}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}`;
  });
}

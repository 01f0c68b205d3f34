import { oneLine, type MailText } from './mail-text.ts';

/** What a notice's row in the outbox carries: names of operations and fields, never a value but the two addresses. */
export interface NoticePayload {
  to: string;
  /** Of the account. */
  email: string;
  /** ISO 8601. */
  at: string;
  /** In the order of the file; slices of one file may repeat an operation. */
  changes: { operation: string; fields: string[] }[];
}

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

export interface MailText {
  to: string;
  subject: string;
  text: string;
  /** `<…@…>`; the same whenever the mail is sent again. */
  messageId?: string;
  headers?: Readonly<Record<string, string>>;
}

/** A value from outside as part of a line: nothing in it makes a second header, recipient or line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

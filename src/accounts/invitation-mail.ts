/** What an invitation's row in the outbox carries. */
export interface InvitationPayload {
  to: string;
  language: string;
  givenName: string;
  /** ISO 8601; tells this invitation from a later one. */
  sentAt: string;
}

const VALID_DAYS = 28;

/** The mail with which a new user chooses a password, accepts the terms and reaches the services (chapter 6.1). */
export function invitationMail(
  { to, givenName }: InvitationPayload,
  organisation: string,
  link: string,
): { to: string; subject: string; text: string } {
  const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return {
    to,
    subject: `Your account at ${oneLine(organisation)}`,
    text: [
      `Hello ${oneLine(givenName)},`,
      '',
      `${oneLine(organisation)} has created an account for you. Choose a password and accept the terms here:`,
      '',
      link,
      '',
      `The link can be used once and is valid for ${VALID_DAYS} days. After that, ask your administrator to send it again.`,
      '',
    ].join('\n'),
  };
}

import type { MailText } from './mail-text.ts';
import { oneLine } from './mail-text.ts';

/** What an invitation's row in the outbox carries. */
export interface InvitationPayload {
  to: string;
  language: string;
  givenName: string;
  /** ISO 8601; tells this invitation from a later one. */
  sentAt: string;
  /** Left out in rows of older versions: to register. */
  purpose?: 'register' | 'activate';
}

export interface InvitationFacts {
  /** Name of the organisation. */
  organisation: string;
  link: string;
  /** The account counts as having accepted the terms of use: it is not asked to. */
  termsAccepted: boolean;
}

const VALID_DAYS = 28;

/**
 * The mail with which a new user chooses a password, accepts the terms and reaches the services (chapter 6.1), or an
 * active one activates the seats that were assigned (6.10).
 */
export function invitationMail(payload: InvitationPayload, facts: InvitationFacts): MailText {
  const organisation = oneLine(facts.organisation);
  const isNew = payload.purpose !== 'activate';
  return {
    to: payload.to,
    subject: isNew ? `Your account at ${organisation}` : `New service for your account at ${organisation}`,
    text: [
      `Hello ${oneLine(payload.givenName)},`,
      '',
      isNew
        ? `${organisation} has created an account for you. Choose a password${facts.termsAccepted ? '' : ' and accept the terms'} here:`
        : `${organisation} has added a service to your account. Activate it here:`,
      '',
      facts.link,
      '',
      `The link can be used once and is valid for ${VALID_DAYS} days. After that, ask your administrator to send it again.`,
      '',
    ].join('\n'),
  };
}

import { en } from '../messages/en/en.ts';
import type { Messages } from '../messages/messages.ts';
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
 * The mail with which a new user chooses a password, accepts the terms and reaches the services (rule 6.1), or an
 * active one activates the seats that were assigned (6.10).
 */
export function invitationMail(
  payload: InvitationPayload,
  facts: InvitationFacts,
  messages: Messages = en,
): MailText {
  const words = messages.mails.invitation;
  const organisation = oneLine(facts.organisation);
  const isNew = payload.purpose !== 'activate';
  const register = facts.termsAccepted ? words.registerTermsAccepted : words.register;
  return {
    to: payload.to,
    subject: isNew ? words.subject(organisation) : words.activationSubject(organisation),
    text: [
      words.greeting(oneLine(payload.givenName)),
      '',
      isNew ? register(organisation) : words.activate(organisation),
      '',
      facts.link,
      '',
      words.validity(VALID_DAYS),
      '',
    ].join('\n'),
  };
}

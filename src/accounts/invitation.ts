import type { Invitation, Organisation, Subscriber } from './organisation.ts';

/** An invitation runs 28 days from its sending (chapter 5; accounts chapter 5: exactly 28 × 24 hours). */
export const INVITATION_MS = 28 * 24 * 60 * 60 * 1000;

/** Nothing is on its way, and a link that was sent no longer works. */
export function noInvitation(suppressed: boolean): Invitation {
  return { state: 'none', sentTo: null, sentAt: null, expiresAt: null, suppressed };
}

/**
 * Whether the organisation mails this subscriber invitations at all: federated users sign in through their company,
 * and with e-mail verification off nobody is sent one (accounts chapter 2).
 */
export function isInvited(organisation: Organisation, subscriber: Subscriber): boolean {
  return organisation.emailVerification && subscriber.federationType !== 'FEDERATED';
}

/** An account made with a password only has no address an invitation could go to (chapter 5). */
export function hasPasswordOnly(subscriber: Subscriber): boolean {
  return subscriber.password.state === 'temporary' && subscriber.alternateEmail === null;
}

/** Sends the invitation: a new link, 28 days from now. An earlier link stops working. */
export function invite(organisation: Organisation, subscriber: Subscriber, entry: number, now: Date): void {
  const sentTo = subscriber.alternateEmail ?? subscriber.email;
  const expiresAt = new Date(now.getTime() + INVITATION_MS);
  subscriber.invitation = { state: 'pending', sentTo, sentAt: now, expiresAt, suppressed: false };
  const language = subscriber.profile.language || organisation.contactLanguage;
  organisation.followUps.push({
    topic: 'invitation',
    subscriber: subscriber.id,
    entry,
    payload: { to: sentTo, language, givenName: subscriber.givenName, sentAt: now.toISOString() },
  });
}

import type { FollowUp, Invitation, Organisation, Seat, Subscriber } from './organisation.ts';

/** An invitation runs 28 days from its sending (rules 5 and A5: exactly 28 × 24 hours). */
export const INVITATION_MS = 28 * 24 * 60 * 60 * 1000;

/** Nothing is on its way, and a link that was sent no longer works. */
export function noInvitation(suppressed: boolean): Invitation {
  return { state: 'none', sentTo: null, sentAt: null, expiresAt: null, suppressed };
}

/**
 * Whether the organisation mails this subscriber invitations at all: federated users sign in through their company,
 * and with e-mail verification off nobody is sent one (rules A2).
 */
export function isInvited(organisation: Organisation, subscriber: Subscriber): boolean {
  return organisation.emailVerification && subscriber.federationType !== 'FEDERATED';
}

/** An account made with a password only has no address an invitation could go to (rules 5). */
export function hasPasswordOnly(subscriber: Subscriber): boolean {
  return subscriber.password.state === 'temporary' && subscriber.alternateEmail === null;
}

/** The seats that wait for their holder to follow the link of an invitation (rules A9). */
export function seatsToActivate({ seats }: Subscriber): Seat[] {
  return seats.filter((seat) => seat.state === 'assigned');
}

/**
 * Federated users sign in through their company: the link of an earlier invitation stops working, and a seat that waited
 * for its holder to follow one is theirs at once, for no other will come (rules A9).
 */
export function endInvitation(subscriber: Subscriber): void {
  const { state, suppressed } = subscriber.invitation;
  if (state === 'pending') subscriber.invitation = noInvitation(suppressed);
  for (const seat of seatsToActivate(subscriber)) seat.state = 'active';
}

/**
 * Sends the invitation: to a pending account the one to register, to an active one that to activate its seats. A new
 * link, 28 days from now; an earlier one stops working, and where it has not left yet it never does.
 */
export function invite(organisation: Organisation, subscriber: Subscriber, entry: number, now: Date): void {
  const sentTo = subscriber.alternateEmail ?? subscriber.email;
  const expiresAt = new Date(now.getTime() + INVITATION_MS);
  subscriber.invitation = { state: 'pending', sentTo, sentAt: now, expiresAt, suppressed: false };
  const language = subscriber.profile.language || organisation.contactLanguage;
  const purpose = subscriber.state === 'pending' ? 'register' : 'activate';
  if (organisation.invited.has(subscriber.id)) {
    const isEarlier = ({ topic, subscriber: id }: FollowUp) => topic === 'invitation' && id === subscriber.id;
    organisation.followUps.splice(organisation.followUps.findIndex(isEarlier), 1);
  }
  organisation.invited.add(subscriber.id);
  organisation.followUps.push({
    topic: 'invitation',
    subscriber: subscriber.id,
    entry,
    payload: { to: sentTo, language, givenName: subscriber.givenName, sentAt: now.toISOString(), purpose },
  });
}

/**
 * A pending invitation follows the account to its new address, and the old link stops working; one that goes to an
 * alternate address stays as it is (6.9). Where nobody is invited any longer it ends.
 */
export function moveInvitation(
  organisation: Organisation,
  subscriber: Subscriber,
  entry: number,
  now: Date,
): void {
  const { state, sentTo, expiresAt, suppressed } = subscriber.invitation;
  const isPending = state === 'pending' && expiresAt !== null && expiresAt > now;
  if (!isPending || sentTo === subscriber.alternateEmail) return;
  if (isInvited(organisation, subscriber)) invite(organisation, subscriber, entry, now);
  else subscriber.invitation = noInvitation(suppressed);
}

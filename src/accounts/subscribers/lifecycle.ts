/** What happens to an account whichever kind of change file asks for it, and the rules that hold for all of them. */
import { domainOf } from './email-address.ts';
import { contentHandOver } from './hand-over.ts';
import { moveInvitation, noInvitation } from './invitation.ts';
import { heldSubscriptions, type Organisation, type Role, type Subscriber } from './organisation.ts';
import { freeSeat } from './seats.ts';
import { mailTypeOf } from './subscription.ts';
import { setTechnician } from './technician.ts';

/** Whether the organisation would be without an administrator if this one were suspended, removed or lost the role. */
export function isLastAdministrator(organisation: Organisation, subscriber: Subscriber): boolean {
  return administers(subscriber) && organisation.administrators === 1;
}

/** A suspended administrator can do nothing, and does not count. */
function administers({ roles, state }: Subscriber): boolean {
  return roles.includes('administrator') && (state === 'pending' || state === 'active');
}

/** @param source whose full list does it; null: another hand does, and no list undoes it */
export function suspendSubscriber(
  organisation: Organisation,
  subscriber: Subscriber,
  source: string | null = null,
): void {
  if (administers(subscriber)) organisation.administrators -= 1;
  subscriber.stateBeforeSuspend = subscriber.state === 'pending' ? 'pending' : 'active';
  subscriber.state = 'suspended';
  subscriber.suspendedBy = source;
  // A suspension before registration makes the old link invalid; after Resume the invitation can be sent again.
  if (subscriber.invitation.state === 'pending')
    subscriber.invitation = noInvitation(subscriber.invitation.suppressed);
}

/** An account that was pending is pending again. */
export function resumeSubscriber(organisation: Organisation, subscriber: Subscriber): void {
  subscriber.state = subscriber.stateBeforeSuspend ?? 'active';
  subscriber.stateBeforeSuspend = null;
  subscriber.suspendedBy = null;
  if (administers(subscriber)) organisation.administrators += 1;
}

export function setRoles(organisation: Organisation, subscriber: Subscriber, roles: Role[]): void {
  if (administers(subscriber)) organisation.administrators -= 1;
  subscriber.roles = roles;
  if (administers(subscriber)) organisation.administrators += 1;
}

/** Why an account may not get an address: its domain is not one that it may lie in. */
export interface ForeignDomain {
  domain: string;
  allowed: readonly string[];
  reason?: 'not-owned';
}

/** A federated user stays in an owned domain, and Notes mail in a mail domain (6.9). */
export function foreignDomain(
  organisation: Organisation,
  subscriber: Subscriber,
  address: string,
): ForeignDomain | null {
  const { ownedDomains, mailDomains } = organisation;
  const domain = domainOf(address);
  if (subscriber.federationType === 'FEDERATED' && !ownedDomains.has(domain))
    return { domain, allowed: [...ownedDomains], reason: 'not-owned' };
  const hasNotes = heldSubscriptions(organisation, subscriber).some((one) => mailTypeOf(one) === 'notes');
  return hasNotes && !mailDomains.has(domain) ? { domain, allowed: [...mailDomains] } : null;
}

/** @param address folded, and free */
export function renameSubscriber(
  organisation: Organisation,
  subscriber: Subscriber,
  address: string,
  { entry, now }: { entry: number; now: Date },
): void {
  // The account gets the new address; an iNotes mailbox keeps the one it was made with.
  if (heldSubscriptions(organisation, subscriber).some((one) => mailTypeOf(one) === 'inotes'))
    subscriber.mailbox ??= subscriber.email;
  organisation.subscribers.delete(subscriber.email);
  subscriber.email = address;
  organisation.subscribers.set(address, subscriber);
  moveInvitation(organisation, subscriber, entry, now);
}

/** @param recipient who receives what can move; null: it is deleted */
export function removeSubscriber(
  organisation: Organisation,
  subscriber: Subscriber,
  recipient: Subscriber | null,
  entry: number,
): void {
  const { id, email } = subscriber;
  const content = contentHandOver(heldSubscriptions(organisation, subscriber), subscriber, recipient);
  organisation.followUps.push({ topic: 'content', subscriber: id, entry, payload: content });
  organisation.followUps.push({ topic: 'removal', subscriber: id, entry, payload: { email } });
  if (subscriber.companyContact) organisation.companyContacts -= 1;
  if (administers(subscriber)) organisation.administrators -= 1;
  for (const seat of subscriber.seats) freeSeat(organisation, subscriber, seat);
  setTechnician(organisation, subscriber, null);
  subscriber.managedBy = null;
  subscriber.state = 'remove_pending';
  subscriber.stateBeforeSuspend = null;
  subscriber.suspendedBy = null;
  subscriber.invitation = noInvitation(subscriber.invitation.suppressed);
}

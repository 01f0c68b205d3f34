import { z } from 'zod';
import { loadDirectory } from '../accounts/directory/entry-store.ts';
import { parseDistinguishedName } from '../accounts/directory/distinguished-name.ts';
import { foldEmailAddress, isEmailAddress } from '../accounts/subscribers/email-address.ts';
import { loadOrganisation } from '../accounts/subscribers/load.ts';
import {
  heldSubscriptions,
  type Organisation,
  type Subscriber,
} from '../accounts/subscribers/organisation.ts';
import { membershipsOf, type Groups } from '../accounts/groups/groups.ts';
import { loadGroups } from '../accounts/groups/load.ts';
import { statusOf } from '../accounts/subscribers/status.ts';
import { mailTypeOf } from '../accounts/subscribers/subscription.ts';
import { mustChangePassword, nicknameOf } from '../accounts/subscribers/technician.ts';
import type { Database } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import { isInvitationWaiting } from '../outbox/outbox.ts';
import { quoted } from '../shown-text.ts';
import { action, operators } from './action.ts';
import { expectCustomer } from './locked-customer.ts';
import { operator } from '../messages/en/operator.ts';

export const show = action({
  name: 'show',
  /** `subject`: an e-mail address, or the distinguished name of a directory entry. */
  input: z.strictObject({ customer: z.int(), subject: z.string() }),
  allowed: operators,
  run: ({ database, clock, hasMailServer }, { customer, subject }) =>
    isEmailAddress(subject)
      ? showSubscriber(database, customer, subject, { hasMailServer, now: clock.now() })
      : showEntry(database, customer, subject),
});

/** @throws {OperatorFault} where there is no such customer or directory entry */
export async function showEntry(database: Database, customer: number, dn: string): Promise<object> {
  await expectCustomer(database, customer);
  const name = parseDistinguishedName(dn);
  if (!name) throw new OperatorFault(operator.actions.neitherAddressNorDn(quoted(dn)));
  const { entries } = await loadDirectory(database, customer, { keys: [name.key], renamed: [] });
  const entry = entries.get(name.key);
  if (!entry) throw new OperatorFault(operator.actions.noEntry(customer, dn));
  const values = [...entry.attributes].map(([attribute, given]) => [attribute, [...given.values()]]);
  return {
    customer,
    dn: entry.dn,
    class: entry.class,
    attributes: Object.fromEntries(values) as Record<string, string[]>,
    createdAt: entry.createdAt,
    lastChange: entry.lastChange,
  };
}

/**
 * @param surroundings whether the configuration names a mail server: without it no invitation leaves
 * @throws {OperatorFault} where there is no such customer or subscriber
 */
export async function showSubscriber(
  database: Database,
  customer: number,
  address: string,
  { hasMailServer, now }: { hasMailServer: boolean; now: Date } = { hasMailServer: true, now: new Date() },
): Promise<object> {
  await expectCustomer(database, customer);
  const email = foldEmailAddress(address);
  const organisation = await loadOrganisation(database, customer, { emails: [email], notesDns: [] });
  const subscriber = organisation.subscribers.get(email);
  if (!subscriber) throw new OperatorFault(operator.actions.noSubscriber(customer, address));
  const sent = await sending(database, subscriber, hasMailServer);
  const groups = await loadGroups(database, customer, { names: [], subscribers: [subscriber.id] });
  return shownSubscriber(organisation, subscriber, { sent, groups, now });
}

/** When the invitation was sent; in words where it has not left. */
async function sending(
  database: Database,
  { id, invitation: { sentAt } }: Subscriber,
  hasMailServer: boolean,
): Promise<Date | string | null> {
  if (!(await isInvitationWaiting(database, id, sentAt))) return sentAt;
  return hasMailServer ? operator.actions.invitationWaits : operator.actions.invitationUnsent;
}

function shownSubscriber(
  organisation: Organisation,
  subscriber: Subscriber,
  { sent, groups, now }: { sent: Date | string | null; groups: Groups; now: Date },
): object {
  const { invitation, seats, notes, lastChange } = subscriber;
  const expired =
    invitation.state === 'pending' && invitation.expiresAt !== null && invitation.expiresAt <= now;
  return {
    customer: organisation.id,
    email: subscriber.email,
    alternateEmail: subscriber.alternateEmail,
    state: subscriber.state,
    status: statusOf(subscriber, now),
    signedIn: subscriber.standing.firstSignInAt !== null,
    givenName: subscriber.givenName,
    familyName: subscriber.familyName,
    federationType: subscriber.federationType,
    roles: subscriber.roles,
    companyContact: subscriber.companyContact,
    profile: subscriber.profile,
    canSign: subscriber.canSign,
    groups: membershipsOf(groups, subscriber.id).map(({ group, isPrimary, canSend, isAdmin }) => ({
      name: group.name,
      primary: isPrimary,
      canSend,
      admin: isAdmin,
    })),
    password: subscriber.password.state,
    seats: seats.map((seat) => ({
      subscription: seat.subscription,
      kind: organisation.subscriptions.get(seat.subscription)?.kind,
      state: seat.state,
      extraStorage: seat.extraStorage,
      assignedAt: seat.assignedAt,
      lastChange: seat.lastChange,
    })),
    invitation: {
      state: expired ? 'expired' : invitation.state,
      sentTo: invitation.sentTo,
      sent,
      expires: invitation.expiresAt,
      suppressed: invitation.suppressed,
    },
    technician: shownTechnician(subscriber),
    managedBy: subscriber.managedBy,
    termsAccepted: subscriber.termsAcceptedAt,
    notes,
    mailbox: mailboxOf(organisation, subscriber),
    lastChange,
  };
}

/** null: is none. */
function shownTechnician(subscriber: Subscriber): object | null {
  const { technician } = subscriber;
  if (!technician) return null;
  return {
    ...technician,
    nickname: nicknameOf(technician),
    mustChangePassword: mustChangePassword(subscriber),
  };
}

/** Address of the iNotes mailbox, which a Rename leaves as it is; null for a user without one. */
function mailboxOf(organisation: Organisation, subscriber: Subscriber): string | null {
  const seats = heldSubscriptions(organisation, subscriber);
  return seats.some((one) => mailTypeOf(one) === 'inotes') ? (subscriber.mailbox ?? subscriber.email) : null;
}

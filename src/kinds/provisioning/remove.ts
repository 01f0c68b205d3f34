import { contentHandOver, holdsCollaboration, holdsMail } from '../../accounts/subscribers/hand-over.ts';
import { noInvitation } from '../../accounts/subscribers/invitation.ts';
import { heldSubscriptions } from '../../accounts/subscribers/organisation.ts';
import { freeSeat } from '../../accounts/subscribers/seats.ts';
import { assignToElsewhere, assignToUnknown, recipientOf } from './assign-to.ts';
import {
  check,
  knownSubscriber,
  textOf,
  touch,
  userNotFound,
  type Check,
  type DecisionContext,
} from './context.ts';

/** 6.5: removes the subscriber and all rights; Files and Activities may move to another subscriber. */
export const removeChecks: readonly Check[] = [
  userNotFound,
  check(11, 1002, (s) => {
    const { companyContact, email } = knownSubscriber(s);
    return companyContact && s.organisation.companyContacts === 1 && { field: 'emailAddress', value: email };
  }),
  assignToUnknown(12),
  assignToElsewhere(13),
  check(14, 1019, (s) => {
    const subscriber = knownSubscriber(s);
    const mailOnly = holdsMail(s.organisation, subscriber) && !holdsCollaboration(s.organisation, subscriber);
    return textOf(s, 'assignTo') !== '' && mailOnly && { field: 'assignTo', value: textOf(s, 'assignTo') };
  }),
  check(15, 1043, (s) => {
    const recipient = recipientOf(s);
    const unfit = recipient !== null && !holdsCollaboration(s.organisation, recipient);
    return unfit && { field: 'assignTo', value: textOf(s, 'assignTo'), reason: 'no-collaboration' };
  }),
  check(16, 1008, (s) => {
    const { roles, state, email } = knownSubscriber(s);
    const last =
      roles.includes('administrator') && state !== 'suspended' && s.organisation.administrators === 1;
    return last && { field: 'emailAddress', value: email, reason: 'last-administrator' };
  }),
];

export function remove(s: DecisionContext): void {
  const { organisation } = s;
  const subscriber = knownSubscriber(s);
  const { id } = subscriber;
  const content = contentHandOver(heldSubscriptions(organisation, subscriber), subscriber, recipientOf(s));
  organisation.followUps.push({ topic: 'content', subscriber: id, entry: s.entry, payload: content });
  organisation.followUps.push({
    topic: 'removal',
    subscriber: id,
    entry: s.entry,
    payload: { email: subscriber.email },
  });
  if (subscriber.companyContact) organisation.companyContacts -= 1;
  if (subscriber.roles.includes('administrator') && subscriber.state !== 'suspended')
    organisation.administrators -= 1;
  for (const seat of subscriber.seats) freeSeat(organisation, subscriber, seat);
  subscriber.state = 'remove_pending';
  subscriber.stateBeforeSuspend = null;
  subscriber.invitation = noInvitation(subscriber.invitation.suppressed);
  touch(s, subscriber);
}

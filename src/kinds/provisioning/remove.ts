import { holdsCollaboration, holdsMail } from '../../accounts/subscribers/hand-over.ts';
import { isLastAdministrator, removeSubscriber } from '../../accounts/subscribers/lifecycle.ts';
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
    const subscriber = knownSubscriber(s);
    const { email } = subscriber;
    const last = isLastAdministrator(s.organisation, subscriber);
    return last && { field: 'emailAddress', value: email, reason: 'last-administrator' };
  }),
];

export function remove(s: DecisionContext): void {
  const subscriber = knownSubscriber(s);
  removeSubscriber(s.organisation, subscriber, recipientOf(s), s.entry);
  touch(s, subscriber);
}

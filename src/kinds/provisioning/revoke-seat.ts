import { contentHandOver, holdsCollaboration } from '../../accounts/subscribers/hand-over.ts';
import { heldSubscriptions, seatOf, type Subscription } from '../../accounts/subscribers/organisation.ts';
import { freeSeat } from '../../accounts/subscribers/seats.ts';
import { hasCollaboration } from '../../accounts/subscribers/subscription.ts';
import { assignToElsewhere, assignToUnknown, recipientOf } from './assign-to.ts';
import { dropAccessories } from './change-seat.ts';
import {
  BASE_KEYWORDS,
  check,
  knownSubscriber,
  seatList,
  textOf,
  touch,
  userNotFound,
  type Check,
  type DecisionContext,
} from './context.ts';

/** 6.8: the seat is named by keyword; base seats by their kind (BASE_KEYWORDS), accessories by their name. */
const ACCESSORY_KEYWORDS = [
  'BLACKBERRY_HOSTED',
  'BLACKBERRY_HOSTED_MDS',
  'TRAVELER',
  'BES_ACCESS',
  'IBM_DOCS',
  'RETENTION',
];

export const revokeSeatChecks: readonly Check[] = [
  userNotFound,
  check(11, 1017, (s) => {
    const known = keyword(s) in BASE_KEYWORDS || ACCESSORY_KEYWORDS.includes(keyword(s));
    return !known && { field: 'subscriptionId', value: textOf(s, 'subscriptionId') };
  }),
  check(12, 1018, (s) => {
    const { email } = knownSubscriber(s);
    return !revoked(s) && { field: 'subscriptionId', value: keyword(s), other: email, list: seatList(s) };
  }),
  check(13, 1019, (s) => {
    const value = textOf(s, 'assignTo');
    return keyword(s) === 'MAIL' && value !== '' && { field: 'assignTo', value };
  }),
  assignToUnknown(14),
  assignToElsewhere(15),
  check(16, 1043, (s) => {
    const recipient = recipientOf(s);
    if (recipient === null) return false;
    const value = textOf(s, 'assignTo');
    const subscription = revoked(s);
    if (!subscription || !hasCollaboration(subscription)) return { field: 'assignTo', value };
    return (
      !holdsCollaboration(s.organisation, recipient) && {
        field: 'assignTo',
        value,
        reason: 'no-collaboration',
      }
    );
  }),
];

export function revokeSeat(s: DecisionContext): void {
  const subscriber = knownSubscriber(s);
  const revoked = allRevoked(s);
  const recipient = recipientOf(s);
  for (const { id } of revoked) {
    const seat = seatOf(subscriber, id);
    if (seat) freeSeat(s.organisation, subscriber, seat);
  }
  const gone = [
    ...revoked.filter((one) => recipient || one.kind === 'accessory'),
    ...dropAccessories(s, subscriber),
  ];
  if (gone.length > 0) {
    const payload = contentHandOver(gone, subscriber, recipient);
    s.organisation.followUps.push({ topic: 'content', subscriber: subscriber.id, entry: s.entry, payload });
  }
  touch(s, subscriber);
}

function keyword(s: DecisionContext): string {
  return textOf(s, 'subscriptionId').toUpperCase();
}

function revoked(s: DecisionContext): Subscription | undefined {
  return allRevoked(s)[0];
}

function allRevoked(s: DecisionContext): Subscription[] {
  const held = heldSubscriptions(s.organisation, knownSubscriber(s));
  const kind = BASE_KEYWORDS[keyword(s)];
  return held.filter((one) =>
    kind ? one.kind === kind : one.kind === 'accessory' && one.accessory === keyword(s),
  );
}

import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import type { Subscriber } from '../../accounts/subscribers/organisation.ts';
import { check, knownSubscriber, subscriberAt, textOf, type Check, type DecisionContext } from './context.ts';

/** 1014: `assignTo` is nobody, or the very subscriber whose content is to move. */
export function assignToUnknown(order: number): Check {
  return check(order, 1014, (s) => {
    const value = textOf(s, 'assignTo');
    if (value === '') return false;
    const email = foldEmailAddress(value);
    if (email === knownSubscriber(s).email) return { field: 'assignTo', value, reason: 'self' };
    const known =
      subscriberAt(s.organisation, email) !== undefined || s.organisation.takenElsewhere.has(email);
    return !known && { field: 'assignTo', value };
  });
}

/** 1013: content never leaves the company. */
export function assignToElsewhere(order: number): Check {
  return check(order, 1013, (s) => {
    const value = textOf(s, 'assignTo');
    return s.organisation.takenElsewhere.has(foldEmailAddress(value)) && { field: 'assignTo', value };
  });
}

/** Who receives the content; null where the row names nobody. */
export function recipientOf(s: DecisionContext): Subscriber | null {
  return subscriberAt(s.organisation, foldEmailAddress(textOf(s, 'assignTo'))) ?? null;
}

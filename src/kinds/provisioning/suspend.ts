import { isLastAdministrator, suspendSubscriber } from '../../accounts/subscribers/lifecycle.ts';
import { check, knownSubscriber, touch, userNotFound, type Check, type DecisionContext } from './context.ts';

/** 6.3: stops sign-in and use of services; the subscriber and all seats stay. */
export const suspendChecks: readonly Check[] = [
  userNotFound,
  check(11, 1008, (s) => {
    const subscriber = knownSubscriber(s);
    const { state, email } = subscriber;
    if (state === 'suspended') return { field: 'emailAddress', value: email, reason: 'already-suspended' };
    const last = isLastAdministrator(s.organisation, subscriber);
    return last && { field: 'emailAddress', value: email, reason: 'last-administrator' };
  }),
];

export function suspend(s: DecisionContext): void {
  const subscriber = knownSubscriber(s);
  suspendSubscriber(s.organisation, subscriber);
  touch(s, subscriber);
}

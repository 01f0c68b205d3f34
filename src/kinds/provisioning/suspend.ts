import { noInvitation } from '../../accounts/subscribers/invitation.ts';
import { check, knownSubscriber, touch, userNotFound, type Check, type DecisionContext } from './context.ts';

/** 6.3: stops sign-in and use of services; the subscriber and all seats stay. */
export const suspendChecks: readonly Check[] = [
  userNotFound,
  check(11, 1008, (s) => {
    const { state, email, roles } = knownSubscriber(s);
    if (state === 'suspended') return { field: 'emailAddress', value: email, reason: 'already-suspended' };
    const last = roles.includes('administrator') && s.organisation.administrators === 1;
    return last && { field: 'emailAddress', value: email, reason: 'last-administrator' };
  }),
];

export function suspend(s: DecisionContext): void {
  const subscriber = knownSubscriber(s);
  subscriber.stateBeforeSuspend = subscriber.state === 'pending' ? 'pending' : 'active';
  subscriber.state = 'suspended';
  // A suspension before registration makes the old link invalid; after Resume the invitation can be sent again.
  if (subscriber.invitation.state === 'pending')
    subscriber.invitation = noInvitation(subscriber.invitation.suppressed);
  if (subscriber.roles.includes('administrator')) s.organisation.administrators -= 1;
  touch(s, subscriber);
}

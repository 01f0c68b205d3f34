import {
  hasPasswordOnly,
  invite,
  isInvited,
  seatsToActivate,
} from '../../accounts/subscribers/invitation.ts';
import { check, knownSubscriber, touch, userNotFound, type Check, type DecisionContext } from './context.ts';

/**
 * 6.10: mails the invitation again, or for the first time after SUPPRESS_ALL; it runs another 28 days. A pending account
 * is invited to register, an active one to activate the seats that it was assigned.
 */
export const resendInvitationChecks: readonly Check[] = [
  userNotFound,
  check(11, 1061, (s) => {
    const waiting = knownSubscriber(s).seats.find((seat) => seat.state === 'entitle_pending');
    return (
      waiting && {
        field: 'emailAddress',
        value: knownSubscriber(s).email,
        other: String(waiting.subscription),
      }
    );
  }),
  check(12, 1008, (s) => {
    const subscriber = knownSubscriber(s);
    const { email, state, federationType } = subscriber;
    const about = { field: 'emailAddress' as const, value: email };
    if (state === 'suspended') return { ...about, reason: 'suspended' };
    if (state === 'active' && seatsToActivate(subscriber).length === 0)
      return { ...about, reason: 'nothing-to-activate' };
    if (state === 'pending' && hasPasswordOnly(subscriber)) return { ...about, reason: 'password-only' };
    return federationType === 'FEDERATED' && { ...about, reason: 'federated' };
  }),
];

export function resendInvitation(s: DecisionContext): void {
  const subscriber = knownSubscriber(s);
  // With e-mail verification off the request is in order, yet nobody is sent a mail (rules 5).
  if (isInvited(s.organisation, subscriber)) invite(s.organisation, subscriber, s.entry, s.inputs.now);
  touch(s, subscriber);
}

import { resumeSubscriber } from '../../accounts/subscribers/lifecycle.ts';
import { check, knownSubscriber, touch, userNotFound, type Check, type DecisionContext } from './context.ts';

/** 6.4: undoes Suspend; an account that was pending is pending again. */
export const resumeChecks: readonly Check[] = [
  userNotFound,
  check(11, 1008, (s) => {
    const { state, email } = knownSubscriber(s);
    return (
      state !== 'suspended' && { field: 'emailAddress', value: email, reason: 'not-suspended', other: state }
    );
  }),
];

export function resume(s: DecisionContext): void {
  const subscriber = knownSubscriber(s);
  resumeSubscriber(s.organisation, subscriber);
  touch(s, subscriber);
}

import { foldEmailAddress, isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { foreignDomain, renameSubscriber } from '../../accounts/subscribers/lifecycle.ts';
import { foldNotesDn } from '../../accounts/subscribers/notes-name.ts';
import { heldSubscriptions } from '../../accounts/subscribers/organisation.ts';
import { isBase, mailTypeOf } from '../../accounts/subscribers/subscription.ts';
import {
  check,
  knownSubscriber,
  textOf,
  touch,
  userNotFound,
  valueCheck,
  type Check,
  type DecisionContext,
} from './context.ts';

/** 6.9: changes the sign-in address to altEmailAddress; never a person's name or Notes DN. */
export const renameChecks: readonly Check[] = [
  userNotFound,
  valueCheck(11, 1029, (s) => {
    const value = textOf(s, 'altEmailAddress');
    return !isEmailAddress(value) && { field: 'altEmailAddress', value };
  }),
  check(12, 1035, (s) => {
    const { subscribers, takenElsewhere } = s.organisation;
    const taken = subscribers.has(newAddress(s)) || takenElsewhere.has(newAddress(s));
    if (!taken) return false;
    const reason = newAddress(s) === knownSubscriber(s).email ? 'own' : 'rename';
    return { field: 'altEmailAddress', value: newAddress(s), reason };
  }),
  check(13, 1006, (s) => {
    const foreign = foreignDomain(s.organisation, knownSubscriber(s), newAddress(s));
    if (!foreign) return false;
    const { domain: value, allowed, ...why } = foreign;
    return { field: 'altEmailAddress', value, other: allowed.join(', '), ...why };
  }),
  check(14, 1048, (s) => {
    const { email } = knownSubscriber(s);
    const holdsNone = !heldSubscriptions(s.organisation, knownSubscriber(s)).some(isBase);
    return holdsNone && { field: 'emailAddress', value: email, reason: 'no-seat' };
  }),
  check(15, 1048, (s) => isUnsynchronised(s) && { field: 'altEmailAddress', value: newAddress(s) }),
];

export function rename(s: DecisionContext): void {
  const { organisation, inputs } = s;
  const subscriber = knownSubscriber(s);
  renameSubscriber(organisation, subscriber, newAddress(s), { entry: s.entry, now: inputs.now });
  touch(s, subscriber);
}

function holdsNotes(s: DecisionContext): boolean {
  return heldSubscriptions(s.organisation, knownSubscriber(s)).some((one) => mailTypeOf(one) === 'notes');
}

function newAddress(s: DecisionContext): string {
  return foldEmailAddress(textOf(s, 'altEmailAddress'));
}

/** A hybrid Notes user's new address must already be the one that was synchronised from on premises (rule 19.24). */
function isUnsynchronised(s: DecisionContext): boolean {
  const { organisation } = s;
  const subscriber = knownSubscriber(s);
  const { notes } = subscriber;
  if (organisation.notes !== 'hybrid' || !holdsNotes(s) || !notes) return false;
  const key = foldNotesDn(notes.dn);
  return !organisation.onPremises.some(({ dn, email }) => foldNotesDn(dn) === key && email === newAddress(s));
}

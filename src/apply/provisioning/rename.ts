import { domainOf, foldEmailAddress, isEmailAddress } from '../../accounts/email-address.ts';
import { foldNotesDn } from '../../accounts/notes-name.ts';
import { heldSubscriptions } from '../../accounts/organisation.ts';
import { mailTypeOf } from '../../accounts/subscription.ts';
import {
  check,
  knownSubscriber,
  textOf,
  touch,
  userNotFound,
  type Check,
  type Situation,
} from './situation.ts';

/** 6.9: changes the sign-in address to altEmailAddress; never a person's name or Notes DN. */
export const renameChecks: readonly Check[] = [
  userNotFound,
  check(11, 1029, (s) => {
    const value = textOf(s, 'altEmailAddress');
    return !isEmailAddress(value) && { field: 'altEmailAddress', value };
  }),
  check(12, 1035, (s) => {
    const { subscribers, takenElsewhere } = s.organisation;
    const taken = subscribers.has(newAddress(s)) || takenElsewhere.has(newAddress(s));
    return taken && { field: 'altEmailAddress', value: newAddress(s) };
  }),
  check(13, 1006, (s) => {
    const domain = domainOf(newAddress(s));
    const foreign =
      knownSubscriber(s).federationType === 'FEDERATED' && !s.organisation.ownedDomains.has(domain);
    return (
      foreign && {
        field: 'altEmailAddress',
        value: domain,
        other: [...s.organisation.ownedDomains].join(', '),
      }
    );
  }),
  check(14, 1048, (s) => isUnsynchronised(s) && { field: 'altEmailAddress', value: newAddress(s) }),
];

export function rename(s: Situation): void {
  const { subscribers } = s.organisation;
  const subscriber = knownSubscriber(s);
  subscribers.delete(subscriber.email);
  subscriber.email = newAddress(s);
  subscribers.set(subscriber.email, subscriber);
  touch(s, subscriber);
}

function newAddress(s: Situation): string {
  return foldEmailAddress(textOf(s, 'altEmailAddress'));
}

/** A hybrid Notes user's new address must already be the one that was synchronised from on premises (open point 24). */
function isUnsynchronised(s: Situation): boolean {
  const { organisation } = s;
  const subscriber = knownSubscriber(s);
  const holdsNotes = heldSubscriptions(organisation, subscriber).some((one) => mailTypeOf(one) === 'notes');
  const { notes } = subscriber;
  if (organisation.notes !== 'hybrid' || !holdsNotes || !notes) return false;
  const key = foldNotesDn(notes.dn);
  return !organisation.onPremises.some(({ dn, email }) => foldNotesDn(dn) === key && email === newAddress(s));
}

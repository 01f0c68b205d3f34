import { endInvitation } from '../../accounts/subscribers/invitation.ts';
import { heldSubscriptions } from '../../accounts/subscribers/organisation.ts';
import { mailTypeOf } from '../../accounts/subscribers/subscription.ts';
import { chooseTemplate } from '../../accounts/subscribers/notes-template.ts';
import type { Subscriber } from '../../accounts/subscribers/organisation.ts';
import {
  countryMalformed,
  countryUnknown,
  federationNotAllowed,
  federationTypeOf,
  federationUnknown,
  JOB_TITLE_MAX,
  languageUnknown,
  NAME_MAX,
  storedValue,
  timeZoneUnknown,
  tooLong,
  updateProfile,
} from './profile.ts';
import {
  check,
  givenValue,
  knownSubscriber,
  templateComplaint,
  textOf,
  touch,
  userNotFound,
  valueCheck,
  type Check,
  type DecisionContext,
} from './context.ts';

/** 6.2: changes personal data, mail template or federation type. An empty column keeps, a zero-length string clears. */
export const updateChecks: readonly Check[] = [
  userNotFound,
  valueCheck(11, 1055, (s) => {
    const value = textOf(s, 'notesDN');
    return value !== '' && { field: 'notesDN', value, reason: 'not-on-update' };
  }),
  tooLong(12, 1053, 'givenName', NAME_MAX),
  tooLong(12, 1052, 'familyName', NAME_MAX),
  tooLong(12, 1051, 'jobTitle', JOB_TITLE_MAX),
  languageUnknown(13),
  timeZoneUnknown(13),
  countryMalformed(13),
  countryUnknown(13),
  // A federation type cannot be cleared: a zero-length string is as unknown as any other wrong value.
  federationUnknown(14, (s) => givenValue(s, 'federationType')),
  federationNotAllowed(14),
  check(15, 1055, (s) => {
    const value = textOf(s, 'notesTemplate');
    if (value === '') return false;
    const subscriber = knownSubscriber(s);
    if (!holdsNotes(s, subscriber)) return { field: 'notesTemplate', value, reason: 'no-notes-mail' };
    const chosen = template(s, subscriber);
    return 'problem' in chosen && templateComplaint(chosen);
  }),
];

export function update(s: DecisionContext): void {
  const subscriber = knownSubscriber(s);
  subscriber.givenName = givenValue(s, 'givenName') ?? subscriber.givenName;
  subscriber.familyName = givenValue(s, 'familyName') ?? subscriber.familyName;
  if (textOf(s, 'federationType') !== '') subscriber.federationType = federationTypeOf(s);
  if (subscriber.federationType === 'FEDERATED') endInvitation(subscriber);
  if (subscriber.notes && textOf(s, 'notesTemplate') !== '') {
    const chosen = template(s, subscriber);
    if (!('problem' in chosen)) subscriber.notes = { ...subscriber.notes, ...chosen };
  }
  updateProfile(s, subscriber);
  touch(s, subscriber);
}

/** What a revoked seat has left behind until Remove is no Notes mail. */
function holdsNotes(s: DecisionContext, subscriber: Subscriber): boolean {
  const seats = heldSubscriptions(s.organisation, subscriber);
  return subscriber.notes !== null && seats.some((one) => mailTypeOf(one) === 'notes');
}

/** The row's language counts for the locale, as it will be the account's (rule 9.1). */
function template(s: DecisionContext, subscriber: Subscriber) {
  const language =
    storedValue('language', textOf(s, 'language')) ||
    subscriber.profile.language ||
    s.organisation.contactLanguage;
  return chooseTemplate(s.organisation, textOf(s, 'notesTemplate'), language, subscriber.notes);
}

import { foldEmailAddress, domainOf, isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { invite, isInvited, noInvitation } from '../../accounts/subscribers/invitation.ts';
import { newSubscriber } from '../../accounts/subscribers/new-subscriber.ts';
import { giveNotesMail, resolveNotesDn } from '../../accounts/subscribers/notes-name.ts';
import { chooseTemplate } from '../../accounts/subscribers/notes-template.ts';
import type { NotesMail, Subscriber, Subscription } from '../../accounts/subscribers/organisation.ts';
import { brokenPasswordRule } from '../../accounts/passwords/password-policy.ts';
import { hasFreeSeat, takeSeat } from '../../accounts/subscribers/seats.ts';
import { carries, mailTypeOf } from '../../accounts/subscribers/subscription.ts';
import {
  countryMalformed,
  countryUnknown,
  federationNotAllowed,
  federationTypeOf,
  federationUnknown,
  JOB_TITLE_MAX,
  languageUnknown,
  NAME_MAX,
  PROFILE_FIELDS,
  storedValue,
  timeZoneUnknown,
  tooLong,
} from './profile.ts';
import {
  check,
  emailOf,
  givenValue,
  namedSubscription,
  plainNotesMail,
  suppressionOf,
  templateComplaint,
  textOf,
  touch,
  valueCheck,
  type Check,
  type FieldName,
  type DecisionContext,
} from './context.ts';

type SubscriptionField = 'subscriptionId' | 'subscriptionId2';
const SUBSCRIPTION_FIELDS: readonly SubscriptionField[] = ['subscriptionId', 'subscriptionId2'];

/** 6.1: creates a subscriber, with up to two subscriptions, and invites him. */
export const addChecks: readonly Check[] = [
  valueCheck(10, 9, (s) =>
    (['givenName', 'familyName'] as const)
      .filter((field) => textOf(s, field) === '')
      .map((field) => ({ field, reason: 'missing' })),
  ),
  tooLong(11, 1053, 'givenName', NAME_MAX),
  tooLong(12, 1052, 'familyName', NAME_MAX),
  tooLong(13, 1051, 'jobTitle', JOB_TITLE_MAX),
  languageUnknown(14),
  timeZoneUnknown(15),
  countryMalformed(16),
  countryUnknown(17),
  valueCheck(18, 1029, (s) => {
    const value = textOf(s, 'altEmailAddress');
    return value !== '' && !isEmailAddress(value) && { field: 'altEmailAddress', value };
  }),
  valueCheck(19, 1058, (s) => {
    const value = textOf(s, 'suppressInvitation');
    return suppressionOf(s) === null && { field: 'suppressInvitation', value };
  }),
  valueCheck(20, 1095, (s) => {
    const value = givenValue(s, 'activation');
    return value !== undefined && value.toUpperCase() !== FORCE_ACTIVATION && { field: 'activation', value };
  }),
  federationUnknown(21, (s) => textOf(s, 'federationType') || undefined),
  federationNotAllowed(22),
  valueCheck(23, 1096, (s) => {
    if (!isForced(s)) return false;
    if (federationTypeOf(s) !== 'FEDERATED')
      return { field: 'federationType', value: federationTypeOf(s), reason: 'not-federated' };
    return s.organisation.emailVerification && { field: 'activation', reason: 'verification-on' };
  }),
  check(24, 1054, (s) => {
    const waiting = s.organisation.subscribers.get(emailOf(s))?.state === 'remove_pending';
    return waiting && { field: 'emailAddress', value: emailOf(s) };
  }),
  check(25, 1035, (s) => {
    const taken = s.organisation.subscribers.has(emailOf(s)) || s.organisation.takenElsewhere.has(emailOf(s));
    return taken && { field: 'emailAddress', value: emailOf(s), reason: 'add' };
  }),
  unknownSubscription(26, 1003, 'subscriptionId'),
  unknownSubscription(27, 1024, 'subscriptionId2'),
  check(28, 1063, (s) => aboutFirst(s, (subscription) => !subscription.active)),
  check(29, 1037, (s) => aboutFirst(s, ({ kind }) => kind === 'third_party')),
  check(30, 1090, (s) => !s.organisation.accessories && aboutFirst(s, ({ kind }) => kind === 'accessory')),
  check(31, 1003, (s) =>
    aboutFirst(
      s,
      (accessory) => accessory.kind === 'accessory' && !named(s).some((base) => carries(base, accessory)),
      'no-base',
    ),
  ),
  check(32, 1025, (s) => both(s, 'mail') && aboutSecond(s)),
  check(33, 1026, (s) => both(s, 'collaboration') && aboutSecond(s)),
  check(
    34,
    1088,
    (s) => named(s).some(isBundle) && named(s).filter(isSeatOfItsOwn).length > 1 && aboutSecond(s),
  ),
  check(35, 1027, (s) => textOf(s, 'password') !== '' && mailType(s) === null && { field: 'password' }),
  check(36, 1028, (s) => {
    const value = textOf(s, 'altEmailAddress');
    return value !== '' && mailType(s) !== 'inotes' && { field: 'altEmailAddress', value };
  }),
  check(37, 1030, (s) => {
    const single = named(s).some(({ kind }) => kind === 'mail');
    const reachable = textOf(s, 'password') !== '' || textOf(s, 'altEmailAddress') !== '';
    return (
      single && !reachable && { field: 'password', ...(mailType(s) ? { reason: mailType(s) ?? '' } : {}) }
    );
  }),
  valueCheck(38, 1072, (s) => {
    const password = textOf(s, 'password');
    const owner = {
      email: emailOf(s),
      givenName: textOf(s, 'givenName'),
      familyName: textOf(s, 'familyName'),
    };
    const reason = password === '' ? null : brokenPasswordRule(password, owner);
    return reason !== null && { field: 'password', reason };
  }),
  check(
    39,
    1086,
    (s) => mailType(s) === 'notes' && s.organisation.notes === 'none' && { field: 'subscriptionId' },
  ),
  check(40, 1060, (s) => mailType(s) === 'inotes' && !s.organisation.inotes && { field: 'subscriptionId' }),
  check(41, 1006, (s) => {
    const domain = domainOf(emailOf(s));
    const foreign = mailType(s) !== null && !s.organisation.mailDomains.has(domain);
    return (
      foreign && { field: 'emailAddress', value: domain, other: [...s.organisation.mailDomains].join(', ') }
    );
  }),
  check(42, 1055, (s) => {
    const chosen = mailType(s) === 'notes' ? template(s) : null;
    return chosen !== null && 'problem' in chosen && templateComplaint(chosen);
  }),
  check(43, 1034, (s) => {
    const found = mailType(s) === 'notes' ? notesName(s) : null;
    return found?.refused ? { field: 'notesDN', value: found.dn, reason: found.refused } : false;
  }),
  check(44, 1007, (s) => aboutFirst(s, (subscription) => !hasFreeSeat(subscription))),
];

/** The only value of the column activation (rules 10). */
const FORCE_ACTIVATION = 'FORCE_ACTIVATION';

export function add(s: DecisionContext): void {
  const { organisation, inputs } = s;
  const subscriber = addedSubscriber(s);
  for (const subscription of named(s))
    takeSeat(subscriber, subscription, { now: inputs.now, file: inputs.file, line: s.line });
  if (mailType(s) === 'notes') giveNotesMail(organisation, subscriber, notesMail(s));
  organisation.subscribers.set(subscriber.email, subscriber);
  touch(s, subscriber);
  if (isForced(s)) {
    subscriber.state = 'active';
    subscriber.identityVerified = true;
  } else if (
    suppressionOf(s) === false &&
    subscriber.password.state === 'none' &&
    isInvited(organisation, subscriber)
  )
    invite(organisation, subscriber, s.entry, inputs.now);
}

function addedSubscriber(s: DecisionContext): Subscriber {
  const { inputs } = s;
  const hash = inputs.passwordHashes.get(s.entry) ?? null;
  const alternate = textOf(s, 'altEmailAddress');
  const person = {
    id: inputs.nextSubscriberId(),
    email: emailOf(s),
    givenName: textOf(s, 'givenName'),
    familyName: textOf(s, 'familyName'),
    origin: inputs.origin,
  };
  const subscriber = newSubscriber(s.organisation, person, inputs.now);
  for (const field of PROFILE_FIELDS) subscriber.profile[field] = storedValue(field, textOf(s, field));
  subscriber.profile.language = language(s);
  subscriber.alternateEmail = alternate === '' ? null : foldEmailAddress(alternate);
  subscriber.federationType = federationTypeOf(s);
  subscriber.invitation = noInvitation(suppressionOf(s) === true);
  if (hash) subscriber.password = { state: 'temporary', hash, changedAt: inputs.now };
  return subscriber;
}

/** Default: the language of the company contact (6.1). */
function language(s: DecisionContext): string {
  return storedValue('language', textOf(s, 'language')) || s.organisation.contactLanguage;
}

function isForced(s: DecisionContext): boolean {
  return textOf(s, 'activation').toUpperCase() === FORCE_ACTIVATION;
}

function named(s: DecisionContext): readonly Subscription[] {
  return (s.worked.named ??= SUBSCRIPTION_FIELDS.flatMap((field) => namedSubscription(s, field) ?? []));
}

function both(s: DecisionContext, kind: Subscription['kind']): boolean {
  return named(s).filter((subscription) => subscription.kind === kind).length === 2;
}

function isBundle({ kind }: Subscription): boolean {
  return kind === 'bundle';
}

/** What cannot stand beside a bundle: single seats, and a second bundle. */
function isSeatOfItsOwn({ kind }: Subscription): boolean {
  return kind === 'bundle' || kind === 'mail' || kind === 'collaboration';
}

function mailType(s: DecisionContext) {
  return (
    named(s)
      .map(mailTypeOf)
      .find((type) => type !== null) ?? null
  );
}

function template(s: DecisionContext) {
  const text = textOf(s, 'notesTemplate');
  return text === '' ? null : chooseTemplate(s.organisation, text, language(s), null);
}

function notesName(s: DecisionContext) {
  return resolveNotesDn(s.organisation, {
    email: emailOf(s),
    notesDn: textOf(s, 'notesDN'),
    givenName: textOf(s, 'givenName'),
    familyName: textOf(s, 'familyName'),
    owner: null,
  });
}

function notesMail(s: DecisionContext): NotesMail {
  const { dn } = notesName(s);
  const chosen = template(s);
  return chosen && !('problem' in chosen) ? { dn, ...chosen } : plainNotesMail(dn);
}

/** Extra storage is no seat that could be given (6.11 attaches it). */
function unknownSubscription(order: number, code: 1003 | 1024, field: SubscriptionField): Check {
  return check(order, code, (s) => {
    const value = textOf(s, field);
    const subscription = namedSubscription(s, field);
    return (
      value !== '' &&
      (!subscription || subscription.kind === 'storage') && { field, value, reason: 'unknown' }
    );
  });
}

function aboutFirst(s: DecisionContext, matches: (subscription: Subscription) => boolean, reason?: string) {
  const field = SUBSCRIPTION_FIELDS.find((name) => {
    const subscription = namedSubscription(s, name);
    return subscription !== undefined && matches(subscription);
  });
  return field && { field, value: textOf(s, field), ...(reason ? { reason } : {}) };
}

function aboutSecond(s: DecisionContext): { field: FieldName; value: string; other: string } {
  return {
    field: 'subscriptionId2',
    value: textOf(s, 'subscriptionId2'),
    other: textOf(s, 'subscriptionId'),
  };
}

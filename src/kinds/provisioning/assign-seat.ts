import { isEmailAddress, foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { invite, isInvited } from '../../accounts/subscribers/invitation.ts';
import { giveNotesMail, resolveNotesDn } from '../../accounts/subscribers/notes-name.ts';
import { chooseTemplate } from '../../accounts/subscribers/notes-template.ts';
import {
  heldSubscriptions,
  seatOf,
  type Subscriber,
  type Subscription,
} from '../../accounts/subscribers/organisation.ts';
import { hasFreeSeat, takeSeat } from '../../accounts/subscribers/seats.ts';
import { carries, isBase, mailTypeOf } from '../../accounts/subscribers/subscription.ts';
import {
  check,
  knownSubscriber,
  namedSubscription,
  plainNotesMail,
  subscriptionNotNamed,
  suppressionOf,
  templateComplaint,
  textOf,
  touch,
  userNotFound,
  valueCheck,
  type Check,
  type Complaint,
  type DecisionContext,
} from './context.ts';

/** 6.6: gives an existing subscriber a seat, with all its rights. */
export const assignSeatChecks: readonly Check[] = [
  userNotFound,
  subscriptionNotNamed(11),
  check(12, 1003, (s) => {
    const subscription = namedSubscription(s, 'subscriptionId');
    return (!subscription || subscription.kind === 'storage') && { ...about(s), reason: 'unknown' };
  }),
  check(13, 1063, (s) => !target(s).active && about(s)),
  // Rule 6.6 lists the code; code-selection.csv has a row for it with Add only.
  check(13, 1037, (s) => target(s).kind === 'third_party' && about(s)),
  check(14, 1090, (s) => target(s).kind === 'accessory' && !s.organisation.accessories && about(s)),
  check(15, 1020, (s) => {
    const accessory = target(s);
    const carried = held(s).some((base) => carries(base, accessory));
    return accessory.kind === 'accessory' && !carried && { ...about(s), reason: 'no-base' };
  }),
  check(16, 1073, (s) => {
    const { email } = knownSubscriber(s);
    return seatOf(knownSubscriber(s), target(s).id) !== undefined && { ...about(s), other: email };
  }),
  check(17, 1088, (s) => {
    const { kind } = target(s);
    const bundle = held(s).find((one) => one.kind === 'bundle');
    const single = held(s).find((one) => one.kind === 'mail' || one.kind === 'collaboration');
    const inTheWay = kind === 'bundle' ? (bundle ?? single) : isSingle(target(s)) ? bundle : undefined;
    return inTheWay && { ...about(s), other: String(inTheWay.id) };
  }),
  check(18, 1004, (s) => target(s).kind === 'mail' && second(s, 'mail')),
  check(19, 1005, (s) => target(s).kind === 'collaboration' && second(s, 'collaboration')),
  check(20, 1030, (s) => {
    const missing = mailTypeOf(target(s)) !== null && textOf(s, 'altEmailAddress') === '';
    return missing && { field: 'altEmailAddress', reason: 'assign' };
  }),
  valueCheck(21, 1029, (s) => {
    const value = textOf(s, 'altEmailAddress');
    return value !== '' && !isEmailAddress(value) && { field: 'altEmailAddress', value };
  }),
  valueCheck(22, 1058, (s) => {
    const value = textOf(s, 'suppressInvitation');
    return suppressionOf(s) === null && { field: 'suppressInvitation', value };
  }),
  check(23, 1086, (s) => mailTypeOf(target(s)) === 'notes' && s.organisation.notes === 'none' && about(s)),
  check(23, 1060, (s) => mailTypeOf(target(s)) === 'inotes' && !s.organisation.inotes && about(s)),
  check(24, 1034, (s) => {
    const found = mailTypeOf(target(s)) === 'notes' ? notesName(s) : null;
    return found?.refused ? { field: 'notesDN', value: found.dn, reason: found.refused } : false;
  }),
  check(24, 1055, (s) => {
    const chosen = mailTypeOf(target(s)) === 'notes' ? template(s) : null;
    return chosen !== null && 'problem' in chosen && templateComplaint(chosen);
  }),
  check(25, 1007, (s) => !hasFreeSeat(target(s)) && about(s)),
  // Only an account with the role User may hold subscriptions (rules 5).
  check(26, 1040, (s) => !knownSubscriber(s).roles.includes('user') && { ...about(s), reason: 'role' }),
];

export function assignSeat(s: DecisionContext): void {
  const { organisation, inputs } = s;
  const subscriber = knownSubscriber(s);
  const subscription = target(s);
  // The name is looked up before the seat is there: it must not be the subscriber's own seat that refuses it.
  if (mailTypeOf(subscription) === 'notes') giveNotes(s, subscriber);
  const state = mustBeActivated(s) ? 'assigned' : 'active';
  takeSeat(subscriber, subscription, { now: inputs.now, file: inputs.file, line: s.line, state });
  const alternate = textOf(s, 'altEmailAddress');
  if (alternate !== '') subscriber.alternateEmail = foldEmailAddress(alternate);
  touch(s, subscriber);
  const waits = subscriber.state === 'pending' && subscriber.password.state === 'none';
  const wanted = suppressionOf(s) === false && (waits || state === 'assigned');
  if (wanted && isInvited(organisation, subscriber)) invite(organisation, subscriber, s.entry, inputs.now);
}

/**
 * An active user activates a new base seat by the link of an invitation; the seats of a pending account wait with the
 * account, and accessories follow their base seat (rules A9).
 */
function mustBeActivated(s: DecisionContext): boolean {
  const subscriber = knownSubscriber(s);
  return subscriber.state === 'active' && isBase(target(s)) && isInvited(s.organisation, subscriber);
}

function giveNotes(s: DecisionContext, subscriber: Subscriber): void {
  const { dn } = notesName(s);
  const chosen = template(s);
  const notes = chosen && !('problem' in chosen) ? { dn, ...chosen } : plainNotesMail(dn);
  giveNotesMail(s.organisation, subscriber, notes);
}

function about(s: DecisionContext): Complaint {
  return { field: 'subscriptionId', value: textOf(s, 'subscriptionId') };
}

/** The subscription of a row that has passed the check that there is one. */
function target(s: DecisionContext): Subscription {
  const subscription = namedSubscription(s, 'subscriptionId');
  if (!subscription) throw new Error('AssignSeat ran before its check for the subscription');
  return subscription;
}

function held(s: DecisionContext): Subscription[] {
  return heldSubscriptions(s.organisation, knownSubscriber(s));
}

function isSingle({ kind }: Subscription): boolean {
  return kind === 'mail' || kind === 'collaboration';
}

function second(s: DecisionContext, kind: 'mail' | 'collaboration') {
  const first = held(s).find((one) => one.kind === kind);
  return first && { ...about(s), other: String(first.id) };
}

function template(s: DecisionContext) {
  const text = textOf(s, 'notesTemplate');
  const language = knownSubscriber(s).profile.language || s.organisation.contactLanguage;
  return text === '' ? null : chooseTemplate(s.organisation, text, language, null);
}

/** Both names of the row or none: one alone is treated as not given (rule 9.2). */
function notesName(s: DecisionContext) {
  const subscriber = knownSubscriber(s);
  const given = textOf(s, 'givenName') !== '' && textOf(s, 'familyName') !== '';
  return resolveNotesDn(s.organisation, {
    email: subscriber.email,
    notesDn: textOf(s, 'notesDN'),
    givenName: given ? textOf(s, 'givenName') : subscriber.givenName,
    familyName: given ? textOf(s, 'familyName') : subscriber.familyName,
    owner: subscriber.id,
  });
}

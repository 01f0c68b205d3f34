import { contentHandOver } from '../../accounts/subscribers/hand-over.ts';
import { foldEmailAddress, isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { giveNotesMail, giveUpNotesMail, resolveNotesDn } from '../../accounts/subscribers/notes-name.ts';
import {
  heldSubscriptions,
  seatOf,
  type Subscriber,
  type Subscription,
} from '../../accounts/subscribers/organisation.ts';
import { brokenPasswordRule } from '../../accounts/passwords/password-policy.ts';
import { freeSeat, hasFreeSeat, takeSeat } from '../../accounts/subscribers/seats.ts';
import {
  carries,
  hasCollaboration,
  isBase,
  mailTypeOf,
  type MailType,
} from '../../accounts/subscribers/subscription.ts';
import {
  check,
  knownSubscriber,
  namedSubscription,
  seatList,
  plainNotesMail,
  subscriptionNotNamed,
  textOf,
  touch,
  userNotFound,
  valueCheck,
  type Check,
  type Complaint,
  type DecisionContext,
} from './context.ts';

/** What a bundle user gives up by keyword in subscriptionId2 (rules 7). */
type Dropped = 'DELETECOLLAB' | 'DELETEMAIL';

/** What the row asks for: seats to give up and seats to take in their place. */
interface Move {
  from: Subscription[];
  to: Subscription[];
}

/** 6.7: moves the subscriber to other subscriptions, into a bundle (7) or out of one. */
export const changeSeatChecks: readonly Check[] = [
  userNotFound,
  subscriptionNotNamed(11),
  check(12, 1021, (s) => known(s, 'subscriptionId') === undefined && about(s, 'subscriptionId')),
  check(13, 1024, (s) => !isSecondUsable(s) && about(s, 'subscriptionId2')),
  check(14, 1020, (s) => moveOf(s) === null && aboutTarget(s)),
  check(15, 1064, (s) => dropped(s) !== null && bundleOf(s) === undefined && about(s, 'subscriptionId2')),
  check(16, 1030, (s) => {
    const reachable = textOf(s, 'password') !== '' || textOf(s, 'altEmailAddress') !== '';
    return becomesMailUser(s) && !reachable && { field: 'altEmailAddress' };
  }),
  // code-selection.csv names these two for Add; what is stored must be as right here.
  valueCheck(16, 1029, (s) => {
    const value = textOf(s, 'altEmailAddress');
    return value !== '' && !isEmailAddress(value) && { field: 'altEmailAddress', value };
  }),
  check(16, 1072, (s) => {
    const password = textOf(s, 'password');
    const reason = password === '' ? null : brokenPasswordRule(password, knownSubscriber(s));
    return reason !== null && { field: 'password', reason };
  }),
  check(17, 1022, (s) => {
    const full = moveOf(s)?.to.find((subscription) => !hasFreeSeat(subscription));
    return full && { field: 'subscriptionId', value: String(full.id) };
  }),
  check(18, 1066, (s) => {
    const found = becomesNotesUser(s) ? notesName(s) : null;
    return found?.refused ? { field: 'notesDN', value: found.dn, reason: found.refused } : false;
  }),
];

export function changeSeat(s: DecisionContext): void {
  const { organisation } = s;
  const subscriber = knownSubscriber(s);
  const move = moveOf(s);
  if (!move) throw new Error('ChangeSeat ran before its checks');
  const newToMail = becomesMailUser(s);
  if (becomesNotesUser(s)) giveNotesMail(organisation, subscriber, plainNotesMail(notesName(s).dn));
  if (losesMailType(s, 'notes')) giveUpNotesMail(organisation, subscriber);
  if (losesMailType(s, 'inotes') || dropped(s) === 'DELETEMAIL') subscriber.mailbox = null;
  const content = droppedContent(s, move);
  replaceSeats(s, subscriber, move);
  if (newToMail) takeAccess(s, subscriber);
  deleteContent(s, subscriber, [...content, ...dropAccessories(s, subscriber)]);
  touch(s, subscriber);
}

/** A seat in the place of one that its holder has not activated yet waits likewise (rules A9). */
function replaceSeats(s: DecisionContext, subscriber: Subscriber, { from, to }: Move): void {
  const { organisation, inputs } = s;
  const left = from.flatMap(({ id }) => seatOf(subscriber, id) ?? []);
  for (const seat of left) freeSeat(organisation, subscriber, seat);
  for (const [index, subscription] of to.entries()) {
    const inPlaceOf = from.length === to.length ? left.slice(index, index + 1) : left;
    const state = inPlaceOf.some((seat) => seat.state === 'assigned') ? 'assigned' : 'active';
    takeSeat(subscriber, subscription, { now: inputs.now, file: inputs.file, line: s.line, state });
  }
}

type SubscriptionField = 'subscriptionId' | 'subscriptionId2';

function about(s: DecisionContext, field: SubscriptionField): Complaint {
  return { field, value: textOf(s, field) };
}

function aboutTarget(s: DecisionContext): Complaint {
  const { email } = knownSubscriber(s);
  const held = bases(s);
  if (held.length === 0) return { field: 'emailAddress', value: email, reason: 'no-seat' };
  const isSecond = besideSource(s) !== undefined && known(s, 'subscriptionId')?.id === bundleOf(s)?.id;
  return { ...about(s, isSecond ? 'subscriptionId2' : 'subscriptionId'), other: email, list: seatList(s) };
}

/** A base subscription of the company that is active: what a seat can be changed to. */
function usable(s: DecisionContext, field: SubscriptionField): Subscription | undefined {
  const subscription = namedSubscription(s, field);
  return subscription && isBase(subscription) && subscription.active ? subscription : undefined;
}

/** What a column may name: where a seat can be changed to, or the bundle that the user leaves. */
function known(s: DecisionContext, field: SubscriptionField): Subscription | undefined {
  const named = namedSubscription(s, field);
  return named && named.id === bundleOf(s)?.id ? named : usable(s, field);
}

function dropped(s: DecisionContext): Dropped | null {
  const keyword = textOf(s, 'subscriptionId2').toUpperCase();
  return keyword === 'DELETECOLLAB' || keyword === 'DELETEMAIL' ? keyword : null;
}

/**
 * The target where the row names the source bundle in one of its two columns and the target in the other, either way
 * round (rules 7).
 */
function besideSource(s: DecisionContext): Subscription | undefined {
  const bundle = bundleOf(s);
  const first = known(s, 'subscriptionId');
  const second = known(s, 'subscriptionId2');
  if (!bundle || !first || !second) return undefined;
  if (first.id === bundle.id) return second;
  return second.id === bundle.id ? first : undefined;
}

/**
 * The second column may be empty, a keyword, another single subscription of the other category, or one of source
 * bundle and target.
 */
function isSecondUsable(s: DecisionContext): boolean {
  if (textOf(s, 'subscriptionId2') === '') return !leavesBundle(s);
  if (dropped(s) || besideSource(s)) return true;
  const first = known(s, 'subscriptionId');
  const second = known(s, 'subscriptionId2');
  return (
    first !== undefined &&
    second !== undefined &&
    first.kind !== second.kind &&
    ![first, second].some(isBundle)
  );
}

/** Who leaves a bundle with two halves must say what becomes of the second (rules 7). */
function leavesBundle(s: DecisionContext): boolean {
  const bundle = bundleOf(s);
  const target = usable(s, 'subscriptionId');
  return (
    bundle !== undefined &&
    target !== undefined &&
    !isBundle(target) &&
    hasCollaboration(bundle) &&
    mailTypeOf(bundle) !== null
  );
}

function isBundle({ kind }: Subscription): boolean {
  return kind === 'bundle';
}

function bases(s: DecisionContext): Subscription[] {
  return heldSubscriptions(s.organisation, knownSubscriber(s)).filter(isBase);
}

function bundleOf(s: DecisionContext): Subscription | undefined {
  return bases(s).find(isBundle);
}

/** null: the user holds no seat that can be changed so, or a seat that is given up and its target are not compatible (1020). */
function moveOf(s: DecisionContext): Move | null {
  const to = targetsOf(s);
  const from = bases(s);
  const [target] = to;
  if (!target || from.length === 0 || from.some(({ id }) => to.some((one) => one.id === id))) return null;
  const bundle = bundleOf(s);
  if (bundle) return outOfBundle(s, bundle, to);
  return isBundle(target) ? intoBundle(target, from) : betweenSingles(from, to);
}

function targetsOf(s: DecisionContext): Subscription[] {
  const beside = besideSource(s);
  if (beside) return [beside];
  return [usable(s, 'subscriptionId'), usable(s, 'subscriptionId2')].filter((one) => one !== undefined);
}

/** Each seat that is given up must fit by itself; the row fails as a whole. */
function intoBundle(bundle: Subscription, from: Subscription[]): Move | null {
  return from.every((seat) => areCompatible(seat, bundle)) ? { from, to: [bundle] } : null;
}

/** Each target must be compatible with the bundle; a keyword must name the half that is not kept. */
function outOfBundle(s: DecisionContext, bundle: Subscription, to: Subscription[]): Move | null {
  const fits = to.every((target) => areCompatible(bundle, target));
  const kept = to[0]?.kind;
  const contradicts =
    kept === 'bundle'
      ? dropped(s) !== null
      : dropped(s) === (kept === 'mail' ? 'DELETEMAIL' : 'DELETECOLLAB');
  return fits && !contradicts ? { from: [bundle], to } : null;
}

/** Each target replaces the seat of its own category, or the only other one. */
function betweenSingles(held: Subscription[], to: Subscription[]): Move | null {
  const from: Subscription[] = [];
  for (const target of to) {
    const rest = held.filter((seat) => !from.includes(seat));
    const current =
      rest.find(({ kind }) => kind === target.kind) ??
      (to.length === 1 && rest.length === 1 ? rest[0] : undefined);
    if (!current || !areCompatible(current, target)) return null;
    from.push(current);
  }
  return { from, to };
}

/**
 * What the operator's table declares, both ways. Without it only a single seat and a bundle with a part of the same
 * category fit, and for mail of the same type: content moves along only so (6.7).
 */
function areCompatible(one: Subscription, other: Subscription): boolean {
  if (one.compatibleWith.has(other.id) || other.compatibleWith.has(one.id)) return true;
  const [bundle, single] = isBundle(one) ? [one, other] : [other, one];
  if (!isBundle(bundle) || isBundle(single)) return false;
  return single.kind === 'mail' ? single.mail === mailTypeOf(bundle) : hasCollaboration(bundle);
}

function becomesMailUser(s: DecisionContext): boolean {
  const before = bases(s).some((subscription) => mailTypeOf(subscription) !== null);
  return !before && (moveOf(s)?.to.some((subscription) => mailTypeOf(subscription) !== null) ?? false);
}

/** The operator has declared that the mail becomes another kind of mail; what belonged to the old kind is given up. */
function losesMailType(s: DecisionContext, type: MailType): boolean {
  const had = bases(s).some((subscription) => mailTypeOf(subscription) === type);
  const types = moveOf(s)?.to.map(mailTypeOf) ?? [];
  return had && types.some((next) => next !== null && next !== type);
}

/** Only then notesDN is looked at (rule 9.2). */
function becomesNotesUser(s: DecisionContext): boolean {
  const before = bases(s).some((subscription) => mailTypeOf(subscription) === 'notes');
  return !before && (moveOf(s)?.to.some((subscription) => mailTypeOf(subscription) === 'notes') ?? false);
}

function notesName(s: DecisionContext) {
  const { email, givenName, familyName, id: owner } = knownSubscriber(s);
  return resolveNotesDn(s.organisation, {
    email,
    givenName,
    familyName,
    owner,
    notesDn: textOf(s, 'notesDN'),
  });
}

/** How a user who is new to mail gets in: one-time password, or the address for notices. */
function takeAccess(s: DecisionContext, subscriber: Subscriber): void {
  const hash = s.inputs.passwordHashes.get(s.entry);
  const alternate = textOf(s, 'altEmailAddress');
  if (hash) subscriber.password = { state: 'temporary', hash, changedAt: s.inputs.now };
  if (alternate !== '') subscriber.alternateEmail = foldEmailAddress(alternate);
}

/** The half of a bundle that is given up by keyword loses its content; all other content stays. */
function droppedContent(s: DecisionContext, { from }: Move): Subscription[] {
  const keyword = dropped(s);
  const half = keyword === 'DELETEMAIL' ? (['inotes', 'notes'] as const) : (['collaboration'] as const);
  if (!keyword) return [];
  return from.filter(isBundle).map((bundle) => ({
    ...bundle,
    parts: bundle.parts.filter((part) => (half as readonly string[]).includes(part)),
  }));
}

/** Accessories that no new base carries are removed with their data (rules 8). */
export function dropAccessories(s: DecisionContext, subscriber: Subscriber): Subscription[] {
  const held = heldSubscriptions(s.organisation, subscriber);
  const orphans = held.filter(
    (accessory) => accessory.kind === 'accessory' && !held.some((base) => carries(base, accessory)),
  );
  for (const { id } of orphans) {
    const seat = seatOf(subscriber, id);
    if (seat) freeSeat(s.organisation, subscriber, seat);
  }
  return orphans;
}

/** Leaves the record of what is deleted for other systems. */
function deleteContent(s: DecisionContext, subscriber: Subscriber, gone: Subscription[]): void {
  if (gone.length === 0) return;
  const payload = contentHandOver(gone, subscriber, null);
  s.organisation.followUps.push({ topic: 'content', subscriber: subscriber.id, entry: s.entry, payload });
}

import { contentHandOver } from '../../accounts/content.ts';
import { foldEmailAddress, isEmailAddress } from '../../accounts/email-address.ts';
import { giveNotesMail, resolveNotesDn } from '../../accounts/notes-name.ts';
import {
  heldSubscriptions,
  seatOf,
  type Subscriber,
  type Subscription,
} from '../../accounts/organisation.ts';
import { brokenPasswordRule } from '../../accounts/password-policy.ts';
import { freeSeat, hasFreeSeat, takeSeat } from '../../accounts/seats.ts';
import { carries, hasCollaboration, isBase, mailTypeOf } from '../../accounts/subscription.ts';
import {
  check,
  knownSubscriber,
  namedSubscription,
  plainNotesMail,
  subscriptionNotNamed,
  textOf,
  touch,
  userNotFound,
  type Check,
  type Complaint,
  type Situation,
} from './situation.ts';

/** What a bundle user gives up by keyword in subscriptionId2 (chapter 7). */
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
  check(12, 1021, (s) => usable(s, 'subscriptionId') === undefined && about(s, 'subscriptionId')),
  check(13, 1024, (s) => !isSecondUsable(s) && about(s, 'subscriptionId2')),
  check(14, 1020, (s) => moveOf(s) === null && about(s, 'subscriptionId')),
  check(15, 1064, (s) => dropped(s) !== null && bundleOf(s) === undefined && about(s, 'subscriptionId2')),
  check(16, 1030, (s) => {
    const reachable = textOf(s, 'password') !== '' || textOf(s, 'altEmailAddress') !== '';
    return becomesMailUser(s) && !reachable && { field: 'altEmailAddress' };
  }),
  // code-selection.csv names these two for Add; what is stored must be as right here.
  check(16, 1029, (s) => {
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

export function changeSeat(s: Situation): void {
  const { organisation, moment } = s;
  const subscriber = knownSubscriber(s);
  const move = moveOf(s);
  if (!move) throw new Error('ChangeSeat ran before its checks');
  const newToMail = becomesMailUser(s);
  if (becomesNotesUser(s)) giveNotesMail(organisation, subscriber, plainNotesMail(notesName(s).dn));
  for (const { id } of move.from) {
    const seat = seatOf(subscriber, id);
    if (seat) freeSeat(organisation, subscriber, seat);
  }
  for (const subscription of move.to)
    takeSeat(subscriber, subscription, { now: moment.now, file: moment.file, line: s.line });
  if (newToMail) takeAccess(s, subscriber);
  deleteContent(s, subscriber, [...droppedContent(s, move), ...dropAccessories(s, subscriber)]);
  touch(s, subscriber);
}

function about(s: Situation, field: 'subscriptionId' | 'subscriptionId2'): Complaint {
  return { field, value: textOf(s, field) };
}

/** A base subscription of the company that is active: what a seat can be changed to. */
function usable(s: Situation, field: 'subscriptionId' | 'subscriptionId2'): Subscription | undefined {
  const subscription = namedSubscription(s, field);
  return subscription && isBase(subscription) && subscription.active ? subscription : undefined;
}

function dropped(s: Situation): Dropped | null {
  const keyword = textOf(s, 'subscriptionId2').toUpperCase();
  return keyword === 'DELETECOLLAB' || keyword === 'DELETEMAIL' ? keyword : null;
}

/** The second column may be empty, a keyword, or another single subscription of the other category. */
function isSecondUsable(s: Situation): boolean {
  if (textOf(s, 'subscriptionId2') === '') return !leavesBundle(s);
  if (dropped(s)) return true;
  const first = usable(s, 'subscriptionId');
  const second = usable(s, 'subscriptionId2');
  return (
    first !== undefined &&
    second !== undefined &&
    first.kind !== second.kind &&
    ![first, second].some(isBundle)
  );
}

/** Who leaves a bundle with two halves must say what becomes of the second (chapter 7). */
function leavesBundle(s: Situation): boolean {
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

function bases(s: Situation): Subscription[] {
  return heldSubscriptions(s.organisation, knownSubscriber(s)).filter(isBase);
}

function bundleOf(s: Situation): Subscription | undefined {
  return bases(s).find(isBundle);
}

/** null: the user holds no seat that can be changed so, or current and target are not compatible (1020). */
function moveOf(s: Situation): Move | null {
  const target = usable(s, 'subscriptionId');
  const second = usable(s, 'subscriptionId2');
  const from = bases(s);
  if (!target || from.length === 0 || from.some(({ id }) => id === target.id || id === second?.id))
    return null;
  const bundle = bundleOf(s);
  if (isBundle(target)) return intoBundle(s, target, from, bundle);
  const to = second ? [target, second] : [target];
  return bundle ? outOfBundle(s, bundle, to) : betweenSingles(from, to);
}

/** From single seats always, from another bundle where the operator's table allows it. */
function intoBundle(
  s: Situation,
  target: Subscription,
  from: Subscription[],
  bundle: Subscription | undefined,
): Move | null {
  if (dropped(s) && bundle) return null;
  return bundle && !areCompatible(bundle, target) ? null : { from, to: [target] };
}

/** Each target must be a part of the bundle; a keyword must name the half that is not kept. */
function outOfBundle(s: Situation, bundle: Subscription, to: Subscription[]): Move | null {
  const fits = to.every(
    (target) =>
      areCompatible(bundle, target) ||
      (target.kind === 'mail' ? target.mail === mailTypeOf(bundle) : hasCollaboration(bundle)),
  );
  const kept = to[0]?.kind;
  const contradicts = dropped(s) === (kept === 'mail' ? 'DELETEMAIL' : 'DELETECOLLAB');
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

/** The operator's table holds both ways. */
function areCompatible(one: Subscription, other: Subscription): boolean {
  return one.compatibleWith.has(other.id) || other.compatibleWith.has(one.id);
}

function becomesMailUser(s: Situation): boolean {
  const before = bases(s).some((subscription) => mailTypeOf(subscription) !== null);
  return !before && (moveOf(s)?.to.some((subscription) => mailTypeOf(subscription) !== null) ?? false);
}

/** Only then notesDN is looked at (chapter 9.2). */
function becomesNotesUser(s: Situation): boolean {
  const before = bases(s).some((subscription) => mailTypeOf(subscription) === 'notes');
  return !before && (moveOf(s)?.to.some((subscription) => mailTypeOf(subscription) === 'notes') ?? false);
}

function notesName(s: Situation) {
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
function takeAccess(s: Situation, subscriber: Subscriber): void {
  const hash = s.moment.passwordHashes.get(s.entry);
  const alternate = textOf(s, 'altEmailAddress');
  if (hash) subscriber.password = { state: 'temporary', hash, changedAt: s.moment.now };
  if (alternate !== '') subscriber.alternateEmail = foldEmailAddress(alternate);
}

/** The half of a bundle that is given up by keyword loses its content; all other content stays. */
function droppedContent(s: Situation, { from }: Move): Subscription[] {
  const keyword = dropped(s);
  const half = keyword === 'DELETEMAIL' ? (['inotes', 'notes'] as const) : (['collaboration'] as const);
  if (!keyword) return [];
  return from.filter(isBundle).map((bundle) => ({
    ...bundle,
    parts: bundle.parts.filter((part) => (half as readonly string[]).includes(part)),
  }));
}

/** Accessories that no new base carries are removed with their data (chapter 8). */
export function dropAccessories(s: Situation, subscriber: Subscriber): Subscription[] {
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
function deleteContent(s: Situation, subscriber: Subscriber, gone: Subscription[]): void {
  if (gone.length === 0) return;
  const payload = contentHandOver(gone, subscriber, null);
  s.organisation.followUps.push({ topic: 'content', subscriber: subscriber.id, entry: s.entry, payload });
}

import type { Model, ModelSubscriber } from './accounts.ts';
import { breaksPasswordPolicy, given, isEmail } from './fields.ts';
import { dnWishOf, resolveDn } from './notes.ts';
import type { ModelRecord } from './record.ts';
import { firstRefusal } from './refusal.ts';
import {
  areCompatible,
  dropUncarriedAccessories,
  hasInotes,
  hasMail,
  hasNotes,
  heldBases,
  isBase,
  isFull,
  named,
  takeSeat,
  type Base,
} from './seats.ts';

/** What a row asks for: where to, and what is said of the half of a bundle that is left. */
interface Wish {
  first: Base | undefined;
  second: Base | undefined;
  /** DELETECOLLAB or DELETEMAIL. */
  drop: string | undefined;
  /** One of the two columns names the bundle that the user has. */
  source: Base | undefined;
}

/** 6.7 and rules 7, 8. */
export function changeSeat(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const bases = heldBases(model, user);
  const wish = wishOf(model, record, bases);
  const code = firstRefusal([
    [1079, () => given(record, 'subscriptionId') === undefined],
    [1021, () => wish.first === undefined],
    [1024, () => isSecondWrong(record, wish, bases)],
    [1020, () => plan(wish, bases) === null],
    [1064, () => wish.drop !== undefined && !bases.some((one) => one.kind === 'bundle')],
  ]);
  const moves = plan(wish, bases);
  if (code !== 0 || !moves) return code;
  return carryOut(model, user, record, moves);
}

function wishOf(model: Model, record: ModelRecord, bases: Base[]): Wish {
  const own = bases.find((one) => one.kind === 'bundle');
  const base = (column: string) => {
    const found = named(model, record, column);
    return found && isBase(found) && (found.active || found === own) ? found : undefined;
  };
  const word = given(record, 'subscriptionId2')?.toUpperCase();
  const [first, second] = [base('subscriptionId'), base('subscriptionId2')];
  return {
    first,
    second,
    drop: word === 'DELETECOLLAB' || word === 'DELETEMAIL' ? word : undefined,
    source: own && first && second && [first, second].includes(own) ? own : undefined,
  };
}

/** Leaving a two-part bundle for one single seat needs a word about the other half, or the bundle's own number. */
function isSecondWrong(record: ModelRecord, wish: Wish, bases: Base[]): boolean {
  const { first, second, drop, source } = wish;
  if (given(record, 'subscriptionId2') === undefined)
    return first?.kind !== 'bundle' && bases.some((one) => one.kind === 'bundle');
  if (drop !== undefined || source !== undefined) return false;
  const kinds = new Set([first?.kind, second?.kind]);
  return !kinds.has('collaboration') || !kinds.has('mail');
}

/** Seats given up and taken; null where no seat held can be changed into what is asked for. */
interface Moves {
  from: Base[];
  to: Base[];
}

function plan({ first, second, drop, source }: Wish, bases: Base[]): Moves | null {
  const wanted = [first, second].filter((one) => one !== undefined);
  const to = source ? [wanted.find((one) => one !== source) ?? source] : wanted;
  const [target] = to;
  if (!target || bases.length === 0 || to.some((one) => bases.includes(one))) return null;
  if (bases.some((one) => one.kind === 'bundle'))
    return !contradicts(target, drop) && everyPairFits(bases, to) ? { from: bases, to } : null;
  if (target.kind === 'bundle') return everyPairFits(bases, to) ? { from: bases, to } : null;
  return planFromSingles(bases, to);
}

/** The keyword drops the half that the target does not name. */
function contradicts(target: Base, drop: string | undefined): boolean {
  if (target.kind === 'bundle') return drop !== undefined;
  return drop !== undefined && drop !== (target.kind === 'collaboration' ? 'DELETEMAIL' : 'DELETECOLLAB');
}

function everyPairFits(from: Base[], to: Base[]): boolean {
  return from.every((left) => to.every((taken) => areCompatible(left, taken) || isPartOf(left, taken)));
}

/** Between a bundle and a single seat content moves along where the bundle has just that part. */
function isPartOf(one: Base, other: Base): boolean {
  if ((one.kind === 'bundle') === (other.kind === 'bundle')) return false;
  const [bundle, single] = one.kind === 'bundle' ? [one, other] : [other, one];
  return bundle.parts.includes(single.kind === 'mail' ? (single.mail ?? 'notes') : 'collaboration');
}

/** Each target replaces the seat of its own kind; where there is none, the other one. */
function planFromSingles(bases: Base[], to: Base[]): Moves | null {
  const from = to.map((one) => bases.find((base) => base.kind === one.kind));
  for (const [index, one] of from.entries()) from[index] = one ?? bases.find((base) => !from.includes(base));
  const pairs = to.map((one, index) => ({ one, base: from[index] }));
  const compatible = pairs.every(({ one, base }) => base !== undefined && areCompatible(base, one));
  return compatible ? { from: from.filter((one) => one !== undefined), to } : null;
}

function carryOut(model: Model, user: ModelSubscriber, record: ModelRecord, { from, to }: Moves): number {
  const bases = heldBases(model, user);
  const password = given(record, 'password');
  const alternative = given(record, 'altEmailAddress');
  const newMail = to.some(hasMail) && !bases.some(hasMail);
  const newNotes = to.some(hasNotes) && !bases.some(hasNotes);
  const dn = newNotes ? resolveDn(model, dnWishOf(record, user, false)) : null;
  const code = firstRefusal([
    [1030, () => newMail && password === undefined && alternative === undefined],
    [1029, () => alternative !== undefined && !isEmail(alternative)],
    [1072, () => password !== undefined && breaksPasswordPolicy(password, user)],
    [1022, () => to.some((one) => isFull(model, one))],
    [1066, () => newNotes && dn === null],
  ]);
  if (code !== 0) return code;
  const waiting = from.map((one) => user.seats.get(one.id)?.state === 'assigned');
  for (const one of from) user.seats.delete(one.id);
  for (const [index, one] of to.entries()) {
    const waits = from.length === 2 && to.length === 2 ? waiting[index] : waiting.includes(true);
    takeSeat(user, one.id, waits ? 'assigned' : 'active');
  }
  dropUncarriedAccessories(model, user);
  if (from.some(hasNotes) && to.some(hasInotes)) user.notes = null;
  const mailGone = given(record, 'subscriptionId2')?.toUpperCase() === 'DELETEMAIL';
  if (mailGone || (from.some(hasInotes) && to.some(hasNotes))) user.mailbox = null;
  if (dn !== null) user.notes = { dn, template: null, version: null, locale: null, forms: null };
  if (newMail && password !== undefined) user.hasPassword = true;
  if (newMail && alternative !== undefined) user.alternative = alternative.toLowerCase();
  return 0;
}

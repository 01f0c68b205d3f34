import { breaksPasswordPolicy, given, isEmail } from './fields.ts';
import { dnWishOf, resolveDn } from './notes.ts';
import { TABLE_COUNTS_OUT_OF_BUNDLES } from './readings.ts';
import { firstRefusal } from './refusal.ts';
import {
  areCompatible,
  dropUncarriedAccessories,
  hasCollaboration,
  hasMail,
  hasNotes,
  heldBases,
  isBase,
  isFull,
  named,
  takeSeat,
  type Base,
} from './seats.ts';
import type { Model, ModelRecord, ModelSubscriber } from './state.ts';

/** What a row asks for. */
interface Wish {
  target: Base | undefined;
  second: Base | undefined;
  /** DELETECOLLAB or DELETEMAIL. */
  drop: string | undefined;
}

/** 6.7 and chapters 7, 8. */
export function changeSeat(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const bases = heldBases(model, user);
  const wish = wishOf(model, record);
  const code = firstRefusal([
    [1079, () => given(record, 'subscriptionId') === undefined],
    [1021, () => wish.target === undefined],
    [1024, () => isSecondWrong(record, wish, bases)],
    [1020, () => plan(wish, bases) === null],
    [1064, () => wish.drop !== undefined && !bases.some((one) => one.kind === 'bundle')],
  ]);
  const moves = plan(wish, bases);
  if (code !== 0 || !moves) return code;
  return carryOut(model, user, record, moves);
}

function usable(model: Model, record: ModelRecord, column: string): Base | undefined {
  const found = named(model, record, column);
  return found && found.active && isBase(found) ? found : undefined;
}

function wishOf(model: Model, record: ModelRecord): Wish {
  const word = given(record, 'subscriptionId2')?.toUpperCase();
  const drop = word === 'DELETECOLLAB' || word === 'DELETEMAIL' ? word : undefined;
  return {
    target: usable(model, record, 'subscriptionId'),
    second: usable(model, record, 'subscriptionId2'),
    drop,
  };
}

/** Leaving a bundle for single seats needs a word about the other half; a second bundle can never be meant. */
function isSecondWrong(record: ModelRecord, { target, second, drop }: Wish, bases: Base[]): boolean {
  if (given(record, 'subscriptionId2') === undefined)
    return target?.kind !== 'bundle' && bases.some((one) => one.kind === 'bundle');
  if (drop) return false;
  return second === undefined || [target?.kind, 'bundle'].includes(second.kind) || target?.kind === 'bundle';
}

/** Seats given up and taken; null where no seat held can be changed into what is asked for. */
interface Moves {
  from: Base[];
  to: Base[];
}

function plan({ target, second, drop }: Wish, bases: Base[]): Moves | null {
  const to = [target, second].filter((one) => one !== undefined);
  const bundle = bases.find((one) => one.kind === 'bundle');
  if (!target || bases.length === 0 || to.some((one) => bases.includes(one))) return null;
  if (bundle) return contradicts(target, drop) ? null : planFromBundle(bundle, to);
  if (target.kind === 'bundle') return { from: bases, to };
  return planFromSingles(bases, to);
}

/** The keyword drops the half that the target does not name. */
function contradicts(target: Base, drop: string | undefined): boolean {
  if (target.kind === 'bundle') return drop !== undefined;
  return drop !== undefined && drop !== (target.kind === 'collaboration' ? 'DELETEMAIL' : 'DELETECOLLAB');
}

function planFromBundle(bundle: Base, to: Base[]): Moves | null {
  const fits = (one: Base) => {
    if (one.kind === 'bundle') return to.length === 1 && areCompatible(bundle, one);
    return (TABLE_COUNTS_OUT_OF_BUNDLES && areCompatible(bundle, one)) || isPart(bundle, one);
  };
  return to.every(fits) ? { from: [bundle], to } : null;
}

/** "Keep mail only" can only mean mail of the same type. */
function isPart(bundle: Base, one: Base): boolean {
  return one.kind === 'mail' ? bundle.parts.includes(one.mail ?? 'notes') : hasCollaboration(bundle);
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
  for (const one of from) user.seats.delete(one.id);
  for (const one of to) takeSeat(user, one.id);
  dropUncarriedAccessories(model, user);
  if (dn !== null) user.notes = { dn, template: null, version: null, locale: null, forms: null };
  if (newMail && password !== undefined) user.hasPassword = true;
  if (newMail && alternative !== undefined) user.alternative = alternative.toLowerCase();
  return 0;
}

/** Rules 5, 7 and 8: what a subscription brings, and who holds what. */
import type { DeclaredSubscription } from '../../src/accounts/setup/organisation-file.ts';
import type { Model, ModelSubscriber } from './accounts.ts';
import { given } from './fields.ts';
import type { ModelRecord } from './record.ts';

export type Base = DeclaredSubscription & { kind: 'collaboration' | 'mail' | 'bundle' };

export function isBase(one: DeclaredSubscription): one is Base {
  return one.kind === 'collaboration' || one.kind === 'mail' || one.kind === 'bundle';
}

export function hasNotes(one: DeclaredSubscription): boolean {
  return one.mail === 'notes' || one.parts.includes('notes');
}

export function hasInotes(one: DeclaredSubscription): boolean {
  return one.mail === 'inotes' || one.parts.includes('inotes');
}

export function hasMail(one: DeclaredSubscription): boolean {
  return hasNotes(one) || hasInotes(one);
}

export function hasCollaboration(one: DeclaredSubscription): boolean {
  return one.kind === 'collaboration' || one.parts.includes('collaboration');
}

/** Whether an accessory works with a base seat (rules 8). */
export function carries(base: DeclaredSubscription, accessory: DeclaredSubscription): boolean {
  if (!isBase(base)) return false;
  const offers = new Set([String(base.id)]);
  if (hasCollaboration(base)) offers.add('collaboration');
  if (hasMail(base)) offers.add('mail');
  if (hasNotes(base)) offers.add('notes');
  if (hasInotes(base)) offers.add('inotes');
  return accessory.needs.length === 0 || accessory.needs.some((need) => offers.has(need));
}

export function held(model: Model, subscriber: ModelSubscriber): DeclaredSubscription[] {
  return [...subscriber.seats.keys()].flatMap((id) => model.subscriptions.get(id) ?? []);
}

export function heldBases(model: Model, subscriber: ModelSubscriber): Base[] {
  return held(model, subscriber).filter(isBase);
}

/** The subscription a column names; undefined where it is empty or unknown. Nobody has a seat of extra storage. */
export function named(model: Model, record: ModelRecord, column: string): DeclaredSubscription | undefined {
  const value = given(record, column);
  if (value === undefined || !/^\d+$/.test(value)) return undefined;
  const found = model.subscriptions.get(Number(value));
  return found?.kind === 'storage' ? undefined : found;
}

export function seatsTaken(model: Model, id: number): number {
  return model.subscribers.filter((one) => one.seats.has(id)).length;
}

export function isFull(model: Model, one: DeclaredSubscription): boolean {
  return seatsTaken(model, one.id) >= one.seats;
}

export function takeSeat(
  subscriber: ModelSubscriber,
  id: number,
  state: 'active' | 'assigned' = 'active',
): void {
  subscriber.seats.set(id, { state, files: 0, mail: 0 });
}

/** Accessories that no base seat carries any longer go (rules 8). */
export function dropUncarriedAccessories(model: Model, subscriber: ModelSubscriber): void {
  const bases = heldBases(model, subscriber);
  for (const one of held(model, subscriber))
    if (one.kind === 'accessory' && !bases.some((base) => carries(base, one)))
      subscriber.seats.delete(one.id);
}

/** The operator's table works both ways. */
export function areCompatible(one: DeclaredSubscription, other: DeclaredSubscription): boolean {
  return one.compatibleWith.includes(other.id) || other.compatibleWith.includes(one.id);
}

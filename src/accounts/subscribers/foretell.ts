/** What has become of an organisation in memory, told without being written. Pure. */
import type { Foretold, ForetoldEffect, ForetoldSubject } from '../../change-file/foretold.ts';
import type { Change } from '../changes/change-rows.ts';
import type { Diff } from '../changes/diff.ts';
import { netDiff } from '../changes/net.ts';
import type { Organisation, Subscriber } from './organisation.ts';

const GONE: ReadonlySet<unknown> = new Set(['remove_pending', 'removed']);

/** By the changes that a commit would write. */
export function foretellPeople(organisation: Organisation): Foretold {
  const { changes, subscribers, changed, subscriptions, stored } = organisation;
  const people = new Map([...subscribers.values(), ...changed].map((one) => [one.id, one]));
  const subjects = [...Map.groupBy(changes, ({ subject }) => subject)].flatMap(([id, own]) => {
    const person = people.get(id);
    return person ? foretellPerson(person, own, stored.people.get(id)?.row ?? null) : [];
  });
  const seats = [...subscriptions.values()].flatMap(({ id, seatsTaken: after, seats: of }) => {
    const before = stored.seatsTaken.get(id) ?? 0;
    return before === after ? [] : { subscription: id, before, after, of };
  });
  return { subjects, seats };
}

function foretellPerson(
  person: Subscriber,
  changes: readonly Change[],
  before: Readonly<Record<string, unknown>> | null,
): ForetoldSubject[] {
  const net = netDiff(changes.map(({ diff }) => diff));
  const effect = effectOf(person, before, net);
  if (effect === null) return [];
  const isWhole = effect === 'added' || effect === 'removed';
  const entries = changes.flatMap(({ place }) => (place && place.line > 0 ? place.entry : []));
  return [
    {
      kind: 'person',
      name: effect === 'removed' && typeof before?.email === 'string' ? before.email : person.email,
      effect,
      fields: isWhole ? [] : Object.keys(net).toSorted(),
      entries: [...new Set(entries)],
    },
  ];
}

/** @returns null where all is as it was */
function effectOf(
  person: Subscriber,
  before: Readonly<Record<string, unknown>> | null,
  net: Diff,
): ForetoldEffect | null {
  const isGone = GONE.has(person.state);
  if (!before) return isGone ? null : 'added';
  if (Object.keys(net).length === 0) return null;
  if (isGone && !GONE.has(before.state)) return 'removed';
  return becomes(net, 'state', 'suspended') || becomes(net, 'technician.status', 'disabled')
    ? 'suspended'
    : 'changed';
}

function becomes(net: Diff, field: string, value: string): boolean {
  const change = net[field];
  return Array.isArray(change) && change[1] === value && change[0] !== null;
}

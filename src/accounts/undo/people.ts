/** Takes back what a file did to people, on the organisation in memory: first what is given up, then what is taken. Pure. */
import { membershipsOf, setMemberships, type Membership } from '../groups/groups.ts';
import { assignFields } from '../subscribers/assign-fields.ts';
import { fieldsOf, noteFieldChange } from '../subscribers/changes.ts';
import { contentHandOver } from '../subscribers/hand-over.ts';
import { noInvitation } from '../subscribers/invitation.ts';
import {
  heldSubscriptions,
  seatOf,
  type Organisation,
  type SeatState,
  type Subscriber,
} from '../subscribers/organisation.ts';
import { freeSeat, hasFreeSeat, takeSeat } from '../subscribers/seats.ts';
import { setTechnician } from '../subscribers/technician.ts';
import { settleConflicts } from './conflicts.ts';
import { fieldsNow, type PeopleState, type PersonCase } from './person-case.ts';

/** As a change and an entry of the history are called. */
export const UNDO = 'Undo';

/** @returns the accounts that are gone: their rows end with the transaction */
export function takeBackPeople(state: PeopleState, cases: readonly PersonCase[]): number[] {
  settleConflicts(state, cases);
  const due = cases.flatMap((one) => (one.person && !one.isLeftOut ? [{ one, person: one.person }] : []));
  for (const { one, person } of due) giveUp(state.organisation, one, person);
  for (const { one, person } of due) {
    if (!one.isNew) comeBack(state, one, person);
    note(state, one, person);
  }
  return due.filter(({ one }) => one.isNew).map(({ person }) => person.id);
}

function giveUp(organisation: Organisation, one: PersonCase, person: Subscriber): void {
  if (one.isNew) return end(organisation, person);
  for (const seat of person.seats) {
    const reverse = one.back.get(`seat.${seat.subscription}`);
    if (reverse && reverse.was === null) freeSeat(organisation, person, seat);
  }
}

/** As though it had never been: unlike after a Remove, the address is free at once. */
function end(organisation: Organisation, person: Subscriber): void {
  const held = heldSubscriptions(organisation, person);
  count(organisation, person, -1);
  if (held.length > 0) {
    const payload = contentHandOver(held, person, null);
    organisation.followUps.push({ topic: 'content', subscriber: person.id, entry: 0, payload });
  }
  for (const seat of person.seats) freeSeat(organisation, person, seat);
  setTechnician(organisation, person, null);
  person.managedBy = null;
  person.state = 'removed';
  person.stateBeforeSuspend = null;
  person.suspendedBy = null;
  person.password = { state: 'none', hash: null, changedAt: null };
  person.invitation = noInvitation(person.invitation.suppressed);
}

function comeBack(state: PeopleState, one: PersonCase, person: Subscriber): void {
  const { organisation } = state;
  const fields: Record<string, unknown> = { ...fieldsOf(person) };
  for (const [field, { was }] of one.back) fields[field] = was;
  count(organisation, person, -1);
  setTechnician(organisation, person, null);
  assignFields(person, fields);
  setTechnician(organisation, person, person.technician);
  count(organisation, person, 1);
  if (one.losesPassword) person.password = { state: 'none', hash: null, changedAt: null };
  seatsBack(state, one, person);
  storageBack(state, one, person);
  groupsBack(state, one, person);
}

function count(
  organisation: Organisation,
  { roles, state, companyContact }: Subscriber,
  change: 1 | -1,
): void {
  const isThere = state !== 'remove_pending' && state !== 'removed';
  if (companyContact && isThere) organisation.companyContacts += change;
  if (roles.includes('administrator') && (state === 'pending' || state === 'active'))
    organisation.administrators += change;
}

const SEAT = /^seat\.(\d+)$/;

function seatsBack({ organisation, now, name }: PeopleState, one: PersonCase, person: Subscriber): void {
  for (const [field, { was }] of one.back) {
    const [, id] = SEAT.exec(field) ?? [];
    if (id === undefined || was === null) continue;
    const held = seatOf(person, Number(id));
    const subscription = organisation.subscriptions.get(Number(id));
    if (held) held.state = was as SeatState;
    else if (!subscription || !hasFreeSeat(subscription)) one.remarks.push({ code: 'seat-taken', field: id });
    else takeSeat(person, subscription, { now, file: name, line: lineOf(one), state: was as SeatState });
  }
}

const STORAGE = /^seat\.(\d+)\.(files|mail)$/;

function storageBack({ organisation }: PeopleState, one: PersonCase, person: Subscriber): void {
  for (const [field, { was }] of one.back) {
    const [, id, word] = STORAGE.exec(field) ?? [];
    const seat = id === undefined ? undefined : seatOf(person, Number(id));
    if (!seat || id === undefined) continue;
    const pool = word === 'files' ? 'files' : 'mail';
    const more = Number(was ?? 0) - seat.extraStorage[pool];
    const bought = [...organisation.subscriptions.values()]
      .filter((storage) => storage.pool === pool && storage.active)
      .reduce((sum, { gigabytes }) => sum + gigabytes, 0);
    if (more > 0 && organisation.storageTaken[pool] + more > bought) {
      one.remarks.push({ code: 'storage-taken', field: id, value: String(was) });
      continue;
    }
    organisation.storageTaken[pool] += more;
    seat.extraStorage[pool] += more;
  }
}

const GROUP = 'group.';

function groupsBack({ groups }: PeopleState, one: PersonCase, person: Subscriber): void {
  const wanted = [...one.back].filter(([field]) => field.startsWith(GROUP));
  if (wanted.length === 0) return;
  const byName = new Map(membershipsOf(groups, person.id).map((each) => [each.group.name, each]));
  for (const [field, { was }] of wanted) {
    const name = field.slice(GROUP.length);
    const group = groups.byName.get(name);
    if (was === null) byName.delete(name);
    else if (!group) one.remarks.push({ code: 'group-gone', field: name });
    else byName.set(name, { group, ...rightsIn(typeof was === 'string' ? was : '') });
  }
  const memberships = [...byName.values()];
  const [first] = memberships;
  // Without a choice of their own they are in the default group.
  if (first && !memberships.some(({ isPrimary }) => isPrimary))
    byName.set(first.group.name, { ...first, isPrimary: true });
  setMemberships(groups, person.id, [...byName.values()]);
}

/** As `groupFields` writes them. */
function rightsIn(text: string): Omit<Membership, 'group'> {
  const words = text.split(', ');
  return {
    isPrimary: words.includes('primary'),
    canSend: words.includes('send'),
    isAdmin: words.includes('admin'),
  };
}

function note({ organisation, groups, now, name }: PeopleState, one: PersonCase, person: Subscriber): void {
  const [first] = one.claim.mine;
  const place = { entry: first?.entry ?? 0, line: lineOf(one) };
  const after = fieldsNow(person, groups);
  noteFieldChange(organisation, person, [one.now, after], { place, operation: UNDO });
  person.lastChange = { file: name, line: place.line, at: now };
  organisation.changed.add(person);
}

function lineOf({ claim }: PersonCase): number {
  return claim.mine[0]?.line ?? 0;
}

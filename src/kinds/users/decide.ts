/** Decides a row of a bulk user file: its faults, or what it does to the accounts in memory. Pure but for that. */
import { membershipsOf, type Membership } from '../../accounts/groups/groups.ts';
import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { foreignDomain, isLastAdministrator } from '../../accounts/subscribers/lifecycle.ts';
import type { Subscriber } from '../../accounts/subscribers/organisation.ts';
import type { About, Entry, EntryResult } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { booleanOf } from '../booleans.ts';
import { cut, nameIn, oncePerField } from '../shown-value.ts';
import { carryOut, type PlannedRow } from './apply.ts';
import { addressFaults, cellFaults, fault } from './cells.ts';
import type { UserColumn, UserRow } from './columns.ts';
import type { UsersState } from './context.ts';
import { parseGroups } from './groups-cell.ts';
import { planGroups, type PlannedGroups } from './memberships.ts';
import { INITIALS_SHOWN, isActiveStatus } from './values.ts';

type UserEntry = Entry<UserRow>;

export function decideUser(state: UsersState, { place, read }: UserEntry): EntryResult {
  if ('refusal' in read) return failed(place, null, null, [read.refusal]);
  const row = read.record;
  const subject = cut(row.get('email') ?? '').toLowerCase();
  const wrongAddress = addressFaults(row);
  if (wrongAddress.length > 0)
    return failed(place, null, subject, [...wrongAddress, ...cellFaults(row)], aboutRow(row, null));
  const person = personOf(state, row);
  const operation = person ? 'Update' : 'Create';
  const forbidden = notPermitted(state, row, person);
  const skipped = forbidden.length > 0 ? null : skippedBy(state, row, person);
  if (skipped) return failed(place, operation, subject, [skipped]);
  const planned = planRow(state, row, person);
  const faults = [...forbidden, ...('faults' in planned ? planned.faults : [])];
  if (faults.length > 0 || 'faults' in planned)
    return failed(place, operation, subject, faults, aboutRow(row, person));
  if (state.keepsPeople && isSuspending(row, person))
    return failed(place, operation, subject, [{ code: 2904, other: addressOf(row) }]);
  const effects = carryOut(state, planned, place);
  return { place, code: 0, operation, subject, refusal: null, effects, warnings: planned.warnings };
}

function isSuspending(row: UserRow, person: Subscriber | null): boolean {
  return person !== null && person.state !== 'suspended' && isActiveStatus(row.get('status') ?? '') === false;
}

/** Whether the row could take something from somebody: the account's use, or the address. */
export function mayTake({ read }: UserEntry): boolean {
  if ('refusal' in read) return false;
  return read.record.has('new_email') || isActiveStatus(read.record.get('status') ?? '') === false;
}

/** What the account store refuses to write. */
export function failedUser({ place, read }: UserEntry): EntryResult {
  if ('refusal' in read) return failed(place, null, null, [read.refusal]);
  const value = read.record.get('email') ?? '';
  const notWritten = fault(1008, 'email', value, { reason: 'not-written' });
  return failed(place, null, cut(value).toLowerCase(), [notWritten], aboutRow(read.record, null));
}

/** The first fault gives the code; the message names the others too. */
function failed(
  place: EntryResult['place'],
  operation: string | null,
  subject: string | null,
  faults: readonly Refusal[],
  about?: About,
): EntryResult {
  const [first, ...also] = oncePerField(faults);
  if (!first) throw new Error('an entry failed without a fault');
  const refusal = also.length > 0 ? { ...first, also } : first;
  return { place, code: first.code, operation, subject, refusal, ...(about ? { about } : {}) };
}

function aboutRow(row: UserRow, person: Subscriber | null): About {
  if (person) return { kind: 'person', id: person.id, name: '' };
  return { kind: 'person', id: null, name: nameIn(row.get('first_name'), row.get('last_name')) };
}

/** One that waits to be removed is no longer there. */
function personOf({ organisation }: UsersState, row: UserRow): Subscriber | null {
  const found = organisation.subscribers.get(addressOf(row));
  return found && found.state !== 'remove_pending' ? found : null;
}

export function addressOf(row: UserRow): string {
  return foldEmailAddress(row.get('email') ?? '');
}

/**
 * A source that acts for a group reaches its members only, makes nobody an administrator of the account, and takes no such
 * administrator's account over or away.
 */
function notPermitted(
  { standpoint, groups }: UsersState,
  row: UserRow,
  person: Subscriber | null,
): Refusal[] {
  if (standpoint.kind === 'account') return [];
  const { group: value, allowed } = standpoint;
  if (!allowed) return [{ code: 2006, reason: 'group-sources-off', value }];
  const isMember = !person || membershipsOf(groups, person.id).some(({ group }) => group.name === value);
  if (!isMember) return [{ code: 2006, value, other: cut(addressOf(row)) }];
  const admin = row.get('account_admin');
  return [
    ...(admin === undefined ? [] : [fault(2006, 'account_admin', admin, { reason: 'account-admin' })]),
    ...(person?.roles.includes('administrator') ? administratorFaults(row, person) : []),
  ];
}

/** What would give the account to somebody else, or shut it; a value that it has already changes nothing. */
function administratorFaults(row: UserRow, { email, state }: Subscriber): Refusal[] {
  const address = foldEmailAddress(row.get('new_email') ?? '');
  const isActive = isActiveStatus(row.get('status') ?? '');
  const changed: UserColumn[] = [
    ...(address !== '' && address !== email ? (['new_email'] as const) : []),
    ...(isActive !== undefined && isActive === (state === 'suspended') ? (['status'] as const) : []),
  ];
  return changed.map((column) =>
    fault(2006, column, row.get(column) ?? '', { reason: 'administrator', other: email }),
  );
}

function skippedBy({ options }: UsersState, row: UserRow, person: Subscriber | null): Refusal | null {
  if (!person && !options.create) return fault(2900, 'email', addressOf(row));
  return person && !options.update ? fault(2901, 'email', addressOf(row)) : null;
}

function planRow(
  state: UsersState,
  row: UserRow,
  person: Subscriber | null,
): PlannedRow | { faults: Refusal[] } {
  const groups = groupsOf(state, row, person);
  const faults = [
    ...(person ? [] : newPersonFaults(state, row)),
    // Ignored for somebody new, whatever it says.
    ...cellFaults(row).filter(({ code }) => person !== null || code !== 2010),
    ...(person ? renameFaults(state, row, person) : []),
    ...('refusal' in groups ? [groups.refusal] : []),
    ...(person ? lastAdministratorFaults(state, row, person) : []),
  ];
  if (faults.length > 0 || 'refusal' in groups) return { faults };
  return { row, person, groups: groups.planned, warnings: warningsFor(row, person, groups) };
}

function newPersonFaults({ organisation }: UsersState, row: UserRow): Refusal[] {
  const address = addressOf(row);
  const status = row.get('status') ?? '';
  const waits = organisation.subscribers.has(address);
  return [
    ...(waits ? [fault(1054, 'email', address)] : []),
    ...(organisation.takenElsewhere.has(address) ? [fault(2002, 'email', address)] : []),
    ...(['first_name', 'last_name'] as const)
      .filter((column) => !row.has(column))
      .map((column) => fault(2003, column, '')),
    ...(isActiveStatus(status) === false ? [fault(2018, 'status', status)] : []),
  ];
}

function renameFaults({ organisation }: UsersState, row: UserRow, person: Subscriber): Refusal[] {
  const address = foldEmailAddress(row.get('new_email') ?? '');
  if (address === '' || address === person.email) return [];
  if (organisation.subscribers.has(address) || organisation.takenElsewhere.has(address))
    return [fault(2011, 'new_email', address)];
  const foreign = foreignDomain(organisation, person, address);
  if (!foreign) return [];
  const { domain, allowed, ...why } = foreign;
  return [fault(1006, 'new_email', domain, { other: allowed.join(', '), ...why })];
}

/** Whether the row takes the role, or the account, from the last one who has both. */
function lastAdministratorFaults({ organisation }: UsersState, row: UserRow, person: Subscriber): Refusal[] {
  if (!isLastAdministrator(organisation, person)) return [];
  const admin = row.get('account_admin') ?? '';
  if (booleanOf(admin) === false) return [fault(2019, 'account_admin', admin, { other: person.email })];
  const status = row.get('status') ?? '';
  return isActiveStatus(status) === false ? [fault(2019, 'status', status, { other: person.email })] : [];
}

/** What becomes of the row's groups; null: nothing. */
type GroupsOfRow = { planned: PlannedGroups | null; ignored: Refusal | null } | { refusal: Refusal };

function groupsOf(state: UsersState, row: UserRow, person: Subscriber | null): GroupsOfRow {
  const { groups, options, standpoint } = state;
  const text = row.get('groups');
  const before = person ? membershipsOf(groups, person.id) : null;
  if (standpoint.kind === 'group' || !options.multipleGroups) {
    const why = standpoint.kind === 'group' ? { reason: 'group-source', other: standpoint.group } : {};
    const ignored = text === undefined ? null : fault(2912, 'groups', text, why);
    return {
      planned: person || standpoint.kind === 'account' ? null : landing(state, standpoint.group),
      ignored,
    };
  }
  if (text === undefined) return { planned: null, ignored: null };
  const parsed = parseGroups(text);
  if ('refusal' in parsed) return { refusal: cutValues(parsed.refusal) };
  const planned = planGroups(groups, before, parsed.definitions, options.createGroups);
  return 'refusal' in planned ? { refusal: cutValues(planned.refusal) } : { planned, ignored: null };
}

/** Whom a source creates that acts for a group is in that group. */
function landing({ groups }: UsersState, name: string): PlannedGroups | null {
  const group = groups.byName.get(name);
  if (!group) return null;
  const membership: Membership = { group, isPrimary: true, canSend: group.canSend, isAdmin: false };
  return { memberships: [membership], created: [], warnings: [], names: [] };
}

function warningsFor(
  row: UserRow,
  person: Subscriber | null,
  groups: Exclude<GroupsOfRow, { refusal: Refusal }>,
): Refusal[] {
  const initials = row.get('initials') ?? '';
  return [
    ...(!person && row.has('new_email') ? [fault(2913, 'new_email', addressOf(row))] : []),
    ...([...initials].length > INITIALS_SHOWN ? [fault(2910, 'initials', initials)] : []),
    ...(groups.ignored ? [groups.ignored] : []),
    ...(groups.planned?.warnings ?? []).map(cutValues),
  ];
}

function cutValues(refusal: Refusal): Refusal {
  const { value, other } = refusal;
  return {
    ...refusal,
    ...(value === undefined ? {} : { value: cut(value) }),
    ...(other === undefined ? {} : { other: cut(other) }),
  };
}

/** What a row without a fault does. */
import { groupFields, membershipsOf, setMemberships } from '../../accounts/groups/groups.ts';
import { fieldsOf, noteFieldChange } from '../../accounts/subscribers/changes.ts';
import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { invite, isInvited } from '../../accounts/subscribers/invitation.ts';
import {
  renameSubscriber,
  resumeSubscriber,
  setRoles,
  suspendSubscriber,
} from '../../accounts/subscribers/lifecycle.ts';
import { newSubscriber } from '../../accounts/subscribers/new-subscriber.ts';
import { noteChange, portraitOf } from '../../accounts/subscribers/notice.ts';
import type { Profile, Role, Subscriber } from '../../accounts/subscribers/organisation.ts';
import type { Effects, SourceRange } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { booleanOf } from '../booleans.ts';
import type { UserColumn, UserRow } from './columns.ts';
import type { UsersState } from './context.ts';
import type { PlannedGroups } from './memberships.ts';
import { isActiveStatus, ZONES } from './values.ts';

/** A row without a fault. */
export interface PlannedRow {
  row: UserRow;
  /** null: somebody new. */
  person: Subscriber | null;
  /** null: groups stay as they are. */
  groups: PlannedGroups | null;
  warnings: Refusal[];
}

/** As an account's origin says. */
const ORIGIN = 'bulk file';

export function carryOut(state: UsersState, planned: PlannedRow, { entry, line }: SourceRange): Effects {
  const { organisation, groups, inputs } = state;
  const { row, person } = planned;
  const fieldsNow = (one: Subscriber) => ({
    ...fieldsOf(one),
    ...inOrder(planned.groups?.names ?? [], groupFields(membershipsOf(groups, one.id))),
  });
  const before = person && fieldsNow(person);
  const portrait = person && portraitOf(person);
  const subscriber = person ?? addSubscriber(state, row);
  writeFields(state, subscriber, row);
  const address = foldEmailAddress(row.get('new_email') ?? '');
  if (person && address !== '' && address !== person.email)
    renameSubscriber(organisation, person, address, { entry, now: inputs.now });
  if (!person && isInvited(organisation, subscriber)) invite(organisation, subscriber, entry, inputs.now);
  if (planned.groups) writeGroups(state, subscriber, planned.groups);
  const cause = { place: { entry, line }, operation: person ? 'Update' : 'Create' };
  const changed = noteFieldChange(organisation, subscriber, [before, fieldsNow(subscriber)], cause);
  if (!changed) return { unchanged: 1 };
  subscriber.lastChange = { file: inputs.file, line, at: inputs.now };
  organisation.changed.add(subscriber);
  if (portrait) noteChange(organisation, subscriber, portrait, cause.operation, entry);
  return { [person ? 'updated' : 'created']: 1, groups: planned.groups?.created.length ?? 0 };
}

/** The groups of the cell come first: so they are told. One that somebody is not in has no value. */
function inOrder(names: readonly string[], fields: Record<string, string>): Record<string, string | null> {
  return { ...Object.fromEntries(names.map((name) => [`group.${name}`, null])), ...fields };
}

function addSubscriber({ organisation, inputs }: UsersState, row: UserRow): Subscriber {
  const person = {
    id: inputs.nextSubscriberId(),
    email: foldEmailAddress(row.get('email') ?? ''),
    givenName: row.get('first_name') ?? '',
    familyName: row.get('last_name') ?? '',
    origin: ORIGIN,
  };
  const subscriber = newSubscriber(organisation, person, inputs.now);
  organisation.subscribers.set(person.email, subscriber);
  return subscriber;
}

/** Columns that are stored as they are given. */
const PROFILE_COLUMNS: readonly (readonly [UserColumn, keyof Profile])[] = [
  ['initials', 'initials'],
  ['company', 'company'],
  ['title', 'jobTitle'],
  ['phone', 'telephone'],
  ['area_code', 'areaCode'],
  ['ui_locale', 'language'],
];

/** A cell without a value leaves alone what is stored. */
function writeFields(state: UsersState, subscriber: Subscriber, row: UserRow): void {
  const { organisation } = state;
  subscriber.givenName = row.get('first_name') ?? subscriber.givenName;
  subscriber.familyName = row.get('last_name') ?? subscriber.familyName;
  for (const [column, field] of PROFILE_COLUMNS)
    subscriber.profile[field] = row.get(column) ?? subscriber.profile[field];
  subscriber.profile.timeZone = ZONES.get(row.get('time_zone') ?? '') ?? subscriber.profile.timeZone;
  subscriber.canSign = booleanOf(row.get('can_sign') ?? '') ?? subscriber.canSign;
  writeRole(state, subscriber, booleanOf(row.get('account_admin') ?? ''));
  const isActive = isActiveStatus(row.get('status') ?? '');
  if (isActive === true && subscriber.state === 'suspended') resumeSubscriber(organisation, subscriber);
  if (isActive === false && subscriber.state !== 'suspended') suspendSubscriber(organisation, subscriber);
}

/** @param wanted undefined: as it is */
function writeRole({ organisation }: UsersState, subscriber: Subscriber, wanted: boolean | undefined): void {
  const { roles } = subscriber;
  if (wanted === undefined || wanted === roles.includes('administrator')) return;
  const rest = roles.filter((role) => role !== 'administrator');
  // Everybody has a role.
  const left: Role[] = rest.length > 0 ? rest : ['user'];
  setRoles(organisation, subscriber, wanted ? [...roles, 'administrator'] : left);
}

function writeGroups({ groups }: UsersState, subscriber: Subscriber, { memberships }: PlannedGroups): void {
  const same = JSON.stringify(memberships) === JSON.stringify(membershipsOf(groups, subscriber.id));
  if (!same) setMemberships(groups, subscriber.id, memberships);
}

/** What the journal tells of a change of a person: from the fields that changed, in a fixed order. Pure. */
import type { Diff } from '../accounts/changes/diff.ts';
import { told, user, type Thing, type Told } from './told.ts';

export interface PersonChange {
  /** Of the subscriber. */
  subject: number;
  operation: string;
  diff: Diff;
}

/** Names and kinds as they were at that moment. */
export interface Surroundings {
  /** Of the person. */
  name: string;
  /** Of a subscription. */
  subscription: (id: number) => { name: string; isAccessory: boolean };
  /** The group that everybody is in who is in no other. */
  defaultGroup: string;
}

type Extra = Told['extra'];

/** One change under way to its records. */
interface Telling {
  change: PersonChange;
  surroundings: Surroundings;
  isNew: boolean;
  tell: (action: string, extra?: Extra, target?: Thing | null) => Told;
}

/** Operations that send an invitation again. */
const SENDS_AGAIN: ReadonlySet<string> = new Set(['ResendInvitation', 'activation mail']);

/** What else they set belongs to the seat. */
const OF_SEATS: ReadonlySet<string> = new Set(['AssignSeat', 'ChangeSeat', 'RevokeSeat', 'ChangeStorage']);

const PROFILE: ReadonlySet<string> = new Set(
  `email alternateEmail givenName familyName companyContact federationType language timeZone department jobTitle country
   telephone mobile fax address company initials areaCode canSign notes.dn notes.template notes.version notes.locale
   notes.forms technician.name technician.nickname technician.ssoId technician.description`.split(/\s+/),
);

export function tellPerson(change: PersonChange, surroundings: Surroundings): Told[] {
  const { subject, operation, diff } = change;
  const object = user(subject, surroundings.name);
  const tell: Telling['tell'] = (action, extra = [], target = null) =>
    told('BSS', action, object, { extra, target });
  const [stateBefore, state] = pair(diff, 'state');
  // The end of a removal; it was told when it began.
  if (stateBefore === 'remove_pending' && state === 'removed') return [];
  // An account that an undo takes back ends at once.
  if (state === 'remove_pending' || state === 'removed') return [tell('REMOVESUBSCRIBER')];
  if (SENDS_AGAIN.has(operation)) return [tell('RESENDWELCOM')];
  const telling = { change, surroundings, tell, isNew: isAdded(diff) || stateBefore === 'remove_pending' };
  const all = [
    ...ofPerson(telling),
    ...groups(telling),
    ...roles(telling),
    ...suspension(telling),
    ...technician(telling),
    ...seats(telling),
  ];
  // A seat that is activated, for one.
  return all.length === 0 && OF_SEATS.has(operation) ? [tell('UPDATESUBSCRIBER')] : all;
}

/** Before and after of a field; undefined where it did not change. */
function pair(diff: Diff, field: string): readonly [unknown, unknown] {
  const found = diff[field];
  return found === undefined || found === 'changed' ? [undefined, undefined] : found;
}

function isAdded(diff: Diff): boolean {
  const [before, after] = pair(diff, 'email');
  return before === null && after !== null && after !== undefined;
}

function ofPerson({ change: { diff, operation }, isNew, tell }: Telling): Told[] {
  const [, passwordState] = pair(diff, 'passwordState');
  const hasPassword = 'password' in diff && (passwordState === undefined || passwordState === 'temporary');
  const isUpdated = !isNew && !OF_SEATS.has(operation) && Object.keys(diff).some((key) => tells(diff, key));
  return [
    ...(isNew ? [tell('ADDSUBSCRIBER')] : []),
    ...(hasPassword ? [tell('SETONETIMEPASSWORD')] : []),
    ...(isUpdated ? [tell('UPDATESUBSCRIBER')] : []),
  ];
}

/** Whether a field is told as one of the profile; what a technician begins with is told with the status. */
function tells(diff: Diff, field: string): boolean {
  return PROFILE.has(field) && !(field.startsWith('technician.') && 'technician.status' in diff);
}

const GROUP = /^group\.(.*)$/su;

/** Somebody new who is in no other group is in that of everybody without a word. */
function groups({ change: { diff }, surroundings: { defaultGroup }, isNew, tell }: Telling): Told[] {
  const fields = Object.keys(diff).filter((field) => GROUP.test(field));
  if (isNew && fields.length === 1 && fields[0] === `group.${defaultGroup}`) return [];
  return fields.flatMap((field) => {
    const name = GROUP.exec(field)?.[1] ?? '';
    const [before, after] = pair(diff, field);
    const did = before === null ? 'ADDED' : after === null ? 'REMOVED' : 'UPDATED';
    const isAdmin = String(after).split(', ').includes('admin');
    const role = after === null ? 'UNSET' : isAdmin ? 'ADMIN' : 'MEMBER';
    const extra: Extra = [
      ['GROUP', name],
      ['OPERATION', `MEMBER_${did}`],
      ['ROLE', role],
    ];
    return [tell('UPDATESUBSCRIBER', extra)];
  });
}

/** Everybody begins as a user. */
function roles({ change: { diff }, isNew, tell }: Telling): Told[] {
  const [before, after] = pair(diff, 'roles').map((list) => (Array.isArray(list) ? list.map(String) : []));
  const had = isNew ? ['user'] : (before ?? []);
  const has = after ?? [];
  if (!('roles' in diff)) return [];
  return [
    ...has
      .filter((role) => !had.includes(role))
      .map((role) => tell('ASSIGNROLE', [['ROLE', role.toUpperCase()]])),
    ...(isNew ? [] : had)
      .filter((role) => !has.includes(role))
      .map((role) => tell('UNASSIGNROLE', [['ROLE', role.toUpperCase()]])),
  ];
}

function suspension({ change: { diff }, tell }: Telling): Told[] {
  const [before, after] = pair(diff, 'state');
  if (after === 'suspended') return [tell('SUSPENDSUBSCRIBER')];
  return before === 'suspended' ? [tell('UNSUSPENDSUBSCRIBER')] : [];
}

function technician({ change: { diff }, tell }: Telling): Told[] {
  const [before, after] = pair(diff, 'technician.status');
  const [, group] = pair(diff, 'technician.group');
  if (before !== undefined)
    return [tell('UPDATESUBSCRIBER', [['TECHNICIAN', after === 'enabled' ? 'enabled' : 'disabled']])];
  return group === undefined ? [] : [tell('UPDATESUBSCRIBER', [['TECHNICIAN', 'moved']])];
}

const SEAT = /^seat\.(\d+)(\.files|\.mail)?$/;

/** A seat that is changed into another is told once, as the one that it became. */
function seats({ change: { diff, operation }, surroundings, tell }: Telling): Told[] {
  const moves = operation === 'ChangeSeat';
  const seen = new Set<number>();
  return Object.keys(diff).flatMap((field) => {
    const match = SEAT.exec(field);
    const id = Number(match?.[1]);
    if (!match || seen.has(id)) return [];
    seen.add(id);
    const { name, isAccessory } = surroundings.subscription(id);
    const target: Thing = { type: 'SUBSCRIPTION', id: String(id), name };
    const [before, after] = pair(diff, `seat.${id}`);
    if (before === null) return [tell(moves ? 'TRANSFERSEAT' : 'ENTITLESUBSCRIBER', [], target)];
    if (after === null) return moves && !isAccessory ? [] : [tell('REVOKESUBSCRIBER', [], target)];
    return match[2] === undefined ? [] : [tell('CHANGEQUOTA', [], target)];
  });
}

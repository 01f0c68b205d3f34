/** What an undo may not do to others: names that somebody else has by now, and the last of the administrators. Pure. */
import { foldNotesDn } from '../subscribers/notes-name.ts';
import type { Organisation } from '../subscribers/organisation.ts';
import { foldSsoId } from '../subscribers/technician.ts';
import type { PeopleState, PersonCase } from './person-case.ts';

/** Removes from the cases what cannot come back, and says so in their remarks. */
export function settleConflicts(state: PeopleState, cases: readonly PersonCase[]): void {
  keepOne(cases, state.organisation.administrators, administers, 'last-administrator');
  keepOne(cases, state.organisation.companyContacts, isContact, 'last-company-contact');
  // Whoever keeps a name because of one conflict may cause another.
  for (let changed = true; changed;) {
    const byId = new Map(cases.map((one) => [one.id, one]));
    changed = cases.map((one) => !one.isLeftOut && !one.isNew && dropTaken(state, byId, one)).some(Boolean);
  }
}

/** Whether something holds of the person, as things are or as they would be. */
type Holds = (one: PersonCase, when: 'is' | 'was') => boolean;

function keepOne(
  cases: readonly PersonCase[],
  have: number,
  holds: Holds,
  code: 'last-administrator' | 'last-company-contact',
): void {
  const active = cases.filter(({ isLeftOut }) => !isLeftOut);
  const losing = active.filter((one) => holds(one, 'is') && !holds(one, 'was'));
  const gained = active.filter((one) => !holds(one, 'is') && holds(one, 'was')).length;
  if (have === 0 || have + gained - losing.length > 0) return;
  const [kept] = losing;
  if (!kept) return;
  kept.isLeftOut = true;
  kept.remarks = [{ code }];
}

const administers: Holds = (one, when) => {
  const roles = valueOf(one, 'roles', when);
  const state = valueOf(one, 'state', when);
  return (
    Array.isArray(roles) && roles.includes('administrator') && (state === 'pending' || state === 'active')
  );
};

const isContact: Holds = (one, when) => {
  const state = valueOf(one, 'state', when);
  return valueOf(one, 'companyContact', when) === true && state !== 'remove_pending' && state !== null;
};

function valueOf({ now, back, isNew }: PersonCase, field: string, when: 'is' | 'was'): unknown {
  if (when === 'is') return now[field];
  if (isNew) return null;
  return back.has(field) ? back.get(field)?.was : now[field];
}

type ById = ReadonlyMap<number, PersonCase>;

function dropTaken(state: PeopleState, byId: ById, one: PersonCase): boolean {
  const { organisation, objectIds } = state;
  const wanted = (field: string) => {
    const was = one.back.get(field)?.was;
    return typeof was === 'string' ? was : null;
  };
  const isTaken = (holder: number | undefined, field: string) =>
    holder !== undefined && holder !== one.id && !givesUp(byId.get(holder), field);
  const email = wanted('email');
  if (
    email !== null &&
    (organisation.takenElsewhere.has(email) || isTaken(holderOf(organisation, email), 'email'))
  )
    return drop(one, ['email', 'mailbox'], { code: 'address-taken', value: email });
  const dn = wanted('notes.dn');
  if (dn !== null && isTaken(organisation.notesDns.get(foldNotesDn(dn)), 'notes.dn'))
    return drop(one, ['notes.dn', ...NOTES], { code: 'notes-name-taken', value: dn });
  const ssoId = wanted('technician.ssoId');
  if (ssoId !== null && isTaken(organisation.ssoIds.get(foldSsoId(ssoId)), 'technician.ssoId'))
    return drop(one, ['technician.ssoId'], { code: 'sso-id-taken', value: ssoId });
  const objectId = wanted('managedBy.objectId');
  const source = one.back.has('managedBy.source') ? wanted('managedBy.source') : one.now['managedBy.source'];
  if (objectId !== null && isTaken(objectIds.get(`${String(source)}\0${objectId}`), 'managedBy.objectId'))
    return drop(one, ['managedBy.source', 'managedBy.objectId'], {
      code: 'object-id-taken',
      value: objectId,
    });
  return false;
}

const NOTES = ['notes.template', 'notes.version', 'notes.locale', 'notes.forms'];

function holderOf({ subscribers }: Organisation, email: string): number | undefined {
  return subscribers.get(email)?.id;
}

function givesUp(holder: PersonCase | undefined, field: string): boolean {
  return holder !== undefined && !holder.isLeftOut && (holder.isNew || holder.back.has(field));
}

function drop(one: PersonCase, fields: readonly string[], remark: PersonCase['remarks'][number]): true {
  for (const field of fields) one.back.delete(field);
  one.remarks.push(remark);
  return true;
}

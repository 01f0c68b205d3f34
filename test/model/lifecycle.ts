import { federationChecks, isVerifying } from './add.ts';
import { given, isEmail, personChecks } from './fields.ts';
import { foldDn, templateOf } from './notes.ts';
import { RENAME_NEEDS_A_SEAT } from './readings.ts';
import { firstRefusal, type Check } from './refusal.ts';
import { hasCollaboration, hasMail, hasNotes, held, heldBases } from './seats.ts';
import {
  findSubscriber,
  invite,
  isTaken,
  PROFILE_FIELDS,
  type Model,
  type ModelRecord,
  type ModelSubscriber,
} from './state.ts';

/** 6.2. Empty keeps, a zero-length string clears. */
export function update(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const wish = given(record, 'notesTemplate');
  const language = given(record, 'language') ?? user.profile.language;
  const template = () =>
    user.notes && held(model, user).some(hasNotes)
      ? templateOf(model.customer, wish ?? '', language || (model.customer.contactLanguage ?? ''), user.notes)
      : null;
  const code = firstRefusal([
    [1055, () => given(record, 'notesDN') !== undefined],
    ...personChecks(record),
    ...federationChecks(model, record['federationType']),
    [1055, () => wish !== undefined && template() === null],
  ]);
  if (code !== 0) return code;
  if (wish !== undefined && user.notes) user.notes = { ...user.notes, ...template() };
  user.givenName = record['givenName'] ?? user.givenName;
  user.familyName = record['familyName'] ?? user.familyName;
  user.federationType = record['federationType']?.toUpperCase() ?? user.federationType;
  for (const field of PROFILE_FIELDS) user.profile[field] = record[field] ?? user.profile[field];
  return 0;
}

function isLastAdministrator(model: Model, user: ModelSubscriber): boolean {
  const working = (one: ModelSubscriber) =>
    one.roles.includes('administrator') && (one.state === 'pending' || one.state === 'active');
  return working(user) && model.subscribers.filter(working).length === 1;
}

/** 6.3. */
export function suspend(model: Model, user: ModelSubscriber): number {
  if (user.state === 'suspended' || isLastAdministrator(model, user)) return 1008;
  user.beforeSuspend = user.state === 'pending' ? 'pending' : 'active';
  user.state = 'suspended';
  user.invitation = 'none';
  user.invitedAt = null;
  return 0;
}

/** 6.4. */
export function resume(_: Model, user: ModelSubscriber): number {
  if (user.state !== 'suspended') return 1008;
  user.state = user.beforeSuspend ?? 'active';
  user.beforeSuspend = null;
  return 0;
}

/** 6.5. */
export function remove(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const bases = heldBases(model, user);
  const mailOnly = bases.some(hasMail) && !bases.some(hasCollaboration);
  const contacts = model.subscribers.filter((one) => one.companyContact && one.state !== 'remove_pending');
  const code = firstRefusal([
    [1002, () => user.companyContact && contacts.length === 1],
    ...assignToChecks(model, user, record, [1019, () => mailOnly]),
    [1008, () => isLastAdministrator(model, user)],
  ]);
  if (code !== 0) return code;
  user.state = 'remove_pending';
  user.beforeSuspend = null;
  user.invitation = 'none';
  user.invitedAt = null;
  user.seats.clear();
  return 0;
}

/** assignTo of Remove and RevokeSeat; no check where the column is empty. */
export function assignToChecks(
  model: Model,
  user: ModelSubscriber,
  record: ModelRecord,
  beforeReceiver: Check,
): Check[] {
  const assignTo = given(record, 'assignTo');
  if (assignTo === undefined) return [];
  const receiver = findSubscriber(model, assignTo);
  const elsewhere = model.elsewhere.has(assignTo.toLowerCase());
  return [
    [1014, () => (!receiver && !elsewhere) || receiver === user],
    [1013, () => elsewhere],
    beforeReceiver,
    [1043, () => !receiver || !heldBases(model, receiver).some(hasCollaboration)],
  ];
}

/** 6.9. */
export function rename(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const address = given(record, 'altEmailAddress')?.toLowerCase() ?? '';
  const { customer } = model;
  const code = firstRefusal([
    [1029, () => !isEmail(address)],
    [1035, () => isTaken(model, address)],
    [
      1006,
      () => user.federationType === 'FEDERATED' && !customer.domains?.includes(address.split('@')[1] ?? ''),
    ],
    [1048, () => isHybridNotesUser(model, user) && !isSynchronised(model, user, address)],
    [1048, () => RENAME_NEEDS_A_SEAT && !heldBases(model, user).length],
  ]);
  if (code === 0) user.email = address;
  return code;
}

function isHybridNotesUser(model: Model, user: ModelSubscriber): boolean {
  return model.customer.notes === 'hybrid' && heldBases(model, user).some(hasNotes);
}

function isSynchronised({ customer }: Model, { notes }: ModelSubscriber, address: string): boolean {
  return customer.onPremises.some(
    (entry) => entry.email === address && foldDn(entry.dn) === foldDn(notes?.dn ?? ''),
  );
}

/** 6.10. */
export function resendInvitation(model: Model, user: ModelSubscriber): number {
  const code = firstRefusal([
    [1061, () => [...user.seats.values()].some((seat) => seat.entitlePending)],
    [
      1008,
      () =>
        (user.hasPassword && user.alternative === null) ||
        user.state !== 'pending' ||
        user.federationType === 'FEDERATED',
    ],
  ]);
  if (code === 0 && isVerifying(model)) invite(user);
  return code;
}

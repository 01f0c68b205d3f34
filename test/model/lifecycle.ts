import { PROFILE_FIELDS, type Model, type ModelSubscriber } from './accounts.ts';
import { federationChecks, isVerifying } from './add.ts';
import { given, inTable, isEmail, personChecks } from './fields.ts';
import { foldDn, templateOf } from './notes.ts';
import type { ModelRecord } from './record.ts';
import { firstRefusal, type Check } from './refusal.ts';
import { hasCollaboration, hasInotes, hasMail, hasNotes, held, heldBases } from './seats.ts';
import { findSubscriber, invite, isTaken } from './state.ts';

/** 6.2. Empty keeps, a zero-length string clears. */
export function update(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const wish = given(record, 'notesTemplate');
  const language = inTable('language', record['language'] ?? '') ?? user.profile.language;
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
  for (const field of PROFILE_FIELDS) {
    const value = record[field];
    if (value !== undefined) user.profile[field] = inTable(field, value) ?? value;
  }
  if (user.federationType !== 'FEDERATED') return 0;
  withdrawInvitation(user);
  for (const seat of user.seats.values()) if (seat.state === 'assigned') seat.state = 'active';
  return 0;
}

function withdrawInvitation(user: ModelSubscriber): void {
  user.invitation = 'none';
  user.invitedAt = null;
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
  withdrawInvitation(user);
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
  withdrawInvitation(user);
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
  const bases = heldBases(model, user);
  const domain = address.split('@')[1] ?? '';
  const code = firstRefusal([
    [1029, () => !isEmail(address)],
    [1035, () => isTaken(model, address)],
    [1006, () => user.federationType === 'FEDERATED' && !customer.domains?.includes(domain)],
    [1006, () => bases.some(hasNotes) && !(customer.mailDomains ?? customer.domains)?.includes(domain)],
    [1048, () => bases.length === 0],
    [1048, () => isHybridNotesUser(model, user) && !isSynchronised(model, user, address)],
  ]);
  if (code !== 0) return code;
  if (bases.some(hasInotes) && user.mailbox === null) user.mailbox = user.email;
  user.email = address;
  if (user.invitation === 'pending' && user.invitedAt !== user.alternative) invite(user);
  return 0;
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
  const seats = [...user.seats.values()];
  const code = firstRefusal([
    [1061, () => seats.some(({ state }) => state === 'entitle_pending')],
    [1008, () => user.state === 'suspended' || user.federationType === 'FEDERATED'],
    [1008, () => user.state === 'pending' && user.hasPassword && user.alternative === null],
    [1008, () => user.state === 'active' && !seats.some(({ state }) => state === 'assigned')],
  ]);
  if (code === 0 && isVerifying(model)) invite(user);
  return code;
}

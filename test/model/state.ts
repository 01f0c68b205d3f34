/**
 * A second, plain reading of the specification: accounts in memory and nothing else. It shares no rule with the
 * program; the tests beside it compare the two.
 */
import type { DeclaredCustomer, DeclaredSubscriber } from '../../src/accounts/setup/organisation-file.ts';
import { PROFILE_FIELDS, type Model, type ModelSubscriber, type ProfileField } from './accounts.ts';
import { startingNotes } from './notes.ts';

export function startModel(customer: DeclaredCustomer, others: readonly DeclaredCustomer[]): Model {
  const model: Model = {
    customer,
    subscriptions: new Map(customer.subscriptions.map((one) => [one.id, one])),
    subscribers: [],
    entries: 0,
    notices: [],
    elsewhere: new Set(others.flatMap((other) => other.subscribers.map((one) => one.email))),
  };
  for (const declared of customer.subscribers) model.subscribers.push(startingSubscriber(model, declared));
  return model;
}

function startingSubscriber(model: Model, declared: DeclaredSubscriber): ModelSubscriber {
  const { customer } = model;
  const profile = emptyProfile();
  profile.language = customer.contactLanguage ?? 'en_US';
  for (const field of PROFILE_FIELDS) profile[field] = declared[field] ?? profile[field];
  const state = declared.state ?? 'active';
  const seats = new Map(
    (declared.seats ?? []).map((seat) => [seat.subscription, { state: seat.state, ...seat.extraStorage }]),
  );
  return {
    email: declared.email,
    givenName: declared.givenName,
    familyName: declared.familyName,
    roles: declared.roles ?? ['user'],
    companyContact: declared.companyContact ?? false,
    state,
    beforeSuspend: state === 'suspended' ? 'active' : null,
    federationType: declared.federationType ?? allowedFederationTypes(customer)[0] ?? 'NON_FEDERATED',
    profile,
    invitation: 'none',
    hasPassword: false,
    alternative: declared.altEmailAddress ?? null,
    invitedAt: null,
    verified: state !== 'pending' || isOwnDomain(customer, declared.email),
    termsAccepted: customer.acceptTerms ?? false,
    mailbox: null,
    seats,
    notes: declared.notesDN === undefined ? null : startingNotes(model, declared, profile.language),
  };
}

/** Whether an address lies in a domain of the organisation: its identity then counts as verified. */
export function isOwnDomain({ domains }: DeclaredCustomer, email: string): boolean {
  return domains?.includes(email.toLowerCase().split('@')[1] ?? '') ?? false;
}

export function invite(user: ModelSubscriber): void {
  user.invitation = 'pending';
  user.invitedAt = user.alternative ?? user.email;
}

export function emptyProfile(): Record<ProfileField, string> {
  return Object.fromEntries(PROFILE_FIELDS.map((field) => [field, ''])) as Record<ProfileField, string>;
}

/** Rules 10, the default first. */
export function allowedFederationTypes({ federation }: DeclaredCustomer): string[] {
  if (federation === 'partial') return ['NON_FEDERATED', 'FEDERATED', 'MODIFIED_FEDERATED'];
  return [(federation ?? 'non_federated').toUpperCase()];
}

/** A live subscriber of the customer; one that waits to be removed is not found. */
export function findSubscriber(model: Model, email: string): ModelSubscriber | undefined {
  return model.subscribers.find((one) => one.email === email.toLowerCase() && one.state !== 'remove_pending');
}

/** Whether anybody, of any customer, has the address. */
export function isTaken(model: Model, email: string): boolean {
  const folded = email.toLowerCase();
  return model.elsewhere.has(folded) || model.subscribers.some((one) => one.email === folded);
}

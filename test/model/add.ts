import type { DeclaredSubscription } from '../../src/accounts/setup/organisation-file.ts';
import { PROFILE_FIELDS, type Model, type ModelSubscriber, type NotesMail } from './accounts.ts';
import {
  breaksPasswordPolicy,
  given,
  inTable,
  isEmail,
  isSuppressValueWrong,
  personChecks,
  suppressesAll,
} from './fields.ts';
import { resolveDn, templateOf } from './notes.ts';
import type { ModelRecord } from './record.ts';
import { firstRefusal, type Check } from './refusal.ts';
import { carries, hasInotes, hasMail, hasNotes, isBase, isFull, named, takeSeat } from './seats.ts';
import { allowedFederationTypes, emptyProfile, invite, isOwnDomain, isTaken } from './state.ts';

const FEDERATION_TYPES = new Set(['NON_FEDERATED', 'FEDERATED', 'MODIFIED_FEDERATED']);

/** 6.1, checks 10 to 46. */
export function add(model: Model, record: ModelRecord): number {
  const rowSubscriptions = ['subscriptionId', 'subscriptionId2'].flatMap(
    (column) => named(model, record, column) ?? [],
  );
  const code = firstRefusal([
    [9, () => !given(record, 'givenName') || !given(record, 'familyName')],
    ...personChecks(record),
    [1029, () => given(record, 'altEmailAddress') !== undefined && !isEmail(record['altEmailAddress'] ?? '')],
    [1058, () => isSuppressValueWrong(record)],
    [1095, () => record['activation'] !== undefined && !isForced(record)],
    ...federationChecks(model, given(record, 'federationType')),
    [1096, () => isForced(record) && (federationOf(model, record) !== 'FEDERATED' || isVerifying(model))],
    [1054, () => isWaitingToBeRemoved(model, record)],
    [1035, () => isTaken(model, record['emailAddress'] ?? '')],
    ...subscriptionChecks(model, record, rowSubscriptions),
    ...mailChecks(model, record, rowSubscriptions),
    [1007, () => rowSubscriptions.some((one) => isFull(model, one))],
  ]);
  if (code === 0) model.subscribers.push(newSubscriber(model, record, rowSubscriptions));
  return code;
}

export function federationChecks({ customer }: Model, value: string | undefined): Check[] {
  const type = value?.toUpperCase() ?? '';
  return [
    [1057, () => value !== undefined && !FEDERATION_TYPES.has(type)],
    [1056, () => value !== undefined && !allowedFederationTypes(customer).includes(type)],
  ];
}

function subscriptionChecks(model: Model, record: ModelRecord, row: DeclaredSubscription[]): Check[] {
  const unknown = (column: string) => () =>
    given(record, column) !== undefined && !named(model, record, column);
  const count = (kind: string) => row.filter((one) => one.kind === kind).length;
  const accessories = row.filter((one) => one.kind === 'accessory');
  return [
    [1003, unknown('subscriptionId')],
    [1024, unknown('subscriptionId2')],
    [1063, () => row.some((one) => !one.active)],
    [1037, () => count('third_party') > 0],
    [1090, () => accessories.length > 0 && model.customer.accessories === false],
    [1003, () => accessories.some((one) => !row.some((base) => carries(base, one)))],
    [1025, () => count('mail') > 1],
    [1026, () => count('collaboration') > 1],
    [1088, () => count('bundle') > 0 && row.filter(isBase).length > 1],
  ];
}

function mailChecks(model: Model, record: ModelRecord, row: DeclaredSubscription[]): Check[] {
  const { customer } = model;
  const password = given(record, 'password');
  const alternative = given(record, 'altEmailAddress');
  const names = { givenName: record['givenName'] ?? '', familyName: record['familyName'] ?? '' };
  const email = record['emailAddress']?.toLowerCase() ?? '';
  const domain = email.split('@')[1] ?? '';
  const single = row.some((one) => one.kind === 'mail');
  const notes = row.some(hasNotes);
  return [
    [1027, () => password !== undefined && !row.some(hasMail)],
    [1028, () => alternative !== undefined && !row.some(hasInotes)],
    [1030, () => single && password === undefined && alternative === undefined],
    [1072, () => password !== undefined && breaksPasswordPolicy(password, { email, ...names })],
    [1086, () => notes && customer.notes === 'none'],
    [1060, () => row.some(hasInotes) && customer.inotes === false],
    [1006, () => row.some(hasMail) && !(customer.mailDomains ?? customer.domains)?.includes(domain)],
    [1055, () => notes && newNotesTemplate(model, record, languageOf(model, record)) === null],
    [1034, () => notes && dnOf(model, record) === null],
  ];
}

export function newNotesTemplate(
  { customer }: Model,
  record: ModelRecord,
  language: string,
): Partial<NotesMail> | null {
  return templateOf(customer, record['notesTemplate'] ?? '', language, null);
}

function dnOf(model: Model, record: ModelRecord): string | null {
  return resolveDn(model, {
    self: null,
    email: record['emailAddress']?.toLowerCase() ?? '',
    givenName: record['givenName'] ?? '',
    familyName: record['familyName'] ?? '',
    notesDN: given(record, 'notesDN'),
  });
}

function newSubscriber(model: Model, record: ModelRecord, row: DeclaredSubscription[]): ModelSubscriber {
  const profile = emptyProfile();
  for (const field of PROFILE_FIELDS)
    profile[field] = inTable(field, record[field] ?? '') ?? record[field] ?? '';
  profile.language = languageOf(model, record);
  const hasPassword = given(record, 'password') !== undefined;
  const federationType = federationOf(model, record);
  const invited =
    federationType !== 'FEDERATED' && isVerifying(model) && !hasPassword && !suppressesAll(record);
  const subscriber: ModelSubscriber = {
    email: record['emailAddress']?.toLowerCase() ?? '',
    givenName: record['givenName'] ?? '',
    familyName: record['familyName'] ?? '',
    roles: ['user'],
    companyContact: false,
    state: isForced(record) ? 'active' : 'pending',
    beforeSuspend: null,
    federationType,
    profile,
    invitation: 'none',
    hasPassword,
    alternative: given(record, 'altEmailAddress')?.toLowerCase() ?? null,
    invitedAt: null,
    verified: isForced(record) || isOwnDomain(model.customer, record['emailAddress'] ?? ''),
    termsAccepted: model.customer.acceptTerms ?? false,
    mailbox: null,
    seats: new Map(),
    notes: row.some(hasNotes) ? newNotes(model, record, profile.language) : null,
  };
  for (const one of row) takeSeat(subscriber, one.id);
  if (invited) invite(subscriber);
  return subscriber;
}

function newNotes(model: Model, record: ModelRecord, language: string): NotesMail {
  return {
    dn: dnOf(model, record) ?? '',
    template: null,
    version: null,
    locale: null,
    forms: null,
    ...newNotesTemplate(model, record, language),
  };
}

function isForced(record: ModelRecord): boolean {
  return record['activation']?.toUpperCase() === 'FORCE_ACTIVATION';
}

export function isVerifying({ customer }: Model): boolean {
  return customer.emailVerification ?? true;
}

function languageOf({ customer }: Model, record: ModelRecord): string {
  return inTable('language', record['language'] ?? '') ?? customer.contactLanguage ?? 'en_US';
}

function federationOf({ customer }: Model, record: ModelRecord): string {
  return given(record, 'federationType')?.toUpperCase() ?? allowedFederationTypes(customer)[0] ?? '';
}

function isWaitingToBeRemoved(model: Model, record: ModelRecord): boolean {
  const email = record['emailAddress']?.toLowerCase();
  return model.subscribers.some((one) => one.email === email && one.state === 'remove_pending');
}

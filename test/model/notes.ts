/** Rules 9: Notes template and Notes name. */
import type { DeclaredCustomer, DeclaredSubscriber } from '../../src/accounts/setup/organisation-file.ts';
import type { Model, ModelSubscriber, NotesMail } from './accounts.ts';
import { given, inTable } from './fields.ts';
import type { ModelRecord } from './record.ts';

export function startingNotes(
  model: Pick<Model, 'customer'>,
  declared: DeclaredSubscriber,
  language: string,
): NotesMail {
  const mail: NotesMail = {
    dn: declared.notesDN ?? '',
    template: null,
    version: null,
    locale: null,
    forms: null,
  };
  return { ...mail, ...templateOf(model.customer, declared.notesTemplate ?? '', language, null) };
}

type Template = Omit<NotesMail, 'dn'>;

/**
 * Reads `name,version,locale,forms` (9.1).
 *
 * @param stored what an Update starts from; null where the mail file is new: then `<delete>` is an error
 * @returns null where any part is unknown; {} for an empty value
 */
export function templateOf(
  customer: DeclaredCustomer,
  value: string,
  language: string,
  stored: Template | null,
): Template | {} | null {
  if (value === '') return {};
  const [name = '', version = '', locale = '', forms = '', ...rest] = value.split(',');
  if (rest.length > 0) return null;
  if (name === '' && (!stored || (version === '' && locale === '' && forms === ''))) return null;
  const template = templatePart(customer, { name, version, locale }, language, stored);
  const formsFile = formsPart(customer, forms, stored);
  return template && formsFile ? { ...template, ...formsFile } : null;
}

function templatePart(
  customer: DeclaredCustomer,
  { name, version, locale }: { name: string; version: string; locale: string },
  language: string,
  stored: Template | null,
): Partial<Template> | null {
  if (name === '' && version === '' && locale === '') return {};
  const known = customer.templates.find((one) => one.name === (name || stored?.template));
  if (!known) return null;
  if (version !== '' && !known.versions.includes(version)) return null;
  const wanted = locale || language;
  const isWanted = (one: string) => one.toLowerCase() === wanted.toLowerCase();
  if ((locale !== '' || known.locales.length > 0) && !known.locales.some(isWanted)) return null;
  const chosen = inTable('language', wanted) ?? wanted;
  const newest = known.versions.toSorted(byVersion).at(-1);
  return { template: known.name, version: version || (newest ?? null), locale: chosen || null };
}

function formsPart(
  customer: DeclaredCustomer,
  forms: string,
  stored: Template | null,
): Partial<Template> | null {
  if (forms === '') return {};
  if (forms === '<delete>') return stored ? { forms: null } : null;
  return customer.formsFiles.includes(forms) ? { forms } : null;
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

export function foldDn(dn: string): string {
  return dn
    .split('/')
    .map((part) => part.trim().replaceAll(/\s+/g, ' ').toLowerCase())
    .join('/');
}

export interface DnWish {
  /** Without the subscriber himself: null on Add. */
  self: ModelSubscriber | null;
  email: string;
  givenName: string;
  familyName: string;
  notesDN: string | undefined;
}

/** The names of the row, where both are given, else the account's (9.2, AssignSeat). */
export function dnWishOf(record: ModelRecord, self: ModelSubscriber, useNames: boolean): DnWish {
  const names = [given(record, 'givenName'), given(record, 'familyName')];
  const both = useNames && names[0] !== undefined && names[1] !== undefined;
  return {
    self,
    email: self.email,
    givenName: (both ? names[0] : undefined) ?? self.givenName,
    familyName: (both ? names[1] : undefined) ?? self.familyName,
    notesDN: given(record, 'notesDN'),
  };
}

/** @returns the Notes name, or null where it is taken, or not that of a known hybrid user */
export function resolveDn(model: Model, wish: DnWish): string | null {
  const dn = model.customer.notes === 'hybrid' ? hybridDn(model.customer, wish) : serviceDn(model, wish);
  if (dn === null) return null;
  const taken = model.subscribers.some(
    (one) => one !== wish.self && one.notes !== null && foldDn(one.notes.dn) === foldDn(dn),
  );
  return taken ? null : dn;
}

function serviceDn({ customer }: Model, wish: DnWish): string | null {
  const dn = wish.notesDN ?? `${wish.givenName} ${wish.familyName}/${customer.name}`;
  return customer.onPremises.some((entry) => foldDn(entry.dn) === foldDn(dn)) ? null : dn;
}

function hybridDn(customer: DeclaredCustomer, wish: DnWish): string | null {
  const common = foldDn(`${wish.givenName} ${wish.familyName}`);
  const entry = customer.onPremises.find(
    (one) =>
      one.email === wish.email &&
      (wish.notesDN === undefined
        ? foldDn(one.dn).split('/')[0] === common
        : foldDn(one.dn) === foldDn(wish.notesDN)),
  );
  return entry?.dn ?? null;
}

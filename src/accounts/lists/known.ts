/** Whom the entries of a full list could be: as much of them as its plan compares, never more, and never one by one. */
import type { Queryable } from '../../database/open.ts';

/** Somebody who is there. */
export interface KnownPerson {
  /** Of the subscriber, or of the entry of the contact directory. */
  id: number;
  /** Folded. */
  address: string;
  /** The source whose lists manage the person; null: none does. */
  source: string | null;
  objectId: string | null;
  /** Suspended, or disabled as a technician. */
  isDisabled: boolean;
  /** An account that other hands have suspended is not resumed by a list. */
  mayEnable: boolean;
  isLeaving: boolean;
  isTechnician: boolean;
  /** No person, but under the name that the list would give one. */
  isGroup: boolean;
  administrates: boolean;
  isFederated: boolean;
  /** Asked only of those who get another address. */
  hasNotesMail: boolean;
  /** Of contacts: the folded DN. */
  key: string | null;
  /** What is stored of what a list can change: field → value, of a contact's attribute the values. */
  fields: Readonly<Record<string, unknown>>;
  /** They were compared with this entry of a list already, and are not kept. */
  compared?: { entry: number; isChanged: boolean };
}

/** What the entries of a slice name. */
export interface NamedPeople {
  addresses: readonly string[];
  objectIds: readonly string[];
  /** Of contacts: folded DNs under which the list would put them. */
  keys: readonly string[];
}

/** The fields that a list can change stand under their own names. */
type PersonRow = {
  id: number;
  email: string;
  source: string | null;
  objectId: string | null;
  state: string;
  suspendedBy: string | null;
  technician: string | null;
  administrates: boolean;
  isFederated: boolean;
  givenName: string;
  familyName: string;
  language: string;
  timeZone: string;
  department: string;
  jobTitle: string;
  country: string;
  telephone: string;
  mobile: string;
  fax: string;
  address: string;
  name: string;
};

/** One look at an index for each name, whatever the planner knows of the tables by now. */
const PEOPLE = `
  select s.id, s.email, s.managed_by_source as source, s.managed_by_object as "objectId", s.state,
         s.suspended_by_source as "suspendedBy", t.status as technician,
         s.roles @> '{administrator}' and s.state in ('pending', 'active') as administrates,
         s.federation_type = 'FEDERATED' as "isFederated",
         s.given_name as "givenName", s.family_name as "familyName", s.language, s.time_zone as "timeZone",
         s.department, s.job_title as "jobTitle", s.country, s.telephone, s.mobile, s.fax, s.address,
         coalesce(t.name, '') as name
    from subscriber s left join technician t on t.subscriber_id = s.id
   where s.id in (
     select p.id from unnest($2::text[]) as given (email), lateral (
       select id, customer_id from subscriber where email = given.email and state <> 'removed' limit 1) p where p.customer_id = $1
     union all
     select p.id from unnest($4::text[]) as given (object), lateral (
       select id from subscriber where customer_id = $1 and managed_by_source = $3 and managed_by_object = given.object
          and state <> 'removed' limit 1) p)`;

/** Accounts, and technicians among them. The caller holds the customer's row lock. */
export async function knownAccounts(
  db: Queryable,
  customer: number,
  source: string,
  keeps: 'accounts' | 'technicians',
  { addresses, objectIds }: NamedPeople,
): Promise<KnownPerson[]> {
  const { rows } = await db.query<PersonRow>(PEOPLE, [customer, addresses, source, objectIds]);
  return rows.map((row) => ({
    id: row.id,
    address: row.email,
    source: row.source,
    objectId: row.objectId,
    isDisabled: keeps === 'accounts' ? row.state === 'suspended' : row.technician === 'disabled',
    mayEnable: keeps === 'technicians' || row.suspendedBy === source,
    isLeaving: row.state === 'remove_pending',
    isTechnician: row.technician !== null,
    isGroup: false,
    administrates: row.administrates,
    isFederated: row.isFederated,
    hasNotesMail: false,
    key: null,
    fields: row,
  }));
}

/** Which of these have a mailbox of Notes; the others are told apart by nothing that a list says. */
export async function withNotesMail(db: Queryable, ids: readonly number[]): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const { rows } = await db.query<{ id: number }>(
    `select x.subscriber_id as id from seat x join subscription b on b.customer_id = x.customer_id and b.id = x.subscription_id
      where x.subscriber_id = any ($1::bigint[]) and (b.mail = 'notes' or b.parts @> '{notes}')`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Those of the addresses that belong to other customers. */
export async function takenElsewhere(
  db: Queryable,
  customer: number,
  addresses: readonly string[],
): Promise<string[]> {
  if (addresses.length === 0) return [];
  const { rows } = await db.query<{ email: string }>(
    `select given.email from unnest($2::text[]) as given (email), lateral (
       select customer_id from subscriber where email = given.email and state <> 'removed' limit 1) p where p.customer_id <> $1`,
    [customer, addresses],
  );
  return rows.map(({ email }) => email);
}

/** More contacts with one address than these are not looked at. */
const SAME_MAIL_MAX = 10;

const CONTACTS = `
  select id, dn_key as key, class = 'group' as "isGroup", attributes,
         managed_by_source as source, managed_by_object as "objectId"
    from directory_entry where customer_id = $1 and dn_key in (
     select p.dn_key from unnest($2::text[]) as given (key), lateral (
       select dn_key from directory_entry where customer_id = $1 and dn_key = given.key limit 1) p
     union all
     select p.dn_key from unnest($3::text[]) as given (mail), lateral (
       select dn_key from directory_entry where customer_id = $1 and class = 'person' and lower(attributes->'mail'->>0) = given.mail
        limit ${SAME_MAIL_MAX}) p
     union all
     select p.dn_key from unnest($5::text[]) as given (object), lateral (
       select dn_key from directory_entry where customer_id = $1 and managed_by_source = $4 and managed_by_object = given.object
        limit 1) p)`;

/** Entries of the contact directory: those with the name that the list gives, and those with the address. */
export async function knownContacts(
  db: Queryable,
  customer: number,
  source: string,
  { addresses, keys, objectIds }: NamedPeople,
): Promise<KnownPerson[]> {
  const { rows } = await db.query<{
    id: number;
    key: string;
    attributes: Record<string, string[]>;
    source: string | null;
    objectId: string | null;
    isGroup: boolean;
  }>(CONTACTS, [customer, keys, addresses, source, objectIds]);
  return rows.map(({ id, key, attributes, source: of, objectId, isGroup }) => ({
    ...NO_ACCOUNT,
    id,
    key,
    source: of,
    objectId,
    isGroup,
    address: (attributes.mail?.[0] ?? '').toLowerCase(),
    fields: attributes,
  }));
}

/** Contacts have no state. */
const NO_ACCOUNT = {
  isDisabled: false,
  mayEnable: false,
  isLeaving: false,
  isTechnician: false,
  administrates: false,
  isFederated: false,
  hasNotesMail: false,
};

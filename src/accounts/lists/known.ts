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
  hasNotesMail: boolean;
  /** Of contacts: the folded DN. */
  key: string | null;
  /** What is stored of what a list can change: field → value; a contact's attribute has its values as JSON. */
  fields: Readonly<Record<string, string>>;
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

interface PersonRow {
  id: number;
  address: string;
  source: string | null;
  objectId: string | null;
  state: string;
  suspendedBy: string | null;
  technician: string | null;
  administrates: boolean;
  isFederated: boolean;
  hasNotesMail: boolean;
  fields: Record<string, string>;
}

/** One look at an index for each name, whatever the planner knows of the tables by now. */
const PEOPLE = `
  select s.id, s.email as address, s.managed_by_source as source, s.managed_by_object as "objectId", s.state,
         s.suspended_by_source as "suspendedBy", t.status as technician,
         s.roles @> '{administrator}' and s.state in ('pending', 'active') as administrates,
         s.federation_type = 'FEDERATED' as "isFederated", 
         exists (select 1 from seat x join subscription b on b.customer_id = x.customer_id and b.id = x.subscription_id
                  where x.subscriber_id = s.id and (b.mail = 'notes' or b.parts @> '{notes}')) as "hasNotesMail",
         json_build_object('givenName', s.given_name, 'familyName', s.family_name, 'language', s.language,
           'timeZone', s.time_zone, 'department', s.department, 'jobTitle', s.job_title, 'country', s.country,
           'telephone', s.telephone, 'mobile', s.mobile, 'fax', s.fax, 'address', s.address,
           'name', coalesce(t.name, '')) as fields
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
  return rows.map(({ state, suspendedBy, technician, ...row }) => ({
    ...row,
    isDisabled: keeps === 'accounts' ? state === 'suspended' : technician === 'disabled',
    mayEnable: keeps === 'technicians' || suspendedBy === source,
    isLeaving: state === 'remove_pending',
    isTechnician: technician !== null,
    isGroup: false,
    key: null,
  }));
}

/** Those of the addresses that belong to other customers. */
export async function takenElsewhere(
  db: Queryable,
  customer: number,
  addresses: readonly string[],
): Promise<string[]> {
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
  return rows.map(({ attributes, ...row }) => ({
    ...NO_ACCOUNT,
    ...row,
    address: (attributes.mail?.[0] ?? '').toLowerCase(),
    fields: Object.fromEntries(
      Object.entries(attributes).map(([name, values]) => [name, JSON.stringify(values)]),
    ),
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

import type { RowOf } from '../../database/columns.ts';
import { byColumn, columnArrays, rowsFrom, type ByColumn } from '../../database/by-column.ts';
import { onlyRow, type Queryable } from '../../database/open.ts';
import { arrayOf } from '../../database/unnest.ts';
import type {
  NotesTemplate,
  OnPremisesEntry,
  Organisation,
  StoredPerson,
  Subscriber,
} from './organisation.ts';
import {
  CUSTOMER,
  SEAT_COLUMNS,
  seatFrom,
  seatRow,
  subscriberFrom,
  subscriberRow,
  SUBSCRIBER_COLUMNS,
  SUBSCRIPTION,
  type SeatRow,
  type SubscriberRow,
} from './rows.ts';
import { technicianFrom, technicianRow, type TechnicianRow } from './technician-rows.ts';

/** What the entries of a change file name. */
export interface Named {
  /** Folded addresses: subscribers, new addresses, receivers of content. */
  emails: readonly string[];
  /** Folded Notes DNs that an entry could ask for. */
  notesDns: readonly string[];
  /** Folded single sign-on ids that an entry asks for. */
  ssoIds?: readonly string[];
  /** How many people may be added; left out: none. */
  newcomers?: number;
}

interface LoadedRow {
  ids: number[];
  customer: RowOf<typeof CUSTOMER>;
  domains: { domain: string; owned: boolean; mail: boolean }[];
  subscriptions: RowOf<typeof SUBSCRIPTION>[];
  compatible: { subscription_id: number; compatible_id: number }[];
  templates: NotesTemplate[];
  forms: string[];
  on_premises: OnPremisesEntry[];
  subscribers: ByColumn | null;
  seats: ByColumn;
  technicians: TechnicianRow[];
  technician_groups: { id: number; name: string }[];
  elsewhere: string[];
  notes_dns: { notes_dn_key: string; id: number }[];
  sso_ids: { sso_id_key: string; subscriber_id: number }[];
  company_contacts: number;
  administrators: number;
  storage: { files: number; mail: number };
}

/**
 * Brings into memory what a file's entries name, in one round trip: never the whole customer. The caller holds the
 * customer's row lock, so nothing of it changes until the transaction ends.
 */
export async function loadOrganisation(db: Queryable, customer: number, named: Named): Promise<Organisation> {
  return (await loadForAdding(db, customer, named)).organisation;
}

/** The same, with ids that no subscriber has or ever had, one for each newcomer. */
export async function loadForAdding(
  db: Queryable,
  customer: number,
  { emails, notesDns, ssoIds = [], newcomers = 0 }: Named,
): Promise<{ organisation: Organisation; ids: number[] }> {
  const result = await db.query<{ loaded: LoadedRow }>(LOAD, [
    customer,
    arrayOf(emails),
    arrayOf(notesDns),
    arrayOf(ssoIds),
    newcomers,
  ]);
  const { loaded } = onlyRow(result);
  return { organisation: organisationFrom(loaded), ids: loaded.ids };
}

/** Folded Notes DN → subscriber, of those among `keys` that somebody of the customer holds. */
export async function notesNameHolders(
  db: Queryable,
  customer: number,
  keys: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ notes_dn_key: string; id: number }>(
    `select notes_dn_key, id from subscriber where customer_id = $1 and state <> 'removed' and notes_dn_key = any($2)`,
    [customer, keys],
  );
  return new Map(rows.map((row) => [row.notes_dn_key, row.id]));
}

/** What is read of a seat: whose it is, and not of which customer. */
const SEAT_LOADED = SEAT_COLUMNS.filter((column) => column !== 'customer_id');

const OWN_IDS = '(select ids from named where own)::bigint[]';

/** Rows of people are wide: they are put together where they are found, and none is kept for a second look. */
const LOAD = `
  with named as materialized (
    select customer_id = $1 as own, ${columnArrays(SUBSCRIBER_COLUMNS)} as people, array_agg(id) as ids, json_agg(email) as emails
      from subscriber where email = any($2) and state <> 'removed' group by 1
  )
  select json_build_object(
    'ids', (select coalesce(json_agg(nextval('subscriber_id')), '[]') from generate_series(1, $5::int)),
    'customer', (select row_to_json(c) from customer c where id = $1),
    'domains', (select coalesce(json_agg(d), '[]') from customer_domain d where customer_id = $1),
    'subscriptions', (select coalesce(json_agg(s), '[]') from (
       select ${SUBSCRIPTION.names.join(', ')} from subscription where customer_id = $1) s),
    'compatible', (select coalesce(json_agg(c), '[]') from (
       select subscription_id, compatible_id from subscription_compatibility where customer_id = $1) c),
    'templates', (select coalesce(json_agg(t), '[]') from (
       select name, versions, locales from notes_template where customer_id = $1) t),
    'forms', (select coalesce(json_agg(name), '[]') from forms_file where customer_id = $1),
    'on_premises', (select coalesce(json_agg(o), '[]') from (
       select dn, email from on_premises_entry where customer_id = $1) o),
    'subscribers', (select people from named where own),
    'seats', ${byColumn(SEAT_LOADED, `seat where subscriber_id = any(${OWN_IDS})`)},
    'technicians', (select coalesce(json_agg(t), '[]') from technician t
       where subscriber_id = any(${OWN_IDS})),
    'technician_groups', (select coalesce(json_agg(g), '[]') from (
       select id, name from technician_group where customer_id = $1) g),
    'sso_ids', (select coalesce(json_agg(t), '[]') from (
       select sso_id_key, subscriber_id from technician where customer_id = $1 and sso_id_key = any($4)) t),
    'elsewhere', coalesce((select emails from named where not own), '[]'),
    'notes_dns', (select coalesce(json_agg(n), '[]') from (
       select notes_dn_key, id from subscriber
        where customer_id = $1 and state <> 'removed' and notes_dn_key = any($3)) n),
    'company_contacts', (select count(*) from subscriber
       where customer_id = $1 and company_contact and state not in ('removed', 'remove_pending')),
    'administrators', (select count(*) from subscriber
       where customer_id = $1 and roles @> '{administrator}' and state in ('pending', 'active')),
    'storage', (select json_build_object('files', coalesce(sum(extra_files_gb), 0), 'mail', coalesce(sum(extra_mail_gb), 0))
       from seat where customer_id = $1 and (extra_files_gb > 0 or extra_mail_gb > 0))
  ) as loaded`;

type LoadedSeat = Omit<SeatRow, 'customer_id'>;

/** The moments are texts of one form, in UTC. */
function bySeniority(one: LoadedSeat, other: LoadedSeat): number {
  if (one.assigned_at !== other.assigned_at) return one.assigned_at < other.assigned_at ? -1 : 1;
  return one.subscription_id - other.subscription_id;
}

function organisationFrom(row: LoadedRow): Organisation {
  const seats = Map.groupBy(rowsFrom<LoadedSeat>(SEAT_LOADED, row.seats), (seat) => seat.subscriber_id);
  const technicians = new Map(row.technicians.map((one) => [one.subscriber_id, technicianFrom(one)]));
  const subscribers = rowsFrom<SubscriberRow>(SUBSCRIBER_COLUMNS, row.subscribers ?? []).map((subscriber) =>
    subscriberFrom(
      subscriber,
      (seats.get(subscriber.id) ?? []).toSorted(bySeniority).map(seatFrom),
      technicians.get(subscriber.id) ?? null,
    ),
  );
  return {
    ...CUSTOMER.from(row.customer),
    ownedDomains: new Set(row.domains.filter(({ owned }) => owned).map(({ domain }) => domain)),
    mailDomains: new Set(row.domains.filter(({ mail }) => mail).map(({ domain }) => domain)),
    subscriptions: subscriptionsFrom(row),
    templates: new Map(row.templates.map((template) => [template.name, template])),
    formsFiles: new Set(row.forms),
    onPremises: row.on_premises,
    technicianGroups: new Map(row.technician_groups.map(({ id, name }) => [id, name])),
    subscribers: new Map(subscribers.map((subscriber) => [subscriber.email, subscriber])),
    takenElsewhere: new Set(row.elsewhere),
    notesDns: new Map(row.notes_dns.map(({ notes_dn_key, id }) => [notes_dn_key, id])),
    ssoIds: new Map(row.sso_ids.map(({ sso_id_key, subscriber_id }) => [sso_id_key, subscriber_id])),
    companyContacts: row.company_contacts,
    administrators: row.administrators,
    storageTaken: row.storage,
    followUps: [],
    invited: new Set(),
    notices: new Map(),
    changes: [],
    changed: new Set(),
    stored: {
      people: new Map(subscribers.map((one) => [one.id, storedPerson(row.customer.id, one)])),
      seatsTaken: new Map(row.subscriptions.map(({ id, seats_taken }) => [id, seats_taken])),
    },
  };
}

/** As it would be written back unchanged: moments have the form and the precision of a program's. */
function storedPerson(customer: number, subscriber: Subscriber): StoredPerson {
  const seats = subscriber.seats.map(
    (seat) => [seat.subscription, seatRow(customer, subscriber.id, seat)] as const,
  );
  const { id, technician } = subscriber;
  return {
    row: subscriberRow(customer, subscriber, NEVER),
    seats: new Map(seats),
    technician: technician && { ...technicianRow(customer, id, technician) },
  };
}

/** Of a row that is only compared. */
const NEVER = new Date(0);

function subscriptionsFrom(row: LoadedRow): Organisation['subscriptions'] {
  const compatible = Map.groupBy(row.compatible, (pair) => pair.subscription_id);
  return new Map(
    row.subscriptions.map((subscription) => {
      const ids = compatible.get(subscription.id)?.map((pair) => pair.compatible_id) ?? [];
      return [subscription.id, { ...SUBSCRIPTION.from(subscription), compatibleWith: new Set(ids) }];
    }),
  );
}

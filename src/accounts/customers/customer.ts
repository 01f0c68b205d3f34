/** The row of a customer, read in one place; an organisation file (`setup/`) and operators' acts write it. */
import type { Pause } from '../../customer-status.ts';
import type { GuardSettings, PeopleLimits } from '../../change-file/danger.ts';
import { onlyRow, type Queryable, type Transaction } from '../../database/open.ts';

/** What USERS files may do at all; what is left out is on, but for `groupAdministrators`. */
export interface UsersSettings {
  create?: boolean | undefined;
  update?: boolean | undefined;
  createGroups?: boolean | undefined;
  /** Whether sources that act for a group may change users. */
  groupAdministrators?: boolean | undefined;
  /** Off: a person is in one group, and the files' groups are ignored. */
  multipleGroups?: boolean | undefined;
}

/** What files of a source may do. */
export interface SourceSettings {
  /** Its USERS files act for this group alone. */
  group?: string | undefined;
  /** Its TECHNICIANS files put everybody into this group, whatever they say. */
  technicianGroup?: number | undefined;
  /** What its full lists keep; without it they are refused. */
  snapshot?: SnapshotSettings | undefined;
  /** What its files may take before they wait for a person; false: nothing is held. */
  guards?: GuardSettings | false | undefined;
  /** By type of file: when its files are expected, instead of what was learnt; `none`: nothing is expected. */
  feeds?: Record<string, 'none' | FeedSettings> | undefined;
}

/** When files of a source are expected. */
export interface FeedSettings {
  days: readonly Weekday[];
  /** `HH:MM`, in the time zone of the customer. */
  by: string;
  graceMinutes: number;
}

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The settings of one source of full lists. */
export interface SnapshotSettings {
  keeps: 'contacts' | 'accounts' | 'technicians';
  /** Whether the list is of all users of the directory, or of those of one group. */
  scope: 'all' | 'group';
  /** Name or address of that group; null: of all users. */
  group: string | null;
  /** Where new technicians go; null where the list keeps none. */
  technicianGroup: number | null;
  /** argon2id, of the first password of new technicians; null where the list keeps none. */
  initialPasswordHash: string | null;
  /** A list that would affect more people than this waits for a person. */
  guard: PeopleLimits;
}

export interface UndoSettings {
  /** `FILE.undo` is heard. */
  byFile?: boolean | undefined;
}

/** A customer as the pipeline and the commands need it. */
export interface Customer {
  id: number;
  name: string;
  /** Its folder in the spool. */
  folder: string;
  state: 'active' | 'held';
  /** null: nothing of it is paused. */
  pause: Pause | null;
  /** Types of change files that it may send. */
  types: string[];
  timeZone: string;
  /** null: the default of the configuration. */
  hourly: number | null;
  daily: number | null;
  perFile: number | null;
  retentionDays: number | null;
  /** By source: how many seconds the line waits for a missing number. */
  strictSequences: Record<string, number>;
  users: UsersSettings;
  undo: UndoSettings;
  /** false: nothing is held, but for what a source says. */
  guards: GuardSettings | false;
  /** By source; one that is not here may do all. */
  sources: Record<string, SourceSettings>;
}

/** Those of a `Customer`. */
export const CUSTOMER_COLUMNS = `id, name, folder, state, pause, types, time_zone as "timeZone", hourly_cap as hourly, daily_cap as daily,
  per_file_cap as "perFile", retention_days as "retentionDays", strict_sequences as "strictSequences", users, undo, guards, sources`;

/** In whose name change files are carried out. */
export interface Administrator {
  /** Of the subscriber. */
  id: number;
  email: string;
}

/**
 * The one whom the organisation file names, else the company contact with that role and the smallest id; no row: nobody
 * (rules 2).
 *
 * @param customer the parameter with the customer's id
 */
export const actingAdministrator = (customer: string) => `
  select s.id, s.email from subscriber s
   where s.customer_id = ${customer} and s.roles @> '{administrator}' and s.state <> 'removed' and s.state = 'active'
     and (s.company_contact or s.id = (select administrator_id from customer where id = ${customer}))
   order by s.id is distinct from (select administrator_id from customer where id = ${customer}), s.id limit 1`;

/** @returns null where there is no such customer */
export async function findCustomer(db: Queryable, id: number): Promise<Customer | null> {
  const { rows } = await db.query<Customer>(`select ${CUSTOMER_COLUMNS} from customer where id = $1`, [id]);
  return rows[0] ?? null;
}

/** Of a customer that is there: its rows name it. */
export async function customerById(db: Queryable, id: number): Promise<Customer> {
  return onlyRow(await db.query<Customer>(`select ${CUSTOMER_COLUMNS} from customer where id = $1`, [id]));
}

/**
 * Locks the right to work on the customer's accounts: who else changes them, an organisation file for one, waits.
 *
 * @returns null where there is no such customer
 */
export async function lockCustomer(tx: Transaction, id: number): Promise<Customer | null> {
  const { rows } = await tx.query<Customer>(
    `select ${CUSTOMER_COLUMNS} from customer where id = $1 for no key update`,
    [id],
  );
  return rows[0] ?? null;
}

/** In the order of their ids; @param ids null: all */
export async function customers(db: Queryable, ids: readonly number[] | null = null): Promise<Customer[]> {
  const { rows } = await db.query<Customer>(
    `select ${CUSTOMER_COLUMNS} from customer where $1::bigint[] is null or id = any($1) order by id`,
    [ids],
  );
  return rows;
}

/** An operator holds a customer or releases it. */
export async function setState(tx: Transaction, id: number, state: Customer['state']): Promise<void> {
  await tx.query('update customer set state = $2 where id = $1', [id, state]);
}

/** @param pause null: it ends */
export async function setPause(tx: Transaction, id: number, pause: Pause | null): Promise<void> {
  await tx.query('update customer set pause = $2 where id = $1', [id, pause]);
}

/** Those that are left out stay. */
export type GivenCaps = Partial<Record<'hourly' | 'daily' | 'perFile', number>>;

export async function setCaps(tx: Transaction, id: number, given: GivenCaps): Promise<void> {
  await tx.query(
    `update customer set hourly_cap = coalesce($2, hourly_cap), daily_cap = coalesce($3, daily_cap),
       per_file_cap = coalesce($4, per_file_cap) where id = $1`,
    [id, given.hourly, given.daily, given.perFile],
  );
}

/** How many there are in each state. */
export async function countCustomers(
  db: Queryable,
): Promise<{ state: Customer['state']; customers: number }[]> {
  const { rows } = await db.query<{ state: Customer['state']; customers: number }>(
    'select state, count(*) as customers from customer group by state',
  );
  return rows;
}

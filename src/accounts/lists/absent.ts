/** Whom a source's lists manage, and who of them is not in this one: found by one statement, however many they are. */
import type { Queryable } from '../../database/open.ts';

export interface ManagedPerson {
  id: number;
  address: string;
  /** Of contacts: the folded DN. */
  key: string | null;
  administrates: boolean;
  /** null, or left out: none. */
  department?: string | null;
}

export interface Absence {
  /** Those of the source whom a list could remove or disable. */
  of: number;
  /** Those of them whom it does not name. */
  absent: ManagedPerson[];
}

/** People of the source, from their tables; who is disabled already cannot be absent any more. */
const MANAGED = {
  accounts: `
    select s.id, s.email as address, null::text as key, s.roles @> '{administrator}' as administrates, s.department from subscriber s
     where s.customer_id = $1 and s.managed_by_source = $2 and s.state in ('pending', 'active')`,
  technicians: `
    select s.id, s.email as address, null::text as key, false as administrates, s.department
      from subscriber s join technician t on t.subscriber_id = s.id
     where s.customer_id = $1 and s.managed_by_source = $2 and s.state not in ('removed', 'remove_pending')
       and t.status = 'enabled'`,
  contacts: `
    select d.id, coalesce(d.attributes->'mail'->>0, d.dn) as address, d.dn_key as key, false as administrates,
           d.attributes->'departmentNumber'->>0 as department
      from directory_entry d where d.customer_id = $1 and d.managed_by_source = $2`,
};

/** @param named ids of those whom the list names */
export async function absentPeople(
  db: Queryable,
  customer: number,
  source: string,
  keeps: keyof typeof MANAGED,
  named: readonly number[],
): Promise<Absence> {
  const { rows } = await db.query<ManagedPerson & { of: number }>(
    `with managed as materialized (${MANAGED[keeps]})
     select id, max(address) as address, max(key) as key, bool_or(administrates) as administrates, max(department) as department,
            (select count(*) from managed) as of
       from (select id, address, key, administrates, department from managed union all
             select unnest($3::bigint[]), null, null, null, null) m
      group by id having bool_and(address is not null) order by max(address) collate "C", id`,
    // Grouped, and not compared: a plan that is made for any values looks through the whole array for each person.
    [customer, source, `{${named.join(',')}}`],
  );
  if (rows[0]) return { of: rows[0].of, absent: rows };
  const all = await db.query<{ of: number }>(`select count(*) as of from (${MANAGED[keeps]}) m`, [
    customer,
    source,
  ]);
  return { of: all.rows[0]?.of ?? 0, absent: [] };
}

/** How many active administrators the customer has, and who must not be suspended: change files run in their names. */
export async function guardedPeople(
  db: Queryable,
  customer: number,
  login: string | null,
): Promise<{ administrators: number; guarded: Set<number> }> {
  const { rows } = await db.query<{ administrators: number; guarded: number[] }>(
    `select (select count(*) from subscriber
              where customer_id = $1 and roles @> '{administrator}' and state in ('pending', 'active')) as administrators,
            (select coalesce(json_agg(id), '[]') from subscriber where customer_id = $1 and state <> 'removed'
               and (id = (select administrator_id from customer where id = $1) or email = lower($2))) as guarded`,
    [customer, login],
  );
  return { administrators: rows[0]?.administrators ?? 0, guarded: new Set(rows[0]?.guarded ?? []) };
}

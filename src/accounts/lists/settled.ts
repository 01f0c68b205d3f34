/**
 * Almost everybody in a full list is as the list says. Of them the store is asked nothing but that: it compares, and
 * gives their ids.
 */
import { arraysOf } from '../../database/unnest.ts';
import { onlyRow, type Queryable } from '../../database/open.ts';

/** What a line says of somebody. */
export interface ComparedLine {
  /** Folded. */
  address: string;
  /** '' where the line has none. */
  objectId: string;
  /** Of contacts: the folded DN under which the list would put the person; '' of others. */
  key: string;
  isDisabled: boolean;
  /** Of accounts: which of `COMPARED_FIELDS` have a value, the first one the lowest bit. */
  mask: number;
  /**
   * The values, joined by `VALUE_END`, which none of them has: of accounts those of the mask in the order of
   * `COMPARED_FIELDS`, of technicians the name, of contacts all in the order of the columns, as JSON arrays, or '' for none.
   */
  values: string;
}

export const VALUE_END = '\u001f';

const COLUMNS = {
  givenName: 's.given_name',
  familyName: 's.family_name',
  language: 's.language',
  timeZone: 's.time_zone',
  department: 's.department',
  jobTitle: 's.job_title',
  country: 's.country',
  telephone: 's.telephone',
  mobile: 's.mobile',
  fax: 's.fax',
  address: 's.address',
};

/** All that lists change of accounts. */
export const COMPARED_FIELDS = Object.keys(COLUMNS);

const STORED = Object.values(COLUMNS).map(
  (column, index) => `case when g.mask & ${1 << index} <> 0 then ${column} end`,
);

const GIVEN = `unnest($3::text[], $4::text[], $5::text[], $6::bool[], $7::int[], $8::text[])
         with ordinality as g (object, key, email, disabled, mask, vals, n)`;

/**
 * Found by id, or by address where neither line nor person has one. All of a person comes from one look at an index for
 * each line, whatever the planner knows: a plan that was made while the store was empty stays in use.
 */
const PERSON = `lateral (
    (select * from subscriber where g.object <> '' and customer_id = $1 and managed_by_source = $2
        and managed_by_object = g.object and state <> 'removed' limit 1)
    union all
    (select * from subscriber where g.object = '' and email = g.email and state <> 'removed' limit 1)) s`;

/** Nobody whose state, address or fields differ; whoever is leaving is nobody's business any more. */
const SAME = `
  s.customer_id = $1 and s.managed_by_source = $2 and coalesce(s.managed_by_object, '') = g.object and s.email = g.email
    and s.state not in ('removed', 'remove_pending')`;

const ACCOUNTS = `
  from ${GIVEN}, ${PERSON}
 where ${SAME} and (s.state = 'suspended') = g.disabled and concat_ws('${VALUE_END}', ${STORED.join(', ')}) = g.vals`;

const TECHNICIANS = `
  from ${GIVEN}, ${PERSON}, lateral (select name, status from technician where subscriber_id = s.id limit 1) t
 where ${SAME} and (t.status = 'disabled') = g.disabled and g.vals in ('', t.name)`;

const CONTACTS = `
  from ${GIVEN}, lateral (
    (select * from directory_entry where g.object <> '' and customer_id = $1 and managed_by_source = $2
        and managed_by_object = g.object limit 1)
    union all
    (select * from directory_entry where g.object = '' and customer_id = $1 and dn_key = g.key limit 1)) s
 where s.managed_by_source = $2 and coalesce(s.managed_by_object, '') = g.object
   and s.class = 'person' and lower(s.attributes->'mail'->>0) = g.email
   and coalesce((select string_agg(coalesce(s.attributes->>c.name, ''), '${VALUE_END}' order by c.n)
                   from unnest($9::text[]) with ordinality as c (name, n)), '') = g.vals`;

const FOUND = { accounts: ACCOUNTS, technicians: TECHNICIANS, contacts: CONTACTS };

/**
 * Who of these is there, managed by the source, and just as the line says. The caller holds the customer's row lock.
 *
 * @param columns of contacts: what the values are of
 * @returns place of the line among these → id of its person
 */
export async function settledPeople(
  db: Queryable,
  { customer, source, keeps }: { customer: number; source: string; keeps: keyof typeof FOUND },
  lines: readonly ComparedLine[],
  columns: readonly string[],
): Promise<ReadonlyMap<number, number>> {
  if (lines.length === 0) return new Map();
  const result = await db.query<{ lines: number[]; ids: number[] }>(
    `select coalesce(json_agg(g.n - 1), '[]') as lines, coalesce(json_agg(s.id), '[]') as ids ${FOUND[keeps]}`,
    [
      customer,
      source,
      ...arraysOf(lines, ['objectId', 'key', 'address', 'isDisabled', 'mask', 'values']),
      ...(keeps === 'contacts' ? [columns] : []),
    ],
  );
  const { lines: places, ids } = onlyRow(result);
  return new Map(places.map((place, index) => [place, ids[index] ?? 0]));
}

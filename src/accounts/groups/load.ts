import { onlyRow, type Queryable } from '../../database/open.ts';
import { DEFAULT_GROUP, newGroup, type Groups, type Membership, type UserGroup } from './groups.ts';

interface GroupRow {
  id: number;
  name: string;
  is_default: boolean;
  can_send: boolean;
}

interface MembershipRow {
  subscriber_id: number;
  group_id: number;
  is_primary: boolean;
  can_send: boolean;
  is_admin: boolean;
}

/** Brings in the groups of these names, and the memberships of these people with their groups; never all of a customer. */
const LOAD = `
  with membership as (
    select m.* from group_membership m where m.subscriber_id = any($3)
  )
  select json_build_object(
    'groups', (select coalesce(json_agg(g), '[]') from (
       select id, name, is_default, can_send from user_group
        where customer_id = $1 and (is_default or name = any($2) or id in (select group_id from membership))) g),
    'memberships', (select coalesce(json_agg(m order by m.subscriber_id, m.place), '[]') from membership m)
  ) as loaded`;

/** @param named names of groups; who has no row of a membership is in the default group */
export async function loadGroups(
  db: Queryable,
  customer: number,
  { names, subscribers }: { names: readonly string[]; subscribers: readonly number[] },
): Promise<Groups> {
  const result = await db.query<{ loaded: { groups: GroupRow[]; memberships: MembershipRow[] } }>(LOAD, [
    customer,
    names,
    subscribers,
  ]);
  const { groups: rows, memberships } = onlyRow(result).loaded;
  const byId = new Map(rows.map((row) => [row.id, groupFrom(row)]));
  const byName = new Map([...byId.values()].map((group) => [group.name, group]));
  const defaultGroup =
    [...byId.values()].find(({ isDefault }) => isDefault) ??
    ({ ...(byName.get(DEFAULT_GROUP) ?? newGroup(DEFAULT_GROUP)), isDefault: true } satisfies UserGroup);
  byName.set(defaultGroup.name, defaultGroup);
  const members = new Map<number, Membership[]>();
  for (const row of memberships) {
    const group = byId.get(row.group_id);
    if (!group) continue;
    const list = members.get(row.subscriber_id) ?? [];
    list.push({ group, isPrimary: row.is_primary, canSend: row.can_send, isAdmin: row.is_admin });
    members.set(row.subscriber_id, list);
  }
  return { byName, defaultGroup, members, changed: new Set() };
}

function groupFrom({ id, name, is_default: isDefault, can_send: canSend }: GroupRow): UserGroup {
  return { id, name, isDefault, canSend };
}

export interface GroupCount {
  name: string;
  default: boolean;
  canSend: boolean;
  members: number;
}

/** All groups of a customer with their members, the default one first. People who wait for their removal are none. */
export async function groupCounts(db: Queryable, customer: number): Promise<GroupCount[]> {
  const { rows } = await db.query<GroupCount>(
    `with person as (
       select id from subscriber where customer_id = $1 and state not in ('removed', 'remove_pending')
     ), member as (
       select group_id, count(*) as members from group_membership m join person p on p.id = m.subscriber_id group by group_id
     ), unlisted as (
       select count(*) as members from person p
        where not exists (select 1 from group_membership m where m.subscriber_id = p.id)
     )
     select g.name, g.is_default as default, g.can_send as "canSend",
            coalesce(m.members, 0) + case when g.is_default then u.members else 0 end as members
       from user_group g left join member m on m.group_id = g.id cross join unlisted u
      where g.customer_id = $1 order by g.is_default desc, g.name`,
    [customer],
  );
  return rows;
}

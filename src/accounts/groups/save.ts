import type { Transaction } from '../../database/open.ts';
import type { Groups, UserGroup } from './groups.ts';

/** Writes new groups and changed memberships, set by set. The caller holds the customer's row lock. */
export async function saveGroups(tx: Transaction, customer: number, groups: Groups): Promise<void> {
  const { changed, members } = groups;
  if (changed.size === 0) return;
  const used = [...changed].flatMap((subscriber) => members.get(subscriber) ?? []);
  await saveNewGroups(tx, customer, new Set(used.map(({ group }) => group).filter(({ id }) => id === null)));
  await saveMemberships(tx, groups);
}

async function saveNewGroups(
  tx: Transaction,
  customer: number,
  fresh: ReadonlySet<UserGroup>,
): Promise<void> {
  if (fresh.size === 0) return;
  const groups = [...fresh];
  const { rows } = await tx.query<{ id: number; name: string }>(
    `insert into user_group (customer_id, name, is_default, can_send)
     select $1, name, is_default, can_send from unnest($2::text[], $3::boolean[], $4::boolean[]) as g (name, is_default, can_send)
     returning id, name`,
    [
      customer,
      groups.map(({ name }) => name),
      groups.map(({ isDefault }) => isDefault),
      groups.map(({ canSend }) => canSend),
    ],
  );
  const ids = new Map(rows.map(({ id, name }) => [name, id]));
  for (const group of groups) group.id = ids.get(group.name) ?? null;
}

async function saveMemberships(tx: Transaction, { changed, members }: Groups): Promise<void> {
  const rows = [...changed].flatMap((subscriber) =>
    (members.get(subscriber) ?? []).map((membership, place) => ({ subscriber, place, ...membership })),
  );
  await tx.query('delete from group_membership where subscriber_id = any($1)', [[...changed]]);
  await tx.query(
    `insert into group_membership (subscriber_id, group_id, place, is_primary, can_send, is_admin)
     select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::boolean[], $5::boolean[], $6::boolean[])`,
    [
      rows.map(({ subscriber }) => subscriber),
      rows.map(({ group }) => group.id),
      rows.map(({ place }) => place),
      rows.map(({ isPrimary }) => isPrimary),
      rows.map(({ canSend }) => canSend),
      rows.map(({ isAdmin }) => isAdmin),
    ],
  );
}

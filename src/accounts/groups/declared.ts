/** Groups as an organisation file declares them. The caller holds the customer's row lock. */
import type { Transaction } from '../../database/open.ts';
import { DEFAULT_GROUP } from './groups.ts';

export interface DeclaredGroup {
  name: string;
  default?: boolean | undefined;
  canSend?: boolean | undefined;
}

/** @returns whether something was changed */
export async function saveDeclaredGroup(
  tx: Transaction,
  customer: number,
  { name, default: isDefault = false, canSend }: DeclaredGroup,
): Promise<boolean> {
  const { rows } = await tx.query<{ is_default: boolean; can_send: boolean }>(
    'select is_default, can_send from user_group where customer_id = $1 and name = $2',
    [customer, name],
  );
  const [stored] = rows;
  const becomesDefault = isDefault && stored?.is_default !== true;
  const sendChanges = stored !== undefined && canSend !== undefined && canSend !== stored.can_send;
  if (stored && !becomesDefault && !sendChanges) return false;
  if (becomesDefault || (sendChanges && stored.is_default)) await writeMembersDown(tx, customer);
  if (becomesDefault)
    await tx.query('update user_group set is_default = false where customer_id = $1 and is_default', [
      customer,
    ]);
  await tx.query(
    `insert into user_group (customer_id, name, is_default, can_send) values ($1, $2, $3, coalesce($4, true))
     on conflict (customer_id, name) do update set
       is_default = user_group.is_default or excluded.is_default, can_send = coalesce($4, user_group.can_send)`,
    [customer, name, isDefault, canSend ?? null],
  );
  return true;
}

/** People are always in a group: a customer whose file names no default one has one all the same. */
export async function ensureDefaultGroup(tx: Transaction, customer: number): Promise<void> {
  await tx.query(
    `insert into user_group (customer_id, name, is_default)
     select $1, $2, true where not exists (select 1 from user_group where customer_id = $1 and is_default)
     on conflict (customer_id, name) do update set is_default = true`,
    [customer, DEFAULT_GROUP],
  );
}

/** Who is in the default group without a row stays in it, with the rights of now, when that group or its rights change. */
async function writeMembersDown(tx: Transaction, customer: number): Promise<void> {
  await tx.query(
    `insert into group_membership (subscriber_id, group_id, place, is_primary, can_send, is_admin)
     select s.id, g.id, 0, true, g.can_send, false
       from subscriber s join user_group g on g.customer_id = s.customer_id and g.is_default
      where s.customer_id = $1 and s.state <> 'removed'
        and not exists (select 1 from group_membership m where m.subscriber_id = s.id)`,
    [customer],
  );
}

/** @returns those of `names` that are no group of the customer */
export async function unknownGroups(
  tx: Transaction,
  customer: number,
  names: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.query<{ name: string }>(
    `select name from unnest($2::text[]) as n (name)
      where not exists (select 1 from user_group g where g.customer_id = $1 and g.name = n.name)`,
    [customer, names],
  );
  return rows.map(({ name }) => name);
}

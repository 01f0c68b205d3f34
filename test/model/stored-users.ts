import type { Queryable } from '../../src/database/open.ts';
import { extraOf, type ModelExtra, type UsersWorld } from './users.ts';

type ShownExtra = Omit<ModelExtra, 'groups'> & { groups: Record<string, string> };

/** What bulk user files know of each person of a customer, by address. */
export async function storedExtras(
  database: Queryable,
  customer: number,
): Promise<Record<string, ShownExtra>> {
  const { rows } = await database.query<{ email: string; extra: ShownExtra }>(
    `select email, json_build_object('company', company, 'initials', initials, 'areaCode', area_code, 'canSign', can_sign,
       'groups', coalesce((select json_object_agg(g.name, concat(m.is_primary, ' ', m.can_send, ' ', m.is_admin))
                             from group_membership m join user_group g on g.id = m.group_id where m.subscriber_id = s.id),
                          (select json_object_agg(name, concat(true, ' ', can_send, ' ', false)) from user_group g
                            where g.customer_id = s.customer_id and g.is_default))) as extra
       from subscriber s where customer_id = $1 and state not in ('removed', 'remove_pending')`,
    [customer],
  );
  return Object.fromEntries(rows.map(({ email, extra }) => [email, extra]));
}

export function modelExtras(world: UsersWorld): Record<string, ShownExtra> {
  const letter = (on: boolean) => (on ? 't' : 'f');
  const live = world.model.subscribers.filter((one) => one.state !== 'remove_pending');
  return Object.fromEntries(
    live.map((user) => {
      const { groups, ...extra } = extraOf(world, user);
      const shown = [...groups].map(([name, { primary, canSend, admin }]) => [
        name,
        `${letter(primary)} ${letter(canSend)} ${letter(admin)}`,
      ]);
      return [user.email, { ...extra, groups: Object.fromEntries(shown) as Record<string, string> }];
    }),
  );
}

/** Name → whether new members may send. */
export async function storedGroups(database: Queryable, customer: number): Promise<Map<string, boolean>> {
  const { rows } = await database.query<{ name: string; can_send: boolean }>(
    'select name, can_send from user_group where customer_id = $1',
    [customer],
  );
  return new Map(rows.map((row) => [row.name, row.can_send]));
}

import type { Queryable } from '../../src/database/open.ts';

/** All that is stored of accounts and directory, but for when and by what it was changed, as it compares. */
export interface AccountsPicture {
  people: Record<string, unknown>[];
  subscriptions: unknown[];
  entries: unknown[];
}

/** Moments of a change; a link is no more than what was mailed. */
const NOT_COMPARED = `'updated_at,last_change_file,last_change_line,last_change_at,invitation_token_hash,password_changed_at'`;

const PEOPLE = `
  select (to_jsonb(s) - string_to_array(${NOT_COMPARED}, ',')) || jsonb_build_object(
      'seats', (select coalesce(jsonb_agg(jsonb_build_array(subscription_id, x.state, extra_files_gb, extra_mail_gb)
                  order by subscription_id), '[]') from seat x where subscriber_id = s.id),
      'technician', (select to_jsonb(t) - '{created_at,updated_at}'::text[] from technician t where subscriber_id = s.id),
      'groups', (select coalesce(jsonb_agg(jsonb_build_array(g.name, m.is_primary, m.can_send, m.is_admin) order by g.name),
                    (select jsonb_build_array(jsonb_build_array(name, true, can_send, false)) from user_group g
                      where g.customer_id = s.customer_id and is_default), '[]')
                   from group_membership m join user_group g on g.id = m.group_id where m.subscriber_id = s.id)) as person
    from subscriber s where s.state <> 'removed' order by s.id`;

export async function accountsPicture(db: Queryable): Promise<AccountsPicture> {
  const people = await db.query<{ person: Record<string, unknown> }>(PEOPLE);
  const subscriptions = await db.query('select customer_id, id, seats_taken from subscription order by 1, 2');
  const entries = await db.query(
    `select id, dn, class, managed_by_source, managed_by_object,
            (select jsonb_object_agg(key, (select jsonb_agg(value order by value) from jsonb_array_elements_text(values.value)))
               from jsonb_each(attributes) as values) as attributes
       from directory_entry order by id`,
  );
  return {
    people: people.rows.map(({ person }) => person),
    subscriptions: subscriptions.rows,
    entries: entries.rows,
  };
}

/** What rows of the account store say of each other, and no foreign key checks: for `spoolgate verify`. */
import type { Queryable } from '../../database/open.ts';

/** What does not fit, as messages name it. */
export type Contradiction =
  | 'person-without-customer'
  | 'seat-without-person'
  | 'seat-without-subscription'
  | 'seats-miscounted'
  | 'technician-without-person'
  | 'follow-up-without-customer'
  | 'follow-up-without-person';

/** Each gives the customer and the number of the row. */
const FORBIDDEN: Readonly<Record<Contradiction, string>> = {
  'person-without-customer': `
    select s.customer_id, s.id from subscriber s
     where not exists (select 1 from customer c where c.id = s.customer_id)`,
  'seat-without-person': `
    select s.customer_id, s.subscriber_id from seat s
     where not exists (select 1 from subscriber p where p.id = s.subscriber_id and p.customer_id = s.customer_id)`,
  'seat-without-subscription': `
    select s.customer_id, s.subscription_id from seat s
     where not exists (select 1 from subscription p where p.customer_id = s.customer_id and p.id = s.subscription_id)`,
  'seats-miscounted': `
    select p.customer_id, p.id from subscription p
     where seats_taken <> (select count(*) from seat s where s.customer_id = p.customer_id and s.subscription_id = p.id)`,
  'technician-without-person': `
    select t.customer_id, t.subscriber_id from technician t
     where not exists (select 1 from subscriber p where p.id = t.subscriber_id and p.customer_id = t.customer_id)`,
  'follow-up-without-customer': `
    select o.customer_id, o.id from outbox o
     where not exists (select 1 from customer c where c.id = o.customer_id)`,
  'follow-up-without-person': `
    select o.customer_id, o.id from outbox o where o.subscriber_id is not null
       and not exists (select 1 from subscriber p where p.id = o.subscriber_id and p.customer_id = o.customer_id)`,
};

/** A row that does not fit. */
export interface Misfit {
  what: Contradiction;
  customer: number;
  /** Of a person, subscription or follow-up. */
  id: number;
}

/** Of each kind so many are told. */
const TOLD_MAX = 100;

export async function misfits(db: Queryable): Promise<Misfit[]> {
  const found: Misfit[] = [];
  for (const [what, statement] of Object.entries(FORBIDDEN)) {
    const { rows } = await db.query<{ customer: number; id: number }>(
      `select customer, id from (${statement}) as f (customer, id) order by 1, 2 limit ${TOLD_MAX}`,
    );
    found.push(...rows.map((row) => ({ what: what as Contradiction, ...row })));
  }
  return found;
}

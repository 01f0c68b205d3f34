import { misfits } from '../../src/accounts/subscribers/verify.ts';
import { followUpsWithoutFile } from '../../src/ledger/verify.ts';
import type { Queryable } from '../../src/database/open.ts';

/** A subscription together with whose seat it is; the base of several invariants. */
const HELD = `
  select s.customer_id, s.subscriber_id, s.subscription_id, p.*, u.state as user_state
    from seat s join subscription p on p.customer_id = s.customer_id and p.id = s.subscription_id
                join subscriber u on u.id = s.subscriber_id`;

const OFFERS_COLLABORATION = `(kind = 'collaboration' or 'collaboration' = any(parts))`;
const OFFERS_MAIL = `(kind = 'mail' or parts && '{notes,inotes}')`;

/** What must never be found: each statement returns the offending rows. */
const FORBIDDEN: Record<string, string> = {
  'seats_taken is not the number of seats': `
    select id, seats_taken from subscription p
     where seats_taken <> (select count(*) from seat s where s.customer_id = p.customer_id and s.subscription_id = p.id)`,
  'more seats are taken than there are': 'select id from subscription where seats_taken > seats',
  'a subscriber has two mail or two collaboration seats': `
    select subscriber_id from (${HELD}) h group by 1
    having count(*) filter (where ${OFFERS_MAIL}) > 1 or count(*) filter (where ${OFFERS_COLLABORATION}) > 1`,
  'a single seat stands beside a bundle': `
    select subscriber_id from (${HELD}) h where kind in ('collaboration', 'mail', 'bundle') group by 1
    having bool_or(kind = 'bundle') and count(*) > 1`,
  'an accessory has no base seat that carries it': `
    select a.subscriber_id, a.subscription_id from (${HELD}) a where a.kind = 'accessory' and not exists (
      select 1 from (${HELD}) b where b.subscriber_id = a.subscriber_id and b.kind in ('collaboration', 'mail', 'bundle')
         and (a.needs = '{}' or b.id::text = any(a.needs) or b.mail = any(a.needs) or b.parts && a.needs
              or b.kind = any(a.needs) or ('mail' = any(a.needs) and b.parts && '{notes,inotes}')))`,
  'more extra storage is given out than was bought': `
    select customer_id from seat group by 1
    having sum(extra_files_gb) > (select coalesce(sum(gigabytes), 0) from subscription p
                                   where p.customer_id = seat.customer_id and pool = 'files')
        or sum(extra_mail_gb) > (select coalesce(sum(gigabytes), 0) from subscription p
                                  where p.customer_id = seat.customer_id and pool = 'mail')`,
  'extra storage is attached to a seat that cannot have it': `
    select subscriber_id from (${HELD}) h join seat s using (subscriber_id, subscription_id)
     where (extra_files_gb > 0 and not ${OFFERS_COLLABORATION}) or (extra_mail_gb > 0 and not ${OFFERS_MAIL})`,
  'a removed subscriber has a seat': `
    select subscriber_id from (${HELD}) h where user_state in ('removed', 'remove_pending')`,
  'a seat belongs to nobody or to nothing': `
    select s.subscriber_id from seat s
      left join subscriber u on u.id = s.subscriber_id and u.customer_id = s.customer_id
      left join subscription p on p.customer_id = s.customer_id and p.id = s.subscription_id
     where u.id is null or p.id is null or p.kind = 'storage'`,
  'an outbox row belongs to nobody': `
    select o.id from outbox o left join subscriber u on u.id = o.subscriber_id and u.customer_id = o.customer_id
     where o.subscriber_id is not null and u.id is null`,
  'an accessory waits to be activated': `
    select subscriber_id from (${HELD}) h join seat s using (subscriber_id, subscription_id)
     where s.state = 'assigned' and kind not in ('collaboration', 'mail', 'bundle')`,
  'a federated user has a pending invitation': `
    select id from subscriber where federation_type = 'FEDERATED' and invitation_state = 'pending'`,
  'a Notes mail user has no Notes name': `
    select subscriber_id from (${HELD}) h join subscriber u on u.id = h.subscriber_id
     where (h.mail = 'notes' or 'notes' = any(h.parts)) and u.notes_dn is null`,
  'nobody is left who may administrate or be the company contact': `
    select id from customer c where exists (select 1 from subscriber where customer_id = c.id and company_contact)
       and (not exists (select 1 from subscriber where customer_id = c.id and company_contact
                           and state not in ('removed', 'remove_pending'))
         or not exists (select 1 from subscriber where customer_id = c.id and roles @> '{administrator}'
                           and state in ('pending', 'active')))`,
};

/** @returns the names of the broken invariants with the rows that break them */
export async function brokenInvariants(database: Queryable): Promise<string[]> {
  const all = [...(await misfits(database)), ...(await followUpsWithoutFile(database))];
  const broken = all.map((one) => JSON.stringify(one));
  for (const [name, statement] of Object.entries(FORBIDDEN)) {
    const { rows } = await database.query(statement);
    if (rows.length > 0) broken.push(`${name}: ${JSON.stringify(rows)}`);
  }
  return broken;
}

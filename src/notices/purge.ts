import type { Database } from '../database/open.ts';

const DAY_MS = 86_400_000;
/** So long what was delivered can be sent again from what is kept; after that from the events. */
const DELIVERED_DAYS = 7;
/** So long it can be seen what was given up. */
const GIVEN_UP_DAYS = 30;
/** What waits for longer, for an endpoint that nobody enables or a mail server that nobody sets, tells nobody anything new. */
const WAITING_DAYS = 30;
const AT_ONCE = 5_000;

/** A few thousand in a statement, so that nobody waits for it. */
export async function purgeDeliveries(database: Database, now: Date): Promise<void> {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
  await untilFew(database, EXPIRE, [now, before(WAITING_DAYS), AT_ONCE]);
  await untilFew(database, PURGE, [before(DELIVERED_DAYS), before(GIVEN_UP_DAYS), AT_ONCE]);
}

const EXPIRE = `
  update notice_delivery set done_at = $1, outcome = 'expired'
   where id in (select id from notice_delivery where done_at is null and next_try_at < $2 limit $3)`;

const PURGE = `
  delete from notice_delivery
   where id in (select id from notice_delivery
                 where done_at < $1 and (outcome <> 'given_up' or done_at < $2) limit $3)`;

async function untilFew(database: Database, statement: string, values: unknown[]): Promise<void> {
  let count = AT_ONCE;
  while (count >= AT_ONCE) count = (await database.query(statement, values)).rowCount ?? 0;
}

/** Questions about all people of a customer, which are never loaded as a whole. */
import type { Queryable } from '../../database/open.ts';
import { statusSql, USER_STATUSES, type UserStatus } from './status.ts';

/** Customer → how many people have each status. */
export type PeopleCounts = Map<number, Partial<Record<UserStatus, number>>>;

/** Who waits for the removal is not counted. */
export async function countPeople(
  db: Queryable,
  customers: readonly number[],
  now: Date,
): Promise<PeopleCounts> {
  const { rows } = await db.query<{ customer: number; status: UserStatus; people: number }>(
    `select s.customer_id as customer, ${statusSql('$2')} as status, count(*) as people from subscriber s
      where s.customer_id = any($1) and s.state not in ('removed', 'remove_pending') group by 1, 2`,
    [customers, now],
  );
  const counts: PeopleCounts = new Map();
  for (const status of USER_STATUSES)
    for (const row of rows.filter((one) => one.status === status))
      counts.set(row.customer, { ...counts.get(row.customer), [status]: row.people });
  return counts;
}

/** Those who have a status, after one of them, in the order of their ids, which no rename changes: page by page. */
export async function peopleWith(
  db: Queryable,
  customer: number,
  { status, after, limit, now }: { status: UserStatus; after: number; limit: number; now: Date },
): Promise<{ id: number; email: string }[]> {
  const { rows } = await db.query<{ id: number; email: string }>(
    `select s.id, s.email from subscriber s
      where s.customer_id = $1 and s.state not in ('removed', 'remove_pending') and s.id > $3 and ${statusSql('$2')} = $4
      order by s.id limit $5`,
    [customer, now, after, status, limit],
  );
  return rows;
}

/** A claim, by who it is about and since when it is open. */
export interface Claim {
  email: string;
  since: Date;
}

/** @returns the addresses of those who have decided the claim, also of people who are gone since */
export async function decidedClaims(
  db: Queryable,
  customer: number,
  claims: readonly Claim[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ email: string }>(
    `select distinct s.email from unnest($2::text[], $3::timestamptz[]) as c (email, since)
       join subscriber s on s.email = c.email and s.claim_decided = c.since
      where s.customer_id = $1`,
    [customer, claims.map(({ email }) => email), claims.map(({ since }) => since)],
  );
  return new Set(rows.map(({ email }) => email));
}

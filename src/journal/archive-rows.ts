/** Which archives lie in the customers' folders. */
import type { Queryable } from '../database/open.ts';

export interface ArchiveRow {
  customer: number;
  day: string;
  token: string;
}

/** @returns the tokens of the archives that were published */
export async function publishedTokens(db: Queryable, customer: number, day: string): Promise<Set<string>> {
  const { rows } = await db.query<{ token: string }>(
    'select token from journal_archive where customer_id = $1 and day = $2',
    [customer, day],
  );
  return new Set(rows.map(({ token }) => token));
}

export async function savePublished(
  db: Queryable,
  customer: number,
  day: string,
  records: ReadonlyMap<string, number>,
  now: Date,
): Promise<void> {
  await db.query(
    `insert into journal_archive (customer_id, day, token, records, published_at)
     select $1, $2, token, records, $5 from unnest($3::text[], $4::int[]) as a (token, records) on conflict do nothing`,
    [customer, day, [...records.keys()], [...records.values()], now],
  );
}

/** All that lie there, by customer. */
export async function publishedArchives(db: Queryable): Promise<ArchiveRow[]> {
  const { rows } = await db.query<ArchiveRow>(
    'select customer_id as customer, day::text, token from journal_archive order by customer_id, day, token',
  );
  return rows;
}

/** Those that were published then or before. */
export async function publishedBefore(db: Queryable, then: Date): Promise<ArchiveRow[]> {
  const { rows } = await db.query<ArchiveRow>(
    `select customer_id as customer, day::text, token from journal_archive where published_at <= $1
      order by customer_id, day, token`,
    [then],
  );
  return rows;
}

export async function forgetArchive(db: Queryable, { customer, day, token }: ArchiveRow): Promise<void> {
  await db.query('delete from journal_archive where customer_id = $1 and day = $2 and token = $3', [
    customer,
    day,
    token,
  ]);
}

import type { Queryable } from '../database/open.ts';

/** A file of a source whose entries were decided. */
export interface DecidedSize {
  id: number;
  entries: number;
  /** How many people it has removed, suspended or disabled. */
  removals: number;
}

/** What files of a source are called by. */
interface Counter {
  customer: number;
  source: string;
  type: string;
}

/** The last `limit` files of each, in the order of the counters; the newest last. */
export async function decidedSizes(
  db: Queryable,
  counters: readonly Counter[],
  limit: number,
): Promise<DecidedSize[][]> {
  const { rows } = await db.query<DecidedSize & { n: number }>(
    `select c.n::int as n, f.id, f.total as entries, f.removals
       from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as c (customer_id, source, type, n)
       cross join lateral (
         select id, total, removals, sequence from change_file
          where customer_id = c.customer_id and source = c.source and type = c.type and decision is not null
            and decision = 'applied'
          order by sequence desc limit $4) f
      order by c.n, f.sequence`,
    [
      counters.map(({ customer }) => customer),
      counters.map(({ source }) => source),
      counters.map(({ type }) => type),
      limit,
    ],
  );
  const sizes: DecidedSize[][] = counters.map(() => []);
  for (const { n, ...size } of rows) sizes[n - 1]?.push(size);
  return sizes;
}

/** How the sources stand, for who asks. */
import type { Queryable } from '../database/open.ts';
import type { Expected } from './expectation.ts';
import type { Standing } from './look.ts';
import type { Rhythm } from './rhythm.ts';
import type { FeedKey } from './rows.ts';

export interface FeedStanding extends FeedKey {
  standing: Standing;
  /** null: none was learnt; what the organisation file says is not here. */
  rhythm: Rhythm | null;
  /** null: nothing is expected. */
  expected: { usual: Date; late: Date; missing: Date } | null;
  missingSince: Date | null;
  /** When the last file came. */
  last: Date;
}

/** In the order of customers, sources and types; @param customer null: all */
export async function feedStandings(db: Queryable, customer: number | null): Promise<FeedStanding[]> {
  const { rows } = await db.query<
    Omit<FeedStanding, 'rhythm' | 'expected'> & {
      learnt: { rhythm: Rhythm | null } | null;
      expected: Expected | null;
    }
  >(
    `select customer_id as customer, source, type, standing, learnt, expected, missing_since as "missingSince", last_at as last
       from feed where $1::bigint is null or customer_id = $1 order by customer_id, source collate "C", type`,
    [customer],
  );
  return rows.map(({ learnt, expected, ...rest }) => ({
    ...rest,
    rhythm: learnt?.rhythm ?? null,
    expected: expected && {
      usual: new Date(expected.usualMs),
      late: new Date(expected.lateMs),
      missing: new Date(expected.missingMs),
    },
  }));
}

/** How many stand how; of those with a rhythm. */
export async function countStandings(db: Queryable): Promise<Map<Standing, number>> {
  const { rows } = await db.query<{ standing: Standing; count: number }>(
    `select standing, count(*)::int as count from feed where standing <> 'none' group by standing`,
  );
  return new Map(rows.map(({ standing, count }) => [standing, count]));
}

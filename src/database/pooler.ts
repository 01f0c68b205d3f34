/** Whether a connection is one session of the server, or shares sessions with others, transaction by transaction. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A pooler that lends one session only makes the second transaction wait for the first. */
const WAIT_MS = 2_000;

/**
 * Statements are prepared once per connection, and its settings hold for all of its transactions. Behind a pooler in
 * transaction mode one connection finds another's session, or its own transactions run in several.
 *
 * @returns false behind such a pooler
 */
export async function keepsSessions(url: string): Promise<boolean> {
  const [one, other] = [new pg.Client(url), new pg.Client(url)];
  for (const client of [one, other]) client.on('error', () => {});
  try {
    await one.connect();
    await other.connect();
    return await areApart(one, other);
  } finally {
    await Promise.allSettled([one.end(), other.end()]);
  }
}

/** The second transaction of `one` begins while `other` is in one of its own: it cannot have the same session twice by chance. */
async function areApart(one: pg.Client, other: pg.Client): Promise<boolean> {
  const mark = randomBytes(16).toString('hex');
  await one.query(`select set_config('spoolgate.mark', $1, false)`, [mark]);
  await other.query('begin');
  if ((await markOf(other)) === mark) return false;
  const own = markOf(one);
  const timer = setTimeout(() => void other.query('rollback').catch(() => {}), WAIT_MS);
  try {
    return (await own) === mark;
  } finally {
    clearTimeout(timer);
  }
}

async function markOf(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ mark: string | null }>(
    `select current_setting('spoolgate.mark', true) as mark`,
  );
  return rows[0]?.mark ?? null;
}

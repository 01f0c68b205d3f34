import type { Queryable } from '../../src/database/open.ts';

/** Of every table a digest of all that it holds, whatever the order of its rows, and where the sequences stand. */
export async function checksum(db: Queryable): Promise<Record<string, string>> {
  const { rows } = await db.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  const tables = rows.map(
    ({ name }) =>
      `select '${name}' as name, coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as sum from ${name} t`,
  );
  const found = await db.query<{ name: string; sum: string }>(
    `${tables.join(' union all ')} union all
     select sequencename, coalesce(last_value::text, '') from pg_sequences`,
  );
  return Object.fromEntries(found.rows.map(({ name, sum }) => [name, sum]));
}

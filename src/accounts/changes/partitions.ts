/** The months of the table `change`: made before their time, dropped when theirs is over. */
import type { Database, Queryable, Transaction } from '../../database/open.ts';

/** Should the job fail, there is time to see to it. */
const MONTHS_AHEAD = 3;
/** Any number that no other program uses on the same database: one daemon at a time. */
const PARTITION_LOCK = 7_766_103;
/** Whoever writes a change waits as long for us as we wait for others; the next run tries again. */
const LOCK_MS_MAX = 2_000;
const DAY_MS = 86_400_000;

interface Month {
  /** Its partition. */
  table: string;
  /** In microseconds, as `seq`. */
  from: number;
  until: number;
}

/** @returns how many partitions were made and dropped */
export async function keepPartitions(
  database: Database,
  now: Date,
  days: number,
): Promise<{ made: number; dropped: number }> {
  const cutoff = (now.getTime() - days * DAY_MS) * 1000;
  const counts = await database.transaction(async (tx) => {
    await tx.query(`set local lock_timeout = ${LOCK_MS_MAX}`);
    await tx.query('select pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
    await tx.query('delete from change_rest where seq < $1', [cutoff]);
    const there = await partitions(tx);
    const known = new Set(there.map(({ table }) => table));
    const missing = (await monthsNeeded(tx, now)).filter(({ table }) => !known.has(table));
    for (const month of missing) await makePartition(tx, month);
    const over = there.filter(({ until }) => until <= cutoff);
    for (const { table } of over) await tx.query(`drop table ${table}`);
    return { made: missing.length, dropped: over.length };
  });
  // Not above: nobody writes a change while a partition is being dropped.
  if (counts.dropped > 0) await forgetNames(database);
  return counts;
}

async function partitions(tx: Transaction): Promise<Month[]> {
  const { rows } = await tx.query<{ table: string }>(
    `select relname as table from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'change'::regclass order by relname`,
  );
  return rows.flatMap(({ table }) => {
    const [, year, month] = /^change_(\d{4})_(\d{2})$/.exec(table) ?? [];
    return year === undefined ? [] : [monthAt(Number(year), Number(month) - 1)];
  });
}

/** This one and those to come; and those of changes that came before there was a partition for them. */
async function monthsNeeded(tx: Transaction, now: Date): Promise<Month[]> {
  const { rows } = await tx.query<{ month: Date }>(
    `select distinct date_trunc('month', to_timestamp(seq / 1e6)) as month from change_rest`,
  );
  const ahead = Array.from({ length: MONTHS_AHEAD + 1 }, (_, month) =>
    monthAt(now.getUTCFullYear(), now.getUTCMonth() + month),
  );
  const left = rows.map(({ month }) => monthAt(month.getUTCFullYear(), month.getUTCMonth()));
  return [...new Map([...ahead, ...left].map((month) => [month.table, month])).values()];
}

function monthAt(year: number, month: number): Month {
  const [from, until] = [new Date(Date.UTC(year, month)), new Date(Date.UTC(year, month + 1))];
  const table = `change_${from.toISOString().slice(0, 7).replace('-', '_')}`;
  return { table, from: from.getTime() * 1000, until: until.getTime() * 1000 };
}

/** Attached, not created in place: so it waits for nobody who writes to another month. */
async function makePartition(tx: Transaction, { table, from, until }: Month): Promise<void> {
  await tx.query('lock table change_rest in access exclusive mode');
  await tx.query(`create table ${table} (like change including defaults including constraints)`);
  await tx.query(
    `with moved as (delete from change_rest where seq >= ${from} and seq < ${until} returning *)
     insert into ${table} select * from moved`,
  );
  await tx.query(`alter table change attach partition ${table} for values from (${from}) to (${until})`);
}

/** Of those who are gone, and of whom nothing is kept any more. */
async function forgetNames(db: Queryable): Promise<void> {
  await db.query(
    `with gone as materialized (
       select * from change_name n where case kind
         when 1 then not exists (select 1 from subscriber s where s.id = n.subject_id and s.state <> 'removed')
         else not exists (select 1 from directory_entry d
                           where d.customer_id = n.customer_id and d.dn_key = n.name and d.id = n.subject_id)
       end)
     delete from change_name n using gone
      where (n.customer_id, n.kind, n.name, n.subject_id) = (gone.customer_id, gone.kind, gone.name, gone.subject_id)
        and not exists (select 1 from change c where c.customer_id = gone.customer_id
                           and c.subject_id = gone.subject_id and c.kind = gone.kind)`,
  );
}

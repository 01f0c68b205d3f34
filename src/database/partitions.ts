/** Tables with one partition a month: made before their time, dropped when theirs is over. */
import type { Database, Transaction } from './open.ts';

/** A table partitioned by a moment, with a default partition `…_rest` for what comes before its month has one. */
export interface MonthlyTable {
  name: string;
  /** The column by which it is partitioned. */
  moment: string;
  /** A moment as SQL has it in that column, and back: `moment` as `timestamptz`. */
  written: (ms: number) => string;
  read: string;
}

/** Should the job fail, there is time to see to it. */
const MONTHS_AHEAD = 3;
/** Any number that no other program uses on the same database: one daemon at a time. */
const PARTITION_LOCK = 7_766_103;
/** Whoever writes a row waits as long for us as we wait for others; the next run tries again. */
const LOCK_MS_MAX = 2_000;
const DAY_MS = 86_400_000;

interface Month {
  /** Its partition. */
  table: string;
  fromMs: number;
  untilMs: number;
}

/** @returns how many partitions were made and dropped */
export async function keepMonths(
  database: Database,
  table: MonthlyTable,
  now: Date,
  days: number,
): Promise<{ made: number; dropped: number }> {
  const cutoffMs = now.getTime() - days * DAY_MS;
  return database.transaction(async (tx) => {
    await tx.query(`set local lock_timeout = ${LOCK_MS_MAX}`);
    await tx.query('select pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
    await tx.query(`delete from ${table.name}_rest where ${table.moment} < ${table.written(cutoffMs)}`);
    const there = await partitions(tx, table);
    const known = new Set(there.map((month) => month.table));
    const missing = (await monthsNeeded(tx, table, now)).filter((month) => !known.has(month.table));
    for (const month of missing) await makePartition(tx, table, month, month.fromMs <= now.getTime());
    const over = there.filter(({ untilMs }) => untilMs <= cutoffMs);
    for (const month of over) await tx.query(`drop table ${month.table}`);
    return { made: missing.length, dropped: over.length };
  });
}

async function partitions(tx: Transaction, { name }: MonthlyTable): Promise<Month[]> {
  const { rows } = await tx.query<{ table: string }>(
    `select relname as table from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = $1::regclass order by relname`,
    [name],
  );
  return rows.flatMap(({ table }) => {
    const [, year, month] = /_(\d{4})_(\d{2})$/.exec(table) ?? [];
    return year === undefined ? [] : [monthAt(name, Number(year), Number(month) - 1)];
  });
}

/** This one and those to come; and those of rows that came before there was a partition for them. */
async function monthsNeeded(tx: Transaction, { name, read }: MonthlyTable, now: Date): Promise<Month[]> {
  const { rows } = await tx.query<{ month: Date }>(
    `select distinct date_trunc('month', ${read}, 'UTC') as month from ${name}_rest`,
  );
  const ahead = Array.from({ length: MONTHS_AHEAD + 1 }, (_, month) =>
    monthAt(name, now.getUTCFullYear(), now.getUTCMonth() + month),
  );
  const left = rows.map(({ month }) => monthAt(name, month.getUTCFullYear(), month.getUTCMonth()));
  return [...new Map([...ahead, ...left].map((month) => [month.table, month])).values()];
}

function monthAt(name: string, year: number, month: number): Month {
  const [from, until] = [new Date(Date.UTC(year, month)), new Date(Date.UTC(year, month + 1))];
  const table = `${name}_${from.toISOString().slice(0, 7).replace('-', '_')}`;
  return { table, fromMs: from.getTime(), untilMs: until.getTime() };
}

/**
 * Attached, not created in place: so it waits for nobody who writes to another month.
 *
 * @param begun rows of it may lie in the default partition. A statement that was planned before they move would look for them
 *   there, with a view of the time after: it has to wait before it is planned, at the table itself
 */
async function makePartition(
  tx: Transaction,
  { name, moment, written }: MonthlyTable,
  { table, fromMs, untilMs }: Month,
  begun: boolean,
): Promise<void> {
  const [from, until] = [written(fromMs), written(untilMs)];
  if (begun) await tx.query(`lock table only ${name} in access exclusive mode`);
  await tx.query(`lock table ${name}_rest in access exclusive mode`);
  await tx.query(`create table ${table} (like ${name} including defaults including constraints)`);
  await tx.query(
    `with moved as (delete from ${name}_rest where ${moment} >= ${from} and ${moment} < ${until} returning *)
     insert into ${table} select * from moved`,
  );
  await tx.query(`alter table ${name} attach partition ${table} for values from (${from}) to (${until})`);
}

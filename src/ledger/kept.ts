/** What the ledger says of files and reports that are kept, and how their rows are thinned with them. */
import { traceName } from '../change-file/trace-name.ts';
import type { Queryable } from '../database/open.ts';

/**
 * By name, of change files and of their traces: when they were finished; null: must stay. Where a name was used again
 * after the customer had deleted the first file, the later one counts.
 */
export async function filedNames(
  db: Queryable,
  customer: number,
  folder: string,
): Promise<Map<string, Date | null>> {
  const { rows } = await db.query<{ name: string; created_at: Date | null }>(
    `select filed_as as name, case when f.state = 'filed' and b.closed_at is not null then f.finished_at end as created_at
       from change_file f left join batch b on b.id = f.batch_id
      where f.customer_id = $1 and f.folder = $2 and f.filed_as is not null and f.purged_at is null
      order by created_at nulls last`,
    [customer, folder],
  );
  return new Map(
    rows.flatMap(({ name, created_at: at }) => [[name, at] as const, [traceName(name), at] as const]),
  );
}

export async function reportNames(db: Queryable, customer: number): Promise<Map<string, Date | null>> {
  const { rows } = await db.query<{ name: string; closed_at: Date | null }>(
    'select report_name as name, closed_at from batch where customer_id = $1 and report_name is not null',
    [customer],
  );
  return new Map(rows.map(({ name, closed_at: at }) => [name, at]));
}

/** So many files' results go in one statement: it stays short, however much has piled up. */
const THINNED_FILES = 100;

/** What was finished before goes. */
export interface Cutoffs {
  files: Date;
  /** Results of refused entries outlive their file. */
  refusals: Date;
}

/**
 * Entry results go with their file, those of refused entries later; the ledger row stays, with its counts. Also those of
 * files that the customer has deleted by then.
 *
 * @returns how many results went
 */
export async function thinRows(
  db: Queryable,
  customer: number,
  cutoffs: Cutoffs,
  now: Date,
): Promise<number> {
  return (
    (await inSteps(db, THIN, [customer, cutoffs.files, now])) +
    (await inSteps(db, FORGET_REFUSALS, [customer, cutoffs.refusals, now]))
  );
}

async function inSteps(db: Queryable, step: string, values: unknown[]): Promise<number> {
  let results = 0;
  for (;;) {
    const { rows } = await db.query<{ files: number; results: number }>(step, values);
    results += rows[0]?.results ?? 0;
    if ((rows[0]?.files ?? 0) < THINNED_FILES) return results;
  }
}

const THIN = `
  with due as (
    select f.id from change_file f join batch b on b.id = f.batch_id
     where f.customer_id = $1 and f.state = 'filed' and f.purged_at is null and f.finished_at < $2
       and b.closed_at is not null order by f.finished_at limit ${THINNED_FILES} for update of f skip locked),
  marked as (update change_file set purged_at = $3 where id in (select id from due) returning id),
  gone as (delete from entry_result where change_file_id in (select id from due) and code = 0 returning 1)
  select (select count(*) from marked) as files, (select count(*) from gone) as results`;

const FORGET_REFUSALS = `
  with due as (
    select id from change_file
     where customer_id = $1 and purged_at is not null and refusals_purged_at is null and finished_at < $2
     order by finished_at limit ${THINNED_FILES} for update skip locked),
  marked as (update change_file set refusals_purged_at = $3 where id in (select id from due) returning id),
  gone as (delete from entry_result where change_file_id in (select id from due) returning 1)
  select (select count(*) from marked) as files, (select count(*) from gone) as results`;

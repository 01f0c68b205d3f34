/** What the ledger says of files and reports that are kept, and how their rows are thinned with them. */
import { companionNames } from '../change-file/companions.ts';
import { undoFileNames } from '../change-file/undo.ts';
import { onlyRow, type Queryable } from '../database/open.ts';
import { receiptNames } from './receipt-rows.ts';
import { undoReports } from './undos.ts';

/**
 * By name, of change files and of what lies beside them: when they were finished; null: must stay. Where a name was used again
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
    rows.flatMap(({ name, created_at: at }) =>
      [name, ...companionNames(name)].map((one) => [one, at] as const),
    ),
  );
}

/** Reports, receipts, and what undos tell: when they were finished; null: must stay. */
export async function reportNames(db: Queryable, customer: number): Promise<Map<string, Date | null>> {
  const { rows } = await db.query<{ name: string; closed_at: Date | null }>(
    'select report_name as name, closed_at from batch where customer_id = $1 and report_name is not null',
    [customer],
  );
  const undos = (await undoReports(db, customer)).flatMap(({ id, name, at }) => {
    const { report, trace } = undoFileNames(name, id);
    return [[report, at] as const, [trace, at] as const];
  });
  const receipts = (await receiptNames(db, customer)).map(({ name, at }) => [name, at] as const);
  return new Map([...rows.map(({ name, closed_at: at }) => [name, at] as const), ...undos, ...receipts]);
}

/** So many files' results go in one statement: it stays short, however much has piled up. */
const THINNED_FILES = 100;

/**
 * Entry results go with their file; the ledger row stays, with its counts, and what was refused as long as the history.
 * Also those of files that the customer has deleted by then.
 *
 * @param before what was finished before goes
 * @returns how many results of accepted entries went
 */
export async function thinRows(db: Queryable, customer: number, before: Date, now: Date): Promise<number> {
  let results = 0;
  for (;;) {
    const thinned = onlyRow(
      await db.query<{ files: number; results: number }>(THIN, [customer, before, now]),
    );
    results += thinned.results;
    if (thinned.files < THINNED_FILES) return results;
  }
}

const THIN = `
  with due as (
    select f.id from change_file f join batch b on b.id = f.batch_id
     where f.customer_id = $1 and f.state = 'filed' and f.purged_at is null and f.finished_at < $2
       and b.closed_at is not null order by f.finished_at limit ${THINNED_FILES} for update of f skip locked),
  marked as (update change_file set purged_at = $3 where id in (select id from due) returning id),
  unnamed as (delete from absent_entry where change_file_id in (select id from due)),
  gone as (delete from entry_slice where change_file_id in (select id from due)
           returning (select count(*) from unnest(codes) code where code = 0) as accepted)
  select (select count(*) from marked) as files, (select coalesce(sum(accepted), 0)::bigint from gone) as results`;

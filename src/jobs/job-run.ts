import type { Clock } from '../clock.ts';
import type { Database, Queryable } from '../database/open.ts';
import type { NewEvent } from '../events/catalog.ts';
import { record } from '../events/record.ts';

/**
 * Runs a regular job, and keeps in the database when it last ran and what came of it.
 *
 * @param eventOf what is told of it besides, in the same transaction
 */
export async function recordRun<Outcome extends object>(
  database: Database,
  clock: Clock,
  job: string,
  work: () => Promise<Outcome>,
  eventOf?: (outcome: Outcome) => NewEvent,
): Promise<Outcome> {
  await database.query(
    `insert into job_run (job, started_at) values ($1, $2)
     on conflict (job) do update set started_at = excluded.started_at, finished_at = null`,
    [job, clock.now()],
  );
  const outcome = await work();
  const now = clock.now();
  await database.transaction(async (tx) => {
    await tx.query('update job_run set finished_at = $2, outcome = $3 where job = $1', [job, now, outcome]);
    if (eventOf) await record(tx, now, eventOf(outcome));
  });
  return outcome;
}

/** When the regular jobs last finished; one that runs now, or died, is left out. */
export async function finishedRuns(db: Queryable): Promise<{ job: string; finishedAt: Date }[]> {
  const { rows } = await db.query<{ job: string; finishedAt: Date }>(
    'select job, finished_at as "finishedAt" from job_run where finished_at is not null',
  );
  return rows;
}

/** @returns when the job last began; null: never */
export async function lastRun(db: Queryable, job: string): Promise<Date | null> {
  const { rows } = await db.query<{ started_at: Date }>('select started_at from job_run where job = $1', [
    job,
  ]);
  return rows[0]?.started_at ?? null;
}

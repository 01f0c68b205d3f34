import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { lastRun } from '../../src/jobs/job-run.ts';
import { purgeFinished } from '../../src/jobs/purge.ts';
import { HOURLY, JobRunner, type Job } from '../../src/jobs/runner.ts';
import { rememberingJournal } from '../support/door.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

function runner() {
  const { journal, events } = rememberingJournal();
  return { jobs: new JobRunner({ database, clock: systemClock, journal }), events };
}

const HOUR_MS = 3_600_000;

test('a job never runs twice at the same time: who asks again waits for the run in hand', async () => {
  let [running, most, runs] = [0, 0, 0];
  const job: Job = {
    name: 'slow',
    every: 5,
    run: async () => {
      runs += 1;
      most = Math.max(most, (running += 1));
      await delay(30);
      running -= 1;
    },
  };
  const { jobs } = runner();
  await jobs.start([job]);
  await Promise.all([jobs.run('slow'), jobs.run('slow')]);
  await jobs.run('slow');
  await jobs[Symbol.asyncDispose]();
  const atTheEnd = runs;
  await delay(30);
  expect([most, running]).toEqual([1, 0]);
  expect(runs, 'nothing runs after the end').toBe(atTheEnd);
});

test('a job that fails is told of, and runs again', async () => {
  let runs = 0;
  const { jobs, events } = runner();
  const run = async () => {
    runs += 1;
    throw new Error('it is broken');
  };
  await jobs.start([{ name: 'broken', every: HOURLY, run, atStart: true }]);
  await jobs.run('broken');
  await jobs[Symbol.asyncDispose]();
  expect(runs).toBe(2);
  expect(events.map(({ event }) => event)).toEqual(['jobFailed', 'jobFailed']);
});

test('what has to run once an hour is caught up at start, and only where its time is over', async () => {
  let runs = 0;
  const job: Job = {
    name: 'hourly',
    every: HOURLY,
    catchUpMs: HOUR_MS,
    run: async () => ({ runs: (runs += 1) }),
  };
  for (let start = 0; start < 2; start += 1) {
    const { jobs } = runner();
    await jobs.start([job]);
    await jobs[Symbol.asyncDispose]();
  }
  expect(runs).toBe(1);
  expect(await lastRun(database, 'hourly')).not.toBeNull();
  await database.query(`update job_run set started_at = started_at - interval '2 hours'`);
  const { jobs } = runner();
  await jobs.start([job]);
  await jobs[Symbol.asyncDispose]();
  expect(runs).toBe(2);
});

test('what is told of a run is recorded with the run, or neither is', async () => {
  const counts = { files: 3, bytes: 4, results: 5, failed: 0 };
  const job = (name: string, eventOf: Job['eventOf']): Job => ({
    name,
    every: HOURLY,
    catchUpMs: HOUR_MS,
    run: async () => counts,
    ...(eventOf && { eventOf }),
  });
  const untellable = () => {
    throw new Error('nothing can be told of it');
  };
  const { jobs, events } = runner();
  await jobs.start([job('told', () => purgeFinished('job told', counts)), job('untold', untellable)]);
  await jobs[Symbol.asyncDispose]();
  const runs = await database.query(
    `select job, outcome, finished_at is not null as ended from job_run where job like '%told' order by job`,
  );
  expect(runs.rows).toEqual([
    { job: 'told', outcome: counts, ended: true },
    { job: 'untold', outcome: {}, ended: false },
  ]);
  const { rows } = await database.query('select type, who, data from event');
  expect(rows).toEqual([{ type: 'purge.finished', who: 'job told', data: counts }]);
  expect(events.map(({ event }) => event)).toEqual(['jobFailed']);
});

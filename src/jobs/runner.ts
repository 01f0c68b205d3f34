import { createTask, type Logger, type ScheduledTask } from 'node-cron';
import type { Clock } from '../clock.ts';
import { isDatabaseAway } from '../database/away.ts';
import type { Database } from '../database/open.ts';
import type { NewEvent } from '../events/catalog.ts';
import type { Journal } from '../events/events.ts';
import { messageOf } from '../fault.ts';
import { during } from '../loop-watch.ts';
import { lastRun, recordRun } from './job-run.ts';

/** What runs by the clock. */
export interface Job {
  name: string;
  /**
   * A cron expression with seconds, in UTC; or so many milliseconds, for what looks after something every few seconds:
   * that must go on when the clock is set back, and must not make up for a night of sleep second by second.
   */
  every: string | number;
  run: () => Promise<object | void>;
  /** Runs at start too, before anything else is served. */
  atStart?: boolean;
  /**
   * Its runs stand in the table `job_run`, with what came of them. At start it runs where the last run is longer ago
   * than this, in milliseconds: a daemon that is stopped at that hour misses none.
   */
  catchUpMs?: number;
  /** What is told of a run that stands there, in the transaction that puts it there. */
  eventOf?(outcome: object): NewEvent;
}

export interface JobParts {
  database: Database;
  clock: Clock;
  journal: Journal;
}

export const EVERY_SECOND = 1_000;
export const EVERY_TWO_SECONDS = 2_000;
export const HOURLY = '0 0 * * * *';

/** The one runner of all jobs: none runs twice at the same time, and one that fails is told of and runs again next time. */
export class JobRunner implements AsyncDisposable {
  readonly #parts: JobParts;
  readonly #onClosed: () => Promise<void>;
  readonly #jobs = new Map<string, Job>();
  readonly #tasks: ScheduledTask[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Map<string, Promise<void>>();

  /** @param onClosed what the jobs used is given up after their last run */
  constructor(parts: JobParts, onClosed: () => Promise<void> = async () => {}) {
    this.#parts = parts;
    this.#onClosed = onClosed;
  }

  /** Carries out what runs at start, and from then on each job at its times. */
  async start(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) {
      this.#jobs.set(job.name, job);
      if (job.atStart) await this.run(job.name);
    }
    for (const job of jobs) {
      await this.#schedule(job);
      if (await this.#isOverdue(job)) void this.run(job.name);
    }
  }

  async #schedule({ name, every }: Job): Promise<void> {
    const run = () => void this.run(name);
    if (typeof every === 'number') {
      this.#timers.push(setInterval(run, every));
      return;
    }
    const task = createTask(every, run, { name, timezone: 'UTC', logger: this.#logger(name) });
    this.#tasks.push(task);
    await task.start();
  }

  /** Runs a job now, or waits for its run in hand. Never rejects. */
  run(name: string): Promise<void> {
    const job = this.#jobs.get(name);
    if (!job) throw new Error(`there is no job ${name}`);
    const running = this.#running.get(name) ?? this.#carryOut(job).finally(() => this.#running.delete(name));
    this.#running.set(name, running);
    return running;
  }

  /** Waits for the runs in hand. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const task of this.#tasks) await task.destroy();
    await Promise.all(this.#running.values());
    await this.#onClosed();
  }

  async #carryOut(job: Job): Promise<void> {
    const { database, clock, journal } = this.#parts;
    try {
      await during(`job ${job.name}`, async () => {
        if (job.catchUpMs === undefined) return void (await job.run());
        const run = async () => (await job.run()) ?? {};
        await recordRun(database, clock, job.name, run, job.eventOf?.bind(job));
      });
    } catch (error) {
      // What cannot be recorded now is told now.
      if (isDatabaseAway(error)) journal.warned(`job ${job.name} failed`, { reason: messageOf(error) });
      else journal.jobFailed(job.name, error);
    }
  }

  async #isOverdue({ name, catchUpMs }: Job): Promise<boolean> {
    if (catchUpMs === undefined) return false;
    const { database, clock } = this.#parts;
    const last = await lastRun(database, name);
    return !last || clock.now().getTime() - last.getTime() > catchUpMs;
  }

  /** The library's own words, of a time that it missed for one, go where ours go; by itself it writes to the console. */
  #logger(job: string): Logger {
    const tell = (message: unknown) =>
      this.#parts.journal.warned(`schedule of job ${job}`, { reason: messageOf(message) });
    return { info: () => {}, debug: () => {}, warn: tell, error: tell };
  }
}

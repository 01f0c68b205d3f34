import type { Clock } from '../clock.ts';
import { isPassing } from '../database/away.ts';
import type { Database } from '../database/open.ts';
import { messageOf } from '../fault.ts';
import type { NewEvent } from './catalog.ts';
import { insertVisits, type TimedEvent } from './record.ts';
import { Refusals } from './refusals.ts';

/** Between two writes: what comes meanwhile goes together, so that a flood at a door is a few statements a second. */
const FLUSH_MS = 250;
/** While the database does not answer. */
const RETRY_MS = 1_000;
/** What is kept meanwhile; older events go first. */
const WAITING_MAX = 10_000;

export interface RecorderOptions {
  database: Database;
  clock: Clock;
  /** Of an event that cannot be recorded: it has its line without a number. */
  unrecorded: (event: NewEvent) => void;
  /** Something is wrong with the recording. */
  warned: (message: string, fields: Record<string, unknown>) => void;
}

/**
 * Records what no transaction makes true: what clients do at the doors, certificates, jobs. The first event is written at
 * once, those of the next quarter of a second together: a process that is killed loses these. They outlast a database
 * that is away, up to a bound; what goes beyond it has its line in the log.
 */
export class Recorder implements AsyncDisposable {
  readonly #options: RecorderOptions;
  readonly #refusals = new Refusals();
  #events: TimedEvent[] = [];
  #writtenMs = -Infinity;
  #away = false;
  #closed = false;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  add(event: NewEvent): void {
    if (this.#closed) return this.#options.unrecorded(event);
    const at = this.#options.clock.now();
    if (this.#refusals.isSingle(event, at)) this.#events.push({ ...event, at });
    this.#keepWithinBound();
    const sinceMs = performance.now() - this.#writtenMs;
    this.#schedule(Math.max(FLUSH_MS - sinceMs, 0));
  }

  /** Resolves when everything added so far is recorded, or the database has turned out to be away. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** The last flush. What cannot be recorded now has its line in the log. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.flush();
    for (const event of this.#events.splice(0)) this.#options.unrecorded(event);
  }

  #schedule(ms: number): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), ms);
  }

  #keepWithinBound(): void {
    const surplus = this.#events.length - WAITING_MAX;
    if (surplus > 0) for (const event of this.#events.splice(0, surplus)) this.#options.unrecorded(event);
  }

  async #write(): Promise<void> {
    const more = this.#refusals.take();
    if (more) this.#events.push({ ...more, at: this.#options.clock.now() });
    const events = this.#events;
    this.#events = [];
    if (events.length === 0) return;
    this.#writtenMs = performance.now();
    try {
      await this.#insert(events);
      this.#away = false;
    } catch (error) {
      this.#events = [...events, ...this.#events];
      this.#keepWithinBound();
      this.#tellAway(error);
      this.#schedule(RETRY_MS);
    }
  }

  /** An event that the database refuses must not hold up the others. @throws where the database is away */
  async #insert(events: readonly TimedEvent[]): Promise<void> {
    const [first] = events;
    if (!first) return;
    try {
      await this.#options.database.transaction((tx) => insertVisits(tx, events));
    } catch (error) {
      if (isPassing(error)) throw error;
      if (events.length > 1) for (const event of events) await this.#insert([event]);
      else this.#tellRefused(first, error);
    }
  }

  #tellRefused(event: TimedEvent, error: unknown): void {
    this.#options.warned('an event cannot be recorded', { type: event.type, reason: messageOf(error) });
    this.#options.unrecorded(event);
  }

  /** Once, not with every try. */
  #tellAway(error: unknown): void {
    if (this.#away) return;
    this.#away = true;
    this.#options.warned('events could not be recorded yet', { reason: messageOf(error) });
  }
}

/**
 * Answers what is put into `_validate`: announced by a door at once, and found by a sweep whatever died meanwhile. Of each
 * customer one file at a time, and two of all: it takes no turn, and leaves the event loop to those who have one.
 */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findCustomer } from '../accounts/customers/customer.ts';
import { isDatabaseAway } from '../database/away.ts';
import { Breather } from '../breather.ts';
import { eachOf } from '../each-of.ts';
import { during } from '../loop-watch.ts';
import type { CustomerFolder } from '../spool/enter.ts';
import { unansweredFiles } from '../spool/tried-files.ts';
import { Background } from './background.ts';
import { LoopShare } from './loop-share.ts';
import type { Services } from './services.ts';
import { tryFile, type Trial, type TrialResult } from './trial.ts';

export interface TrialSettings {
  /** How often every folder is looked at, whatever was announced. */
  sweepMs: number;
  /** Files put there by other means than a door are whole when they have not changed for so long. */
  quietMs: number;
  customers: () => Promise<CustomerFolder[]>;
  /** Whether a turn is in hand. */
  isBusy: () => boolean;
}

/** Trials at the same time, each with a connection of its own. */
const AT_ONCE_MAX = 2;
/** While turns are in hand, trials have a twentieth of the event loop, else half of it. */
const [REST_WHILE_BUSY, REST] = [19, 1];
const FOLDERS_AT_ONCE = 4;
/** A fault of ours is tried again after so long each; then the file is left until the next start. */
const AGAIN_MS = [1_000, 5_000, 15_000, 60_000];
/** What could not be marked as answered is remembered. */
const REMEMBERED_MAX = 10_000;

interface Queued extends Trial {
  attempts: number;
}

export class Trials implements AsyncDisposable {
  readonly #services: Services;
  readonly #settings: TrialSettings;
  readonly #background: Background;
  readonly #share: LoopShare;
  readonly #stopping = new AbortController();
  readonly #sweeping: NodeJS.Timeout;
  /** Customer → name → what is to be tried, the next customer first. */
  readonly #queue = new Map<number, Map<string, Queued>>();
  readonly #running = new Set<number>();
  readonly #inHand = new Set<string>();
  readonly #answered = new Set<string>();

  constructor(services: Services, settings: TrialSettings) {
    this.#services = services;
    this.#settings = settings;
    this.#background = new Background((error) => this.#failed(error));
    this.#share = new LoopShare(
      () => performance.now(),
      (ms, signal) => delay(ms, undefined, { signal }),
      () => (settings.isBusy() ? REST_WHILE_BUSY : REST),
    );
    this.#sweeping = setInterval(() => this.#background.run(this.sweep()), settings.sweepMs);
  }

  /** A door has stored a complete file in `_validate`. */
  announce(upload: Omit<Trial, 'folder'>): void {
    this.#background.run(this.#announced(upload));
  }

  /** Looks for files without an answer in all folders. */
  async sweep(): Promise<void> {
    await during('sweep of tried files', async () =>
      eachOf(await this.#settings.customers(), FOLDERS_AT_ONCE, (place) =>
        this.#look(place).catch((error: unknown) =>
          this.#services.journal.folderFailed(place.customer, error),
        ),
      ),
    );
  }

  idle(): Promise<void> {
    return this.#background.idle();
  }

  /** What is in hand is given up: its file has no answer yet, and the next start finds it. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweeping);
    this.#queue.clear();
    this.#stopping.abort();
    await this.#background.close();
  }

  async #announced({ customer, name, sender }: Omit<Trial, 'folder'>): Promise<void> {
    const { database, spool } = this.#services;
    const owner = await findCustomer(database, customer);
    if (owner) this.#enqueue({ customer, folder: path.join(spool, owner.folder), name, sender, attempts: 0 });
  }

  async #look({ customer, folder }: CustomerFolder): Promise<void> {
    const nowMs = this.#services.clock.now().getTime();
    for (const { name, changedAt, version } of await unansweredFiles(folder)) {
      const isKnown =
        this.#inHand.has(`${customer}/${name}`) || this.#queue.get(customer)?.has(name) === true;
      if (isKnown || this.#answered.has(version)) continue;
      const trial = { customer, folder, name, sender: null, attempts: 0 };
      const restMs = changedAt.getTime() + this.#settings.quietMs - nowMs;
      // Of a clock that was set back the moment is not known any more.
      const waitMs = Math.min(restMs, this.#settings.quietMs);
      if (restMs <= 0) this.#enqueue(trial);
      else this.#background.later(waitMs, () => this.#look({ customer, folder }));
    }
  }

  #enqueue(trial: Queued): void {
    if (this.#stopping.signal.aborted) return;
    const own = this.#queue.get(trial.customer) ?? new Map<string, Queued>();
    // Of a file that waits already the sender is known by now, or stays known.
    const sender = trial.sender ?? own.get(trial.name)?.sender ?? null;
    own.set(trial.name, { ...trial, sender });
    this.#queue.set(trial.customer, own);
    this.#work();
  }

  #work(): void {
    while (this.#running.size < AT_ONCE_MAX) {
      const next = this.#next();
      if (!next) return;
      this.#running.add(next.customer);
      this.#inHand.add(`${next.customer}/${next.name}`);
      this.#background.run(this.#try(next));
    }
  }

  /** The customer that has waited longest goes to the end of the line. */
  #next(): Queued | null {
    for (const [customer, own] of this.#queue) {
      if (this.#running.has(customer)) continue;
      const [name, trial] = [...own][0] ?? [];
      this.#queue.delete(customer);
      if (name === undefined || !trial) continue;
      own.delete(name);
      if (own.size > 0) this.#queue.set(customer, own);
      return trial;
    }
    return null;
  }

  async #try(trial: Queued): Promise<void> {
    const { signal } = this.#stopping;
    const breather = new Breather((workedMs) => this.#share.pay(workedMs, signal));
    try {
      const result = await during(`trial of customer ${trial.customer}`, () =>
        tryFile(this.#services, trial, breather),
      );
      this.#follow(trial, result);
      await breather.breathe();
    } catch (error) {
      if (signal.aborted) return;
      this.#again(trial, isDatabaseAway(error));
      throw error;
    } finally {
      this.#running.delete(trial.customer);
      this.#inHand.delete(`${trial.customer}/${trial.name}`);
      this.#work();
    }
  }

  #follow(trial: Queued, result: TrialResult): void {
    if (result.kind === 'answered' && !result.marked) {
      if (this.#answered.size >= REMEMBERED_MAX) this.#answered.clear();
      this.#answered.add(result.version);
    }
    if (result.kind !== 'again') return;
    const waitMs = result.at.getTime() - this.#services.clock.now().getTime();
    this.#background.later(Math.max(waitMs, 0), async () => this.#enqueue(trial));
  }

  #again(trial: Queued, isAway: boolean): void {
    const waitMs = AGAIN_MS[isAway ? 0 : trial.attempts];
    if (waitMs === undefined) return;
    const attempts = isAway ? trial.attempts : trial.attempts + 1;
    this.#background.later(waitMs, async () => this.#enqueue({ ...trial, attempts }));
  }

  /** A database that is away is told of by the dispatcher. */
  #failed(error: unknown): void {
    if (!isDatabaseAway(error)) this.#services.journal.dispatcherFailed(error);
  }
}

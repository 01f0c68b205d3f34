/**
 * Wakes the workers. Which customer's turn is due stands in the database (ledger/turn-queue.ts); this looks there when a
 * file was announced, when the next turn is due, and once a second in case another daemon knows more.
 */
import { availableParallelism } from 'node:os';
import { isDatabaseAway, isPassing } from '../database/away.ts';
import { failpoint } from '../failpoints.ts';
import type { Sender } from '../ledger/entering.ts';
import { extendPreparation, nextTurnAt, noteUpload, wakeCustomer } from '../ledger/turn-queue.ts';
import type { Intake } from '../spool/intake.ts';
import { Background } from './background.ts';
import { FolderLooks } from './folder-looks.ts';
import type { Services } from './services.ts';
import { StatusWriter } from './status-writer.ts';
import { writeStatus } from './status.ts';
import { takeTurn } from './turn.ts';

export interface DispatcherSettings {
  /** How often every folder is looked at, whatever was announced. */
  sweepMs: number;
  /** Turns at the same time; default: the number of cores. */
  workers?: number;
  /** The database answers again; it may be one that has lost commits. */
  onDatabaseBack?: () => void;
}

export interface Upload extends Sender {
  customer: number;
  name: string;
}

/**
 *     working        takes the turns that are due
 *     database-away  the same, in vain; what is announced is remembered. Becomes `working` with the first answer.
 *     stopped        finishes the turns in hand, takes no new ones. The end.
 */
export type DispatcherState = 'working' | 'database-away' | 'stopped';

/** How soon a customer whose turn is running, or whose file cannot be entered, is looked at again. */
const RELOOK_MS = 1_000;
/** Polls the line at most so rarely, and at most so often: a turn that is claimed elsewhere must not be asked for in a loop. */
const [LOOK_MS_MAX, LOOK_MS_MIN] = [1_000, 20];
/** Well within the time after which a preparation counts as dead. */
const EXTEND_MS = 2_000;

export class Dispatcher implements AsyncDisposable {
  readonly #services: Services;
  readonly #intake: Intake;
  readonly #settings: DispatcherSettings;
  readonly #workersMax: number;
  readonly #background: Background;
  readonly #looks: FolderLooks;
  readonly #status: StatusWriter;
  readonly #sweeping: NodeJS.Timeout;
  /** Uploads that could not be entered into the ledger because the database was away. */
  readonly #missed: Upload[] = [];
  #state: DispatcherState = 'working';
  #workers = 0;

  constructor(services: Services, intake: Intake, settings: DispatcherSettings) {
    this.#services = services;
    this.#intake = intake;
    this.#settings = settings;
    this.#workersMax = settings.workers ?? availableParallelism();
    this.#background = new Background((error) => this.#failed(error));
    this.#status = new StatusWriter((customer) => writeStatus(services, customer), this.#background);
    this.#looks = new FolderLooks(services, intake, this.#background, {
      enqueue: (customer) => this.#enqueue(customer),
      swept: () => this.look(),
    });
    const whilePreparing = (customer: number, finished: Promise<void>) =>
      this.#whilePreparing(customer, finished);
    services.preparations.listen(whilePreparing);
    services.readings.listen(whilePreparing);
    this.#sweeping = setInterval(() => this.#background.run(this.sweep()), settings.sweepMs);
    this.#background.later(LOOK_MS_MIN, () => this.#lookOnTime());
  }

  get state(): DispatcherState {
    return this.#state;
  }

  /** How many turns may run at the same time, and how many do. */
  get workers(): { most: number; busy: number } {
    return { most: this.#workersMax, busy: this.#workers };
  }

  /** A door has stored a complete file. */
  announce = (upload: Upload): void => {
    failpoint('announced');
    this.#background.run(this.#admit(upload));
  };

  /** Looks at all folders and at the line now. */
  sweep(): Promise<void> {
    return this.#looks.sweep();
  }

  /** Takes every turn that is due now. */
  look(): void {
    while (this.#state !== 'stopped' && this.#workers < this.#workersMax) {
      this.#workers += 1;
      this.#background.run(this.#takeTurns().finally(() => (this.#workers -= 1)));
    }
  }

  /** A cap or a state was changed from outside: looks again, and tells the customer. */
  wake(customer: number): void {
    this.#status.changed(customer);
    // A turn that is running may have missed it.
    this.#background.run(this.#enqueue(customer));
    this.look();
  }

  /** Resolves when no turn and no look at a folder is in hand. */
  idle(): Promise<void> {
    return this.#background.idle();
  }

  /** Finishes the turns in hand, takes no new ones. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'stopped';
    this.#services.preparations.close();
    await this.#services.readings.close();
    clearInterval(this.#sweeping);
    await this.#looks.close();
    await this.#background.close();
  }

  /** One worker: takes turns until none is due. */
  async #takeTurns(): Promise<void> {
    while (this.#state !== 'stopped') {
      const customer = await takeTurn(this.#services);
      if (customer === null) return;
      this.#status.changed(customer);
    }
  }

  async #lookOnTime(): Promise<void> {
    let waitMs = LOOK_MS_MAX;
    try {
      const { database, clock } = this.#services;
      const next = await nextTurnAt(database);
      if (this.#state === 'database-away') await this.#comeBack();
      if (next) waitMs = next.getTime() - clock.now().getTime();
      if (waitMs <= 0) this.look();
    } finally {
      this.#background.later(Math.min(Math.max(waitMs, LOOK_MS_MIN), LOOK_MS_MAX), () => this.#lookOnTime());
    }
  }

  /** The database answers again: what came in meanwhile is entered, and every folder is looked at. */
  async #comeBack(): Promise<void> {
    this.#state = 'working';
    this.#services.journal.databaseBack();
    this.#settings.onDatabaseBack?.();
    for (const upload of this.#missed.splice(0)) await this.#admit(upload, true);
    this.#background.run(this.sweep());
  }

  /** @param again the ledger may know the file already, and the line not yet */
  async #admit(upload: Upload, again = false): Promise<void> {
    try {
      const admitted = await this.#intake.announced(upload.customer, upload.name, upload);
      if (admitted || again) await this.#enqueue(upload.customer);
    } catch (error) {
      if (isDatabaseAway(error)) this.#missed.push(upload);
      else if (isPassing(error)) this.#background.later(RELOOK_MS, () => this.#admit(upload, true));
      throw error;
    }
  }

  async #enqueue(customer: number): Promise<void> {
    const { database, clock, settleMs } = this.#services;
    if (!(await noteUpload(database, customer, clock.now(), settleMs)))
      this.#background.later(RELOOK_MS, () => this.#enqueue(customer));
    else this.#background.later(settleMs + 1, async () => this.look());
  }

  /** No other daemon takes the customer for dead meanwhile; when what it needs is there, its turn is due. */
  #whilePreparing(customer: number, finished: Promise<void>): void {
    const { database, clock } = this.#services;
    const extend = () => this.#background.run(extendPreparation(database, customer, clock.now()));
    const extending = setInterval(extend, EXTEND_MS);
    const wake = async () => {
      // Also where it has failed: the next turn finds out why.
      await finished.catch(() => undefined);
      clearInterval(extending);
      if (this.#state === 'stopped') return;
      await wakeCustomer(database, customer, clock.now());
      this.look();
    };
    this.#background.run(wake());
  }

  /** A database that is away is told of once: the first look that succeeds finds out what was missed. */
  #failed(error: unknown): void {
    const { journal } = this.#services;
    if (!isDatabaseAway(error)) return journal.dispatcherFailed(error);
    if (this.#state === 'working') journal.databaseAway(error);
    if (this.#state !== 'stopped') this.#state = 'database-away';
  }
}

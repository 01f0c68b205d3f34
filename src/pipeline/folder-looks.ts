import path from 'node:path';
import { STATUS_TEXT } from '../change-file/change-file.ts';
import { isDatabaseAway } from '../database/away.ts';
import { isThere } from '../durable.ts';
import { eachOf } from '../each-of.ts';
import { repairLine, repairMoments } from '../ledger/turn-queue.ts';
import { during } from '../loop-watch.ts';
import type { CustomerFolder } from '../spool/enter.ts';
import type { Intake, Looked } from '../spool/intake.ts';
import { recoverTaken, removeStrays } from '../spool/recover.ts';
import { clearStaging } from '../spool/staging.ts';
import { watchFolders, type FolderWatcher } from '../spool/watch.ts';
import type { Background } from './background.ts';
import type { Services } from './services.ts';
import { writeStatus } from './status.ts';

export interface LookListener {
  /** Something is new to the ledger. */
  enqueue: (customer: number) => Promise<void>;
  /** All folders have been looked at. */
  swept: () => void;
}

/** How soon a file that was still changing is looked at again. */
const RELOOK_MS = 1_000;
/** No door lets an upload stand still for so long: what is older was left by a daemon that was killed. */
const STAGED_MS_MAX = 5 * 60_000;
/** A sweep looks at so many folders side by side, and leaves the rest of the machine to the work in hand. */
const FOLDERS_AT_ONCE = 4;

/** Keeps the ledger equal to the folders, and puts right what a crash has left: by notices early, by sweeps for sure. */
export class FolderLooks {
  readonly #services: Services;
  readonly #intake: Intake;
  readonly #background: Background;
  readonly #listener: LookListener;
  readonly #watcher: FolderWatcher;
  /** Customers with files that are looked at again anyhow: every event of a growing file must not add a look. */
  readonly #relooking = new Map<number, Set<string>>();
  /** What a dead daemon had begun to write is looked for at the first sweep, and then as often as it can have grown old. */
  #leftoversAtMs = 0;

  constructor(services: Services, intake: Intake, background: Background, listener: LookListener) {
    this.#services = services;
    this.#intake = intake;
    this.#background = background;
    this.#listener = listener;
    this.#watcher = watchFolders((folder, names) => background.run(this.#lookAt(folder, names)));
  }

  sweep(): Promise<void> {
    return during('sweep of the folders', () => this.#sweepAll());
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }

  async #sweepAll(): Promise<void> {
    const { database, clock, journal, settleMs } = this.#services;
    const folders = await this.#intake.customers();
    const abandoned = this.#abandonedBefore();
    const waiting = await this.#intake.waitingCustomers();
    await eachOf(folders, FOLDERS_AT_ONCE, (folder) =>
      this.#sweepOne(folder, waiting.has(folder.customer), abandoned).catch((error: unknown) => {
        // One customer's folder that may not be used hides nobody else's files.
        if (isDatabaseAway(error)) throw error;
        journal.folderFailed(folder.customer, error);
      }),
    );
    this.#watcher.follow(folders);
    await repairLine(database, clock.now());
    await repairMoments(database, clock.now(), settleMs);
    this.#listener.swept();
  }

  async #sweepOne(folder: CustomerFolder, mayWait: boolean, abandoned: Date | null): Promise<void> {
    const { database, journal } = this.#services;
    const recovered = await recoverTaken(database, folder);
    if (abandoned) await clearStaging(folder.folder, abandoned);
    const strays = abandoned ? await removeStrays(folder.folder, abandoned) : [];
    const removed = strays.map((stray) => `${stray} removed`);
    if (recovered.length + removed.length > 0) journal.recovered(folder.customer, [...recovered, ...removed]);
    await this.#followUp(folder, await this.#intake.sweep(folder, mayWait || recovered.length > 0));
    if (!(await isThere(path.join(folder.folder, STATUS_TEXT))))
      await writeStatus(this.#services, folder.customer);
  }

  /** Before when what lies half written was abandoned; null: that is not looked for now. */
  #abandonedBefore(): Date | null {
    const nowMs = this.#services.clock.now().getTime();
    if (Math.abs(nowMs - this.#leftoversAtMs) < STAGED_MS_MAX) return null;
    this.#leftoversAtMs = nowMs;
    return new Date(nowMs - STAGED_MS_MAX);
  }

  async #lookAt(folder: CustomerFolder, names: readonly string[]): Promise<void> {
    await this.#followUp(folder, await this.#intake.look(folder, names));
  }

  async #followUp(folder: CustomerFolder, { admitted, changing }: Looked): Promise<void> {
    if (admitted) await this.#listener.enqueue(folder.customer);
    if (changing.length === 0) return;
    const planned = this.#relooking.get(folder.customer);
    if (planned) return changing.forEach((name) => planned.add(name));
    const names = new Set(changing);
    this.#relooking.set(folder.customer, names);
    this.#background.later(RELOOK_MS, async () => {
      this.#relooking.delete(folder.customer);
      await this.#lookAt(folder, [...names]);
    });
  }
}

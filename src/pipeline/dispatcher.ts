/**
 * Wakes the workers. Whose turn it is stands in the database (ledger/turn-queue.ts); this looks there when a file was
 * announced, when the next turn is due, and once a second in case another daemon knows more.
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { CustomerFolder } from '../spool/enter.ts';
import type { Intake, Looked } from '../spool/intake.ts';
import { watchFolders } from '../spool/watch.ts';
import {
  extendPreparation,
  nextTurnAt,
  noteUpload,
  repairLine,
  repairMoments,
  wake,
} from '../ledger/turn-queue.ts';
import type { Services } from './services.ts';
import { writeStatus } from './status.ts';
import { takeTurn } from './turn.ts';
import { isDatabaseAway, isPassing } from '../database/away.ts';
import { recoverTaken, removeStrays } from '../spool/recover.ts';
import { STATUS_TEXT } from '../change-file/change-file.ts';
import { isThere } from '../durable.ts';
import { eachOf } from '../each-of.ts';
import { during } from '../loop-watch.ts';
import { failpoint } from '../failpoints.ts';
import { clearStaging } from '../spool/staging.ts';

export interface DispatcherSettings {
  /** How often every folder is looked at, whatever was announced. */
  sweepMs: number;
  /** Turns at the same time; default: the number of cores. */
  workers?: number;
}

interface Upload {
  customer: number;
  name: string;
}

export interface Dispatcher {
  /** A door has stored a complete file. */
  announce: (upload: Upload) => void;
  /** Looks at all folders and at the line now. */
  sweep(): Promise<void>;
  /** Takes every turn that is due now. */
  look(): void;
  /** A cap or a state was changed from outside: looks again, and tells the customer. */
  wake(customer: number): void;
  /** Resolves when no turn and no look at a folder is in hand. */
  idle(): Promise<void>;
  /** Finishes the turns in hand, takes no new ones. */
  stop(): Promise<void>;
}

/** How soon a file that was still changing, or a customer whose turn is running, is looked at again. */
const RELOOK_MS = 1_000;
const LOOK_MS_MAX = 1_000;
/** No door lets an upload stand still for so long: what is older was left by a daemon that was killed. */
const STAGED_MS_MAX = 5 * 60_000;
/** A sweep looks at so many folders side by side, and leaves the rest of the machine to the work in hand. */
const FOLDERS_AT_ONCE = 4;

export function startDispatcher(
  services: Services,
  intake: Intake,
  settings: DispatcherSettings,
): Dispatcher {
  const { database, clock, journal, settleMs } = services;
  const workersMax = settings.workers ?? availableParallelism();
  const running = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  /** Customers with files that are looked at again anyhow: every event of a growing file must not add a look. */
  const relooking = new Map<number, Set<string>>();
  /** Uploads that could not be entered into the ledger because the database was away. */
  const missed: Upload[] = [];
  let away = false;
  let workers = 0;
  let stopped = false;

  const track = (work: Promise<void>) => {
    const guarded = work
      .catch((error: unknown) => {
        // Told once, not with every look: the first look that succeeds finds out what was missed.
        if (!isDatabaseAway(error)) journal.dispatcherFailed(error);
        else if (!away) journal.databaseAway(error);
        away ||= isDatabaseAway(error);
      })
      .finally(() => running.delete(guarded));
    running.add(guarded);
  };

  const later = (ms: number, work: () => Promise<void>) => {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      track(work());
    }, ms);
    timers.add(timer);
  };

  const look = () => {
    while (!stopped && workers < workersMax) {
      workers += 1;
      track(workOff().finally(() => (workers -= 1)));
    }
  };

  /** One worker: turn after turn, whoever's it is, until it is nobody's. */
  const workOff = async () => {
    while (!stopped) {
      const customer = await takeTurn(services);
      if (customer === null) return;
      statusFiles.changed(customer);
    }
  };

  /** Looks again when the next turn is due; in vain at most once a second. */
  const lookOnTime = async () => {
    try {
      const next = await nextTurnAt(database);
      if (away) await comeBack();
      const waitMs = next ? next.getTime() - clock.now().getTime() : LOOK_MS_MAX;
      if (waitMs <= 0) look();
      later(Math.min(Math.max(waitMs, MIN_LOOK_MS), LOOK_MS_MAX), lookOnTime);
    } catch (error) {
      later(LOOK_MS_MAX, lookOnTime);
      throw error;
    }
  };

  /** The database answers again: what came in meanwhile is entered, and every folder is looked at. */
  const comeBack = async () => {
    away = false;
    journal.databaseBack();
    for (const upload of missed.splice(0)) await admit(upload, true);
    track(sweep());
  };

  /** @param again the ledger may know the file already, and the line not yet */
  const admit = async (upload: Upload, again = false) => {
    try {
      const admitted = await intake.announced(upload.customer, upload.name);
      if (admitted || again) await enqueue(upload.customer);
    } catch (error) {
      if (isDatabaseAway(error)) missed.push(upload);
      else if (isPassing(error)) later(RELOOK_MS, () => admit(upload, true));
      throw error;
    }
  };

  const enqueue = async (customer: number): Promise<void> => {
    if (!(await noteUpload(database, customer, clock.now(), settleMs)))
      later(RELOOK_MS, () => enqueue(customer));
    else later(settleMs + 1, async () => look());
  };

  const followUp = async (folder: CustomerFolder, { admitted, changing }: Looked) => {
    if (admitted) await enqueue(folder.customer);
    if (changing.length === 0) return;
    const planned = relooking.get(folder.customer);
    if (planned) return changing.forEach((name) => planned.add(name));
    const names = new Set(changing);
    relooking.set(folder.customer, names);
    later(RELOOK_MS, async () => {
      relooking.delete(folder.customer);
      await lookAtNames(folder, [...names]);
    });
  };

  const lookAtNames = async (folder: CustomerFolder, names: readonly string[]) =>
    followUp(folder, await intake.look(folder, names));

  const sweepFolder = async (folder: CustomerFolder, mayWait: boolean, abandoned: Date | null) => {
    const recovered = await recoverTaken(database, folder);
    if (abandoned) await clearStaging(folder.folder, abandoned);
    const strays = abandoned ? await removeStrays(folder.folder, abandoned) : [];
    const removed = strays.map((stray) => `${stray} removed`);
    if (recovered.length + removed.length > 0) journal.recovered(folder.customer, [...recovered, ...removed]);
    await followUp(folder, await intake.sweep(folder, mayWait || recovered.length > 0));
    if (!(await isThere(path.join(folder.folder, STATUS_TEXT)))) await writeStatus(services, folder.customer);
  };

  /** What a dead daemon had begun to write is looked for at the first sweep, and then as often as it can have grown old. */
  let leftoversAt = 0;
  const abandonedBefore = (): Date | null => {
    const nowMs = clock.now().getTime();
    if (Math.abs(nowMs - leftoversAt) < STAGED_MS_MAX) return null;
    leftoversAt = nowMs;
    return new Date(nowMs - STAGED_MS_MAX);
  };

  const sweep = () => during('sweep of the folders', sweepAll);

  const sweepAll = async () => {
    const folders = await intake.customers();
    const abandoned = abandonedBefore();
    const waiting = await intake.waitingCustomers();
    await eachOf(folders, FOLDERS_AT_ONCE, (folder) =>
      sweepFolder(folder, waiting.has(folder.customer), abandoned).catch((error: unknown) => {
        // One customer's folder that may not be used hides nobody else's files.
        if (isDatabaseAway(error)) throw error;
        journal.folderFailed(folder.customer, error);
      }),
    );
    watcher.follow(folders);
    await repairLine(database, clock.now());
    await repairMoments(database, clock.now(), settleMs);
    look();
  };

  services.preparations.listen((customer, finished) => {
    const extending = setInterval(() => track(extendPreparation(database, customer, clock.now())), EXTEND_MS);
    track(
      finished.then(async () => {
        clearInterval(extending);
        if (stopped) return;
        await wake(database, customer, clock.now());
        look();
      }),
    );
  });
  const statusFiles = statusWriter({
    write: (customer) => writeStatus(services, customer),
    later: (work) => later(STATUS_MS, work),
  });
  const watcher = watchFolders((folder, names) => track(lookAtNames(folder, names)));
  const interval = setInterval(() => track(sweep()), settings.sweepMs);
  later(MIN_LOOK_MS, lookOnTime);

  const idle = async () => {
    while (running.size > 0) await Promise.all(running);
  };

  return {
    sweep,
    look,
    wake: (customer) => {
      statusFiles.changed(customer);
      look();
    },
    idle,
    announce: (upload) => {
      failpoint('announced');
      track(admit(upload));
    },
    stop: async () => {
      stopped = true;
      services.preparations.close();
      clearInterval(interval);
      for (const timer of timers) clearTimeout(timer);
      await watcher.close();
      await idle();
    },
  };
}

/** The status files of a customer are written at most so often. */
const STATUS_MS = 1_000;

/** Collects changes: however many there are, a customer's status files are written once, a moment later. */
function statusWriter(parts: {
  write: (customer: number) => Promise<void>;
  later: (work: () => Promise<void>) => void;
}): { changed: (customer: number) => void } {
  const pending = new Set<number>();
  /** Customers whose status files are being written: the next one waits, or the older could be the last. */
  const writing = new Set<number>();
  const write = async (customer: number): Promise<void> => {
    if (writing.has(customer)) return parts.later(() => write(customer));
    pending.delete(customer);
    writing.add(customer);
    try {
      await parts.write(customer);
    } finally {
      writing.delete(customer);
    }
  };
  return {
    changed: (customer) => {
      if (pending.has(customer)) return;
      pending.add(customer);
      parts.later(() => write(customer));
    },
  };
}

/** Well within the time after which a preparation counts as dead. */
const EXTEND_MS = 2_000;
/** A turn that is due and claimed elsewhere must not be asked for in a tight loop. */
const MIN_LOOK_MS = 20;

/**
 * Who is worked for, and when. Whose turn it is stands in the database; this wakes up to look, and hands turns to the
 * workers: one customer at most once at a time, one file a turn, then to the end of the line.
 */
import { availableParallelism } from 'node:os';
import { watch, type FSWatcher } from 'chokidar';
import type { CustomerFolder, Intake } from './admit/intake.ts';
import { dueCustomers } from './order/queue.ts';
import { takeTurn, type Station } from './pipeline.ts';

export interface CycleSettings {
  /** A batch starts when no upload has ended for this long. */
  settleMs: number;
  /** How often every folder is looked at, whatever was announced. */
  sweepMs: number;
  workers?: number;
}

export interface Cycle {
  /** A door has stored a complete file. */
  announce: (upload: { customer: number; name: string }) => void;
  /** Looks at all folders and at the queue now. */
  sweep(): Promise<void>;
  /** Resolves when nothing is in hand and nothing is due. */
  idle(): Promise<void>;
  /** Finishes the turns in hand, takes no new ones. */
  stop(): Promise<void>;
}

/** A customer whose turn failed by a fault of ours is left alone for a while, longer each time. */
const BACK_OFF_MS = [1_000, 5_000, 15_000, 60_000];
/** How soon a file that was still changing is looked at again. */
const RELOOK_MS = 1_000;

export function startCycle(station: Station, intake: Intake, settings: CycleSettings): Cycle {
  const line: number[] = [];
  const inHand = new Set<number>();
  const failures = new Map<number, { count: number; notBefore: number }>();
  const running = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const later = (ms: number, work: () => Promise<void>) => {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      track(work());
    }, ms);
    timers.add(timer);
  };

  const track = (work: Promise<void>) => {
    const guarded = work
      .catch((error: unknown) => station.journal.turnFailed(0, error))
      .finally(() => running.delete(guarded));
    running.add(guarded);
  };

  const look = async () => {
    if (stopped) return;
    const now = station.clock.now();
    for (const customer of await dueCustomers(station.database, now, settings.settleMs))
      if (!line.includes(customer) && !inHand.has(customer) && isReady(customer, now)) line.push(customer);
    startWorkers();
  };

  const isReady = (customer: number, now: Date) => (failures.get(customer)?.notBefore ?? 0) <= now.getTime();

  const startWorkers = () => {
    while (!stopped && line.length > 0 && inHand.size < (settings.workers ?? availableParallelism())) {
      const customer = line.shift();
      if (customer === undefined) return;
      inHand.add(customer);
      track(work(customer));
    }
  };

  const work = async (customer: number) => {
    let more = false;
    try {
      more = await takeTurn(station, customer);
      failures.delete(customer);
    } catch (error) {
      station.journal.turnFailed(customer, error);
      backOff(customer);
    } finally {
      inHand.delete(customer);
    }
    if (more) line.push(customer);
    startWorkers();
  };

  const backOff = (customer: number) => {
    const count = (failures.get(customer)?.count ?? 0) + 1;
    const ms = BACK_OFF_MS[Math.min(count, BACK_OFF_MS.length) - 1] ?? 0;
    failures.set(customer, { count, notBefore: station.clock.now().getTime() + ms });
    later(ms, look);
  };

  const sweepFolder = async (folder: CustomerFolder) => {
    const changing = await intake.sweep(folder);
    if (changing) later(RELOOK_MS, () => sweepFolder(folder));
    else later(settings.settleMs, look);
  };

  const sweep = async () => {
    const folders = await intake.customers();
    for (const folder of folders) await sweepFolder(folder);
    watcher.follow(folders);
    await look();
  };

  const watcher = watchFolders((folder) => track(sweepFolder(folder)));
  const interval = setInterval(() => track(sweep()), settings.sweepMs);

  return {
    sweep,
    announce: ({ customer, name }) =>
      track(
        intake.announced(customer, name).then(() => {
          // One millisecond more: the settle time has passed when the timer fires.
          later(settings.settleMs + 1, look);
        }),
      ),
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    stop: async () => {
      stopped = true;
      clearInterval(interval);
      for (const timer of timers) clearTimeout(timer);
      await watcher.close();
      while (running.size > 0) await Promise.all(running);
    },
  };
}

interface FolderWatcher {
  follow(folders: CustomerFolder[]): void;
  close(): Promise<void>;
}

/** Chokidar is a hint that makes files from other programs early; the sweep finds them all the same. */
function watchFolders(onChange: (folder: CustomerFolder) => void): FolderWatcher {
  const watchers = new Map<string, FSWatcher>();
  return {
    follow: (folders) => {
      for (const folder of folders) {
        if (watchers.has(folder.folder)) continue;
        const watcher = watch(folder.folder, { depth: 0, ignoreInitial: true, followSymlinks: false });
        let pending: NodeJS.Timeout | null = null;
        watcher.on('all', () => {
          // A burst of events is one look.
          pending ??= setTimeout(() => {
            pending = null;
            onChange(folder);
          }, BURST_MS);
        });
        watcher.on('error', () => {});
        watchers.set(folder.folder, watcher);
      }
    },
    close: async () => {
      await Promise.all([...watchers.values()].map((watcher) => watcher.close()));
    },
  };
}

const BURST_MS = 250;

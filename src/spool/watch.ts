import path from 'node:path';
import { watch } from 'chokidar';
import type { CustomerFolder } from './enter.ts';
import { isCandidate } from './found-file.ts';

export interface FolderWatcher {
  /** Watches these folders from now on, besides those it watches already. */
  follow(folders: CustomerFolder[]): void;
  close(): Promise<void>;
}

/** A burst of events is one look. */
const BURST_MS = 250;

/**
 * Chokidar is a hint that makes files from other programs early; the sweep finds them all the same. One watcher serves
 * all folders: one for each would cost 25 kB.
 *
 * @param onChange gets the names to which something happened
 */
export function watchFolders(onChange: (folder: CustomerFolder, names: string[]) => void): FolderWatcher {
  const followed = new Map<string, CustomerFolder>();
  const bursts = new Map<string, Set<string>>();
  const timers = new Set<NodeJS.Timeout>();
  const watcher = watch([], { depth: 0, ignoreInitial: true, followSymlinks: false });
  watcher.on('all', (_, changed) => {
    const folder = followed.get(path.dirname(changed));
    const name = path.basename(changed);
    if (!folder || !isCandidate(name)) return;
    const begun = bursts.get(folder.folder);
    if (begun) return void begun.add(name);
    const names = new Set([name]);
    bursts.set(folder.folder, names);
    const timer = setTimeout(() => {
      timers.delete(timer);
      bursts.delete(folder.folder);
      onChange(folder, [...names]);
    }, BURST_MS);
    timers.add(timer);
  });
  watcher.on('error', () => {});
  return {
    follow: (folders) => {
      const added = folders.filter(({ folder }) => !followed.has(folder));
      for (const folder of added) followed.set(folder.folder, folder);
      if (added.length > 0) watcher.add(added.map(({ folder }) => folder));
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      await watcher.close();
    },
  };
}

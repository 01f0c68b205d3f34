import { watch, type FSWatcher } from 'chokidar';
import type { CustomerFolder } from './intake.ts';

export interface FolderWatcher {
  /** Watches these folders from now on, besides those it watches already. */
  follow(folders: CustomerFolder[]): void;
  close(): Promise<void>;
}

/** A burst of events is one look. */
const BURST_MS = 250;

/**
 * Chokidar is a hint that makes files from other programs early; the sweep finds them all the same.
 */
export function watchFolders(onChange: (folder: CustomerFolder) => void): FolderWatcher {
  const watchers = new Map<string, FSWatcher>();
  const bursts = new Set<NodeJS.Timeout>();
  const watchFolder = (folder: CustomerFolder) => {
    let burst: NodeJS.Timeout | null = null;
    const watcher = watch(folder.folder, { depth: 0, ignoreInitial: true, followSymlinks: false });
    watcher.on('all', () => {
      if (burst) return;
      burst = setTimeout(() => {
        if (burst) bursts.delete(burst);
        burst = null;
        onChange(folder);
      }, BURST_MS);
      bursts.add(burst);
    });
    watcher.on('error', () => {});
    watchers.set(folder.folder, watcher);
  };
  return {
    follow: (folders) => {
      for (const folder of folders) if (!watchers.has(folder.folder)) watchFolder(folder);
    },
    close: async () => {
      for (const burst of bursts) clearTimeout(burst);
      await Promise.all([...watchers.values()].map((watcher) => watcher.close()));
    },
  };
}

import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { STAGING } from '../change-file.ts';
import { codeOf } from '../fault.ts';
import { FolderFault } from './virtual-path.ts';

/** How much may wait in one upload folder, uploads on their way included. */
export interface RoomLimits {
  folderBytesMax: number;
  folderFilesMax: number;
}

export const DEFAULT_ROOM_LIMITS: RoomLimits = {
  folderBytesMax: 1024 * 1024 * 1024,
  folderFilesMax: 20_000,
};

/** Files leave the folder as they are processed: a count is looked at again after so long. */
const COUNT_MS_MAX = 10_000;
/** A full folder is looked at again at most so often, however many uploads knock. */
const FULL_COUNT_MS_MAX = 1_000;

interface Count {
  bytes: number;
  files: number;
  countedMs: number;
}

/**
 * Keeps a customer from filling the disk. What lies in the folder is counted now and then, what arrives in between is
 * added up; so the sum may be somewhat too high for a moment, never too low.
 */
export class FolderRoom {
  readonly #limits: RoomLimits;
  readonly #counts = new Map<string, Count>();
  readonly #counting = new Map<string, Promise<void>>();

  constructor(limits: Partial<RoomLimits> = {}) {
    this.#limits = { ...DEFAULT_ROOM_LIMITS, ...limits };
  }

  /**
   * Before an upload begins.
   *
   * @param folder absolute path of the customer's folder
   * @throws FolderFault noRoom
   */
  async demandRoom(folder: string, nowMs = performance.now()): Promise<void> {
    const { countedMs = -Infinity } = this.#counts.get(folder) ?? {};
    const ageMsMax = this.#isFull(folder) ? FULL_COUNT_MS_MAX : COUNT_MS_MAX;
    if (nowMs - countedMs >= ageMsMax) await this.#countOnce(folder, nowMs);
    if (this.#isFull(folder)) throw this.#noRoom();
    this.#add(folder, 0, 1);
  }

  /** @throws FolderFault noRoom where these bytes are too many */
  take(folder: string, bytes: number): void {
    this.#add(folder, bytes, 0);
    if ((this.#counts.get(folder)?.bytes ?? 0) > this.#limits.folderBytesMax) throw this.#noRoom();
  }

  /** An upload was given up. */
  giveBack(folder: string, bytes: number): void {
    this.#add(folder, -bytes, -1);
  }

  #noRoom(): FolderFault {
    const megabytes = Math.floor(this.#limits.folderBytesMax / (1024 * 1024));
    return new FolderFault(
      'noRoom',
      `The upload folder is full (${this.#limits.folderFilesMax} files, ${megabytes} MiB): wait until files are processed`,
    );
  }

  #isFull(folder: string): boolean {
    const count = this.#counts.get(folder);
    const { folderBytesMax, folderFilesMax } = this.#limits;
    return count !== undefined && (count.bytes >= folderBytesMax || count.files >= folderFilesMax);
  }

  #add(folder: string, bytes: number, files: number): void {
    const count = this.#counts.get(folder);
    if (!count) return;
    count.bytes += bytes;
    count.files += files;
  }

  /** Many uploads that begin at once share one look. */
  #countOnce(folder: string, nowMs: number): Promise<void> {
    const running = this.#counting.get(folder);
    if (running) return running;
    const counting = count(folder)
      .then((found) => void this.#counts.set(folder, { ...found, countedMs: nowMs }))
      .finally(() => this.#counting.delete(folder));
    this.#counting.set(folder, counting);
    return counting;
  }
}

async function count(folder: string): Promise<{ bytes: number; files: number }> {
  const sum = { bytes: 0, files: 0 };
  for (const place of [folder, join(folder, STAGING)])
    for await (const name of fileNames(place)) {
      const stats = await lstat(join(place, name)).catch(() => null);
      if (!stats?.isFile()) continue;
      sum.bytes += stats.size;
      sum.files += 1;
    }
  return sum;
}

async function* fileNames(folder: string): AsyncGenerator<string> {
  const directory = await opendir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (directory === null) return;
  for await (const entry of directory) if (entry.isFile()) yield entry.name;
}

import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ERROR,
  JOURNAL,
  PROCESSED,
  REPORT,
  STAGING,
  TAKEN,
  VALIDATE,
} from '../../change-file/change-file.ts';
import { isAnswerName } from '../../change-file/trial.ts';
import { codeOf } from '../../fault.ts';
import { FolderFault } from './virtual-path.ts';
import { reason } from '../../messages/reply.ts';

/** How much may lie in one customer's folder, uploads on their way included. */
export interface RoomLimits {
  /** Of the whole folder: waiting files, files with their traces and reports that are kept, journals. */
  folderBytesMax: number;
  /** Of these, what uploads leave free, so that reports and traces still fit. */
  resultBytesReserved: number;
  /** Of the upload folder and `_validate`, answers left aside. */
  folderFilesMax: number;
}

const GIB = 1024 * 1024 * 1024;

const DEFAULT_LIMITS = { folderBytesMax: GIB, folderFilesMax: 20_000 };
/** A report has a few hundred bytes a file, a trace repeats its file with a line for each entry. */
const RESERVED_SHARE = 0.1;

/** A count is looked at again after so long: files leave the folder, and other daemons share it. */
const COUNT_MS_MIN = 1_000;
/** Older than this it says too little: the upload waits for the next one. */
const COUNT_MS_MAX = 10_000;
/** And no sooner than so many times what the last count took: counting costs a twentieth of the time at most. */
const PAUSES_PER_COUNT = 19;
/** What a file takes on the disk, however small: kept files are not bounded in number otherwise. */
const KEPT_FILE_BYTES_MIN = 4_096;

interface Sum {
  /** Of the whole folder. */
  bytes: number;
  /** Waiting, on their way, or being tried. */
  files: number;
}

interface Count extends Sum {
  /** -Infinity before the first count. */
  countedMs: number;
  /** Not counted again before. */
  untilMs: number;
  /** Running, with what has arrived since it began: it may have been missed. */
  counting: { done: Promise<void>; arrivedBytes: number; arrivedFiles: number } | null;
}

/**
 * Keeps a customer from filling the disk. What lies in the whole folder is counted now and then, what arrives in between
 * is added up; so the sum may be somewhat too high for a moment. It is too low only by what another daemon on the same
 * spool has taken since the last count, and by results. Nothing is remembered elsewhere: a daemon that starts counts anew.
 *
 * Reports and traces are written without asking here: what holds them back is never a customer's quota.
 */
export class FolderRoom {
  readonly #limits: RoomLimits;
  readonly #counts = new Map<string, Count>();

  constructor(limits: Partial<RoomLimits> = {}) {
    const { folderBytesMax } = { ...DEFAULT_LIMITS, ...limits };
    const resultBytesReserved = Math.floor(folderBytesMax * RESERVED_SHARE);
    this.#limits = { ...DEFAULT_LIMITS, resultBytesReserved, ...limits };
  }

  /**
   * Before an upload begins.
   *
   * @param folder absolute path of the customer's folder
   * @throws FolderFault noRoom, overQuota
   */
  async demandRoom(folder: string, nowMs = performance.now()): Promise<void> {
    await this.demandRoomFor(folder, 1, nowMs);
    this.#add(folder, 0, 1);
  }

  /**
   * Whether so many bytes would fit now; nothing is reserved.
   *
   * @throws FolderFault noRoom, overQuota
   */
  async demandRoomFor(folder: string, bytes: number, nowMs = performance.now()): Promise<void> {
    const count = this.#countOf(folder);
    if (nowMs >= count.untilMs) {
      const counted = this.#countOnce(folder, nowMs);
      // Who fits by a sum of late need not wait for the next one; who is refused learns the truth.
      const isLate = nowMs - count.countedMs < COUNT_MS_MAX;
      if (!isLate || this.#faultOf(count, bytes)) await counted;
    }
    const fault = this.#faultOf(count, bytes);
    if (fault) throw fault;
  }

  /** @throws FolderFault overQuota where these bytes are too many */
  take(folder: string, bytes: number): void {
    this.#add(folder, bytes, 0);
    const count = this.#countOf(folder);
    if (count.bytes > this.#uploadBytesMax) throw this.#overQuota();
  }

  /** An upload was given up. */
  giveBack(folder: string, bytes: number): void {
    this.#add(folder, -bytes, -1);
  }

  get #uploadBytesMax(): number {
    return this.#limits.folderBytesMax - this.#limits.resultBytesReserved;
  }

  #faultOf(count: Sum, bytes: number): FolderFault | null {
    if (count.files >= this.#limits.folderFilesMax) return this.#noRoom();
    return count.bytes + bytes > this.#uploadBytesMax ? this.#overQuota() : null;
  }

  #noRoom(): FolderFault {
    const { folderFilesMax } = this.#limits;
    return new FolderFault('noRoom', reason('folder.tooManyFiles', { filesMax: folderFilesMax }));
  }

  #overQuota(): FolderFault {
    const { folderBytesMax: bytesMax, resultBytesReserved: reserved } = this.#limits;
    return new FolderFault('overQuota', reason('folder.overQuota', { bytesMax, reserved }));
  }

  #countOf(folder: string): Count {
    const known = this.#counts.get(folder);
    if (known) return known;
    const never = { countedMs: -Infinity, untilMs: -Infinity, counting: null };
    const fresh = { bytes: 0, files: 0, ...never };
    this.#counts.set(folder, fresh);
    return fresh;
  }

  #add(folder: string, bytes: number, files: number): void {
    const count = this.#countOf(folder);
    count.bytes += bytes;
    count.files += files;
    // What goes meanwhile may not have been counted: only what comes is added to the new sum.
    if (!count.counting) return;
    count.counting.arrivedBytes += Math.max(0, bytes);
    count.counting.arrivedFiles += Math.max(0, files);
  }

  /** Many uploads that begin at once share one look. */
  #countOnce(folder: string, nowMs: number): Promise<void> {
    const count = this.#countOf(folder);
    if (count.counting) return count.counting.done;
    const startedMs = performance.now();
    const counting = { done: Promise.resolve(), arrivedBytes: 0, arrivedFiles: 0 };
    counting.done = sumOf(folder)
      .then(({ bytes, files }) => {
        count.bytes = bytes + counting.arrivedBytes;
        count.files = files + counting.arrivedFiles;
        const pauseMs = PAUSES_PER_COUNT * (performance.now() - startedMs);
        count.countedMs = nowMs;
        count.untilMs = nowMs + Math.max(COUNT_MS_MIN, pauseMs);
      })
      .finally(() => (count.counting = null));
    // Not everybody waits for it; who does hears of its failure.
    counting.done.catch(() => undefined);
    count.counting = counting;
    return counting.done;
  }
}

const UPLOAD_PARTS = ['', STAGING, VALIDATE];
const KEPT_PARTS = [PROCESSED, ERROR, REPORT, JOURNAL];

async function sumOf(folder: string): Promise<Sum> {
  const sum: Sum = { bytes: 0, files: 0 };
  for (const part of UPLOAD_PARTS)
    for await (const { name, bytes } of fileSizes(join(folder, part))) {
      sum.bytes += bytes;
      if (part !== VALIDATE || !isAnswerName(name)) sum.files += 1;
    }
  for await (const { bytes } of fileSizes(join(folder, TAKEN))) sum.bytes += bytes;
  for (const part of KEPT_PARTS)
    for await (const { bytes } of fileSizes(join(folder, part)))
      sum.bytes += Math.max(bytes, KEPT_FILE_BYTES_MIN);
  return sum;
}

async function* fileSizes(folder: string): AsyncGenerator<{ name: string; bytes: number }> {
  const directory = await opendir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (directory === null) return;
  for await (const entry of directory) {
    const stats = entry.isFile() ? await lstat(join(folder, entry.name)).catch(() => null) : null;
    if (stats?.isFile()) yield { name: entry.name, bytes: stats.size };
  }
}

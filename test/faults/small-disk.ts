import { execFile } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../../src/fault.ts';

const run = promisify(execFile);

/** A disk of a size of its own, where this process may mount one; else a folder on the disk that it is on. */
export class SmallDisk {
  readonly #kib: number;
  #folder = '';
  /** false where nothing may be mounted: then it is never full. */
  mounted = false;

  constructor(kib: number) {
    this.#kib = kib;
  }

  /** @returns unmounts it */
  readonly mount = async (folder: string): Promise<AsyncDisposable> => {
    this.#folder = folder;
    await mkdir(folder);
    const options = `size=${this.#kib}k,mode=755`;
    this.mounted = await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).then(
      () => true,
      () => false,
    );
    return { [Symbol.asyncDispose]: async () => void (this.mounted && (await run('umount', [folder]))) };
  };

  /** Fills it but for some KiB. @returns frees it again */
  async fill(leftKib: number): Promise<() => Promise<void>> {
    if (!this.mounted) return async () => undefined;
    const ballast = path.join(this.#folder, '.ballast');
    const { bavail, bsize } = await statfs(this.#folder);
    const bytes = Math.max(0, bavail * bsize - leftKib * 1024);
    // Others write meanwhile: the last bytes may not be there any more.
    await writeFile(ballast, Buffer.alloc(bytes)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOSPC') throw error;
    });
    return () => rm(ballast);
  }
}

import { constants } from 'node:fs';
import { open, readlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Not through a link, and only a folder. */
const FOLDER_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * A folder that is held open: names below it are looked up in this very folder, also when somebody puts a link in its
 * place meanwhile. Node has no openat; Linux shows open folders under /proc. Elsewhere the path is used as it is.
 */
export class AnchoredFolder implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #path: string;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** @throws system errors: ENOENT, and ENOTDIR or ELOOP where something else bears the name */
  static async open(path: string): Promise<AnchoredFolder> {
    const handle = await open(path, FOLDER_FLAGS);
    return new AnchoredFolder(handle, process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : path);
  }

  get path(): string {
    return this.#path;
  }

  pathOf(name: string): string {
    return join(this.#path, name);
  }

  stat() {
    return this.#handle.stat();
  }

  /** As `isStillNamed`, of a name in this folder. */
  async isStillNamed(name: string, file: FileHandle): Promise<boolean> {
    return process.platform !== 'linux' || isStillNamed(file, join(await readlink(this.#path), name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * Whether an open file still has the very name by which it was opened: one that was taken away and given again is
 * another one. Only Linux can tell; elsewhere it is believed.
 *
 * @param path absolute, without links
 */
export async function isStillNamed(file: FileHandle, path: string): Promise<boolean> {
  return process.platform !== 'linux' || (await readlink(`/proc/self/fd/${file.fd}`)) === path;
}

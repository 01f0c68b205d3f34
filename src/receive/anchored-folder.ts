import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporaryName, STAGING } from '../change-file.ts';
import { syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import type { Announce } from './access-account.ts';
import type { FolderView } from './folder-view.ts';
import { FolderFault, type VirtualPath } from './virtual-path.ts';

export interface StoreOptions {
  announce: Announce;
  fileBytesMax: number;
}

/** Written by nobody else, so an existing name or a link in its place is an error. */
const STAGE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** The daemon and its group: an operator of the group may look into a customer's folder. */
const STAGED_FILE_MODE = 0o640;
const STAGING_FOLDER_MODE = 0o750;

/**
 * Prepares to store one file, whatever the protocol. The bytes go to a hidden folder of the same file system and get
 * their name only when they are whole, so no other stage ever sees a part.
 *
 * @throws FolderFault where the user may not store under this name
 */
export async function beginUpload(
  view: FolderView,
  path: VirtualPath,
  options: StoreOptions,
): Promise<Upload> {
  await view.uploadTarget(path);
  const folder = await stagingFolder(view.account.folder);
  const staged = join(folder, randomBytes(16).toString('hex'));
  const handle = await open(staged, STAGE_FLAGS, STAGED_FILE_MODE).catch(throwDiskFull);
  return new Upload(view, path, options, staged, handle);
}

/** One file on its way in. It ends with exactly one of `commit` and `abort`; `abort` after either does nothing. */
export class Upload {
  bytes = 0;
  readonly #view: FolderView;
  readonly #path: VirtualPath;
  readonly #options: StoreOptions;
  readonly #staged: string;
  readonly #handle: FileHandle;
  #open = true;

  constructor(
    view: FolderView,
    path: VirtualPath,
    options: StoreOptions,
    staged: string,
    handle: FileHandle,
  ) {
    this.#view = view;
    this.#path = path;
    this.#options = options;
    this.#staged = staged;
    this.#handle = handle;
  }

  /**
   * Writes through the handle, not through a stream made from it: the handle's `close()` would wait for the stream.
   *
   * @throws FolderFault tooBig, diskFull
   */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.bytes + chunk.length > this.#options.fileBytesMax) {
      throw new FolderFault('tooBig', `The file is larger than ${this.#options.fileBytesMax} bytes`);
    }
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await this.#handle.write(chunk, written).catch(throwDiskFull);
      written += bytesWritten;
      this.bytes += bytesWritten;
    }
  }

  /** When it resolves, the file survives a power cut and the intake knows of it. */
  async commit(): Promise<void> {
    await this.#handle.sync().catch(throwDiskFull);
    await this.#handle.close();
    const target = await this.#view.uploadTarget(this.#path);
    await rename(this.#staged, target).catch(throwDiskFull);
    this.#open = false;
    await syncFolder(this.#view.account.folder);
    announceFinal(this.#view, this.#path, this.#options.announce);
  }

  /** Leaves nothing behind. */
  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // Closed already where `commit` failed after its close: what counts is that the file goes.
    await this.#handle.close().catch(() => undefined);
    await rm(this.#staged, { force: true });
  }
}

/** Renames within the upload folder; a temporary name that becomes final is announced like an upload. */
export async function renameUpload(
  view: FolderView,
  from: VirtualPath,
  to: VirtualPath,
  announce: Announce,
): Promise<void> {
  await view.rename(from, to);
  announceFinal(view, to, announce);
}

/**
 * Removes what a killed daemon left staged. Another daemon may share the folder, so only files that nobody has
 * written to since `before` go.
 */
export async function clearStaging(customerFolder: string, before: Date): Promise<void> {
  const folder = await stagingFolder(customerFolder);
  for (const name of await readdir(folder)) {
    const staged = join(folder, name);
    const stats = await lstat(staged).catch(() => null);
    if (stats?.isFile() && stats.mtime < before) await rm(staged, { force: true });
  }
}

function announceFinal(view: FolderView, { name }: VirtualPath, announce: Announce): void {
  if (name !== null && !isTemporaryName(name)) announce({ customer: view.account.customer, name });
}

async function stagingFolder(customerFolder: string): Promise<string> {
  const folder = join(customerFolder, STAGING);
  await mkdir(folder, { mode: STAGING_FOLDER_MODE }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throwDiskFull(error);
  });
  if (!(await lstat(folder)).isDirectory()) throw new Error(`${folder} is not a folder`);
  return folder;
}

function throwDiskFull(error: unknown): never {
  if (['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')) throw new FolderFault('diskFull', 'No space left');
  throw error;
}

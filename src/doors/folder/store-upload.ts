import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { isTemporaryName, VALIDATE } from '../../change-file/change-file.ts';
import { syncFolder } from '../../durable.ts';
import { codeOf } from '../../fault.ts';
import { failpoint } from '../../failpoints.ts';
import type { Announce } from '../sign-in/access-account.ts';
import { openStaging } from '../../spool/staging.ts';
import type { AnchoredFolder } from '../../spool/anchored-folder.ts';
import type { FolderRoom } from './folder-room.ts';
import type { FolderView } from './folder-view.ts';
import { FolderFault, type VirtualPath } from './virtual-path.ts';
import { reason } from '../../messages/reply.ts';

export interface StoreOptions {
  announce: Announce;
  /** The client's network address. */
  address: string;
  room: FolderRoom;
  fileBytesMax: number;
}

/** Written by nobody else, so an existing name or a link in its place is an error. */
const STAGE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** The daemon and its group: an operator of the group may look into a customer's folder. */
const STAGED_FILE_MODE = 0o640;

/**
 * Prepares to store one file, whatever the protocol. The bytes go to a hidden folder of the same file system and get
 * their name only when they are whole, so no other stage ever sees a part.
 *
 * @throws FolderFault where the user may not store under this name, or the folder is full
 */
export async function beginUpload(
  view: FolderView,
  path: VirtualPath,
  options: StoreOptions,
): Promise<Upload> {
  await (await view.uploadTarget(path))[Symbol.asyncDispose]();
  await options.room.demandRoom(view.account.folder);
  const staging = await openStaging(view.account.folder).catch(throwDiskFull);
  const name = randomBytes(16).toString('hex');
  const handle = await open(staging.pathOf(name), STAGE_FLAGS, STAGED_FILE_MODE).catch(
    async (error: unknown) => {
      await staging[Symbol.asyncDispose]();
      throwDiskFull(error);
    },
  );
  return new Upload(view, path, options, { folder: staging, name, handle });
}

/** The bytes so far, under a name that nobody else knows. */
interface Staged {
  folder: AnchoredFolder;
  name: string;
  handle: FileHandle;
}

/** One file on its way in. It ends with exactly one of `commit` and `abort`; `abort` after either does nothing. */
export class Upload {
  /** Size of the file so far. */
  bytes = 0;
  readonly #view: FolderView;
  readonly #path: VirtualPath;
  readonly #options: StoreOptions;
  readonly #staged: Staged;
  #open = true;
  #taken = 0;

  constructor(view: FolderView, path: VirtualPath, options: StoreOptions, staged: Staged) {
    this.#view = view;
    this.#path = path;
    this.#options = options;
    this.#staged = staged;
  }

  /**
   * Writes through the handle, not through a stream made from it: the handle's `close()` would wait for the stream.
   *
   * @param position the next one unless the protocol names another; who leaves holes must not commit
   * @throws FolderFault tooBig, noRoom, diskFull
   */
  async write(chunk: Uint8Array, position = this.bytes): Promise<void> {
    if (position + chunk.length > this.#options.fileBytesMax) {
      throw new FolderFault('tooBig', reason('folder.tooLarge', { bytesMax: this.#options.fileBytesMax }));
    }
    this.#taken += chunk.length;
    this.#options.room.take(this.#view.account.folder, chunk.length);
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await this.#staged.handle
        .write(chunk, written, chunk.length - written, position + written)
        .catch(throwDiskFull);
      written += bytesWritten;
    }
    this.bytes = Math.max(this.bytes, position + chunk.length);
  }

  /** When it resolves, the file survives a power cut and the intake knows of it. */
  async commit(): Promise<void> {
    failpoint('bytes-received');
    await this.#staged.handle.sync().catch(throwDiskFull);
    failpoint('synced');
    await this.#staged.handle.close();
    await using target = await this.#view.uploadTarget(this.#path);
    const { folder, name } = this.#staged;
    await target.forgetAnswers();
    await rename(folder.pathOf(name), target.path).catch(throwDiskFull);
    failpoint('renamed');
    this.#open = false;
    await folder[Symbol.asyncDispose]();
    await syncFolder(target.place.path).catch(async (error: unknown) => {
      // The client hears that it failed and sends it again: what may not last must not be applied meanwhile.
      await rm(target.path, { force: true });
      throw error;
    });
    announceFinal(this.#view, this.#path, this.#options);
  }

  /** Leaves nothing behind. */
  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#options.room.giveBack(this.#view.account.folder, this.#taken);
    // Closed already where `commit` failed after its close: what counts is that the file goes.
    await this.#staged.handle.close().catch(() => undefined);
    await using folder = this.#staged.folder;
    await rm(folder.pathOf(this.#staged.name), { force: true });
  }
}

/** Renames within a folder that takes uploads; a temporary name that becomes final is announced like an upload. */
export async function renameUpload(
  view: FolderView,
  from: VirtualPath,
  to: VirtualPath,
  telling: Pick<StoreOptions, 'announce' | 'address'>,
  existing: 'replace' | 'keep' = 'replace',
): Promise<void> {
  await view.rename(from, to, existing);
  announceFinal(view, to, telling);
}

function announceFinal(
  { account: { customer, login } }: FolderView,
  { folder, name }: VirtualPath,
  { announce, address }: Pick<StoreOptions, 'announce' | 'address'>,
): void {
  const isTried = folder === VALIDATE;
  if (name !== null && !isTemporaryName(name)) announce({ customer, name, login, address, isTried });
}

function throwDiskFull(error: unknown): never {
  if (['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? ''))
    throw new FolderFault('diskFull', reason('folder.diskFull'));
  throw error;
}

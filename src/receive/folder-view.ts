import { constants, type Stats } from 'node:fs';
import { lstat, open, opendir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL } from '../change-file.ts';
import { syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import type { AccessAccount, Right } from './access-account.ts';
import {
  FolderFault,
  isHidden,
  isSafeName,
  isSubfolder,
  SUBFOLDERS,
  type FolderName,
  type VirtualPath,
} from './virtual-path.ts';

/** What the signed-in user may do with the files of one folder. */
export interface Deeds {
  read: boolean;
  remove: boolean;
  /** Store, replace and rename. */
  write: boolean;
}

export interface Entry {
  name: string;
  kind: 'file' | 'folder';
  sizeBytes: number;
  modified: Date;
  deeds: Deeds;
}

/** Bounds the memory of a listing and the calls in flight, whatever the number of files. */
const ENTRIES_PER_BATCH = 256;

/** Not followed: a link planted as the last component. Not blocking: a pipe would hold a thread for ever. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The customer's folder as clients of every door see it (chapter 17): the upload folder with `_processed`, `_error`,
 * `_report` and `journal` below. It is the jail (no link is followed, only regular files exist) and the one place
 * where rights are checked.
 *
 * Hidden names are never listed and exist in the upload folder only, for clients that upload under a temporary
 * name: they can be stored, renamed, removed and looked up there by exact name, but not read.
 *
 * All methods throw FolderFault where the customer asks for what is not there or not allowed, and system errors
 * where this machine fails.
 */
export class FolderView {
  readonly account: AccessAccount;

  constructor(account: AccessAccount) {
    this.account = account;
  }

  /** Batches in the order of the file system. The upload folder begins with its subfolders. */
  async *list(folder: FolderName): AsyncGenerator<Entry[]> {
    await this.#folderStats(folder);
    if (folder === '') yield await this.#subfolders();
    for await (const names of nameBatches(this.#realPath({ folder, name: null }))) {
      const shown = names.filter((name) => isSafeName(name) && !isHidden(name) && !isSubfolder(name));
      const entries = await Promise.all(shown.map((name) => this.#fileEntry({ folder, name })));
      yield entries.filter((entry) => entry !== null);
    }
  }

  async stat(path: VirtualPath): Promise<Entry> {
    const stats = await this.#folderStats(path.folder);
    if (path.name === null) return this.#folderEntry(path.folder, stats);
    const entry = await this.#fileEntry({ folder: path.folder, name: path.name });
    return entry ?? notFound();
  }

  /**
   * The caller closes the handle. A file with a second hard link is refused: the other name may lie outside of the
   * customer's folder.
   */
  async openForReading(path: VirtualPath): Promise<FileHandle> {
    await this.#folderStats(path.folder);
    this.#demand('download');
    const file = fileOf(path);
    if (isHidden(file.name)) return notFound();
    await this.stat(file);
    const handle = await open(this.#realPath(file), READ_FLAGS).catch(absentIsNull);
    if (handle === null) return notFound();
    const stats = await handle.stat();
    if (stats.isFile() && stats.nlink === 1) return handle;
    await handle.close();
    throw new FolderFault('denied', 'This file cannot be read');
  }

  async remove(path: VirtualPath): Promise<void> {
    await this.#folderStats(path.folder);
    this.#demand('delete');
    if (path.folder === JOURNAL) throw new FolderFault('denied', 'Journal files cannot be deleted');
    const file = fileOf(path);
    await this.stat(file);
    if ((await unlink(this.#realPath(file)).catch(absentIsNull)) === null) notFound();
  }

  /** Within the upload folder. A waiting file of the new name is replaced. */
  async rename(from: VirtualPath, to: VirtualPath): Promise<void> {
    const target = await this.uploadTarget(to);
    await this.checkRenamable(from);
    if ((await rename(this.#realPath(from), target).catch(absentIsNull)) === null) notFound();
    await syncFolder(this.account.folder);
  }

  /** Checks the first half of a renaming, for protocols that name the two halves one after the other. */
  async checkRenamable(from: VirtualPath): Promise<void> {
    this.#demandWritable(from);
    await this.stat(fileOf(from));
  }

  /** @returns the real path under which a new file may be published; it may replace a waiting file */
  async uploadTarget(path: VirtualPath): Promise<string> {
    this.#demandWritable(path);
    const real = this.#realPath(fileOf(path));
    const present = await lstat(real).catch(absentIsNull);
    if (present !== null && !present.isFile()) throw new FolderFault('denied', 'This name is taken');
    return real;
  }

  #demandWritable(path: VirtualPath): void {
    this.#demand('upload');
    const { folder } = fileOf(path);
    if (folder !== '') throw new FolderFault('denied', 'Files can be written in the upload folder only');
  }

  #demand(right: Right): void {
    if (!this.account.rights.has(right)) throw new FolderFault('denied', `The right to ${right} is missing`);
  }

  #deedsIn(folder: FolderName): Deeds {
    const { rights } = this.account;
    return {
      read: rights.has('download'),
      remove: rights.has('delete') && folder !== JOURNAL,
      write: rights.has('upload') && folder === '',
    };
  }

  #realPath({ folder, name }: VirtualPath): string {
    return join(this.account.folder, folder, name ?? '');
  }

  /**
   * @returns null for a folder that the daemon has not made yet: clients see it as empty
   * @throws FolderFault notFound without the right to see it, or where something else bears its name
   */
  async #folderStats(folder: FolderName): Promise<Stats | null> {
    if (folder === JOURNAL && !this.account.rights.has('journal')) return notFound();
    // Where the customer's folder lies is the operator's choice, so that one may be a link.
    const look = folder === '' ? stat : lstat;
    const stats = await look(this.#realPath({ folder, name: null })).catch(absentIsNull);
    if (stats !== null && !stats.isDirectory()) return notFound();
    return stats;
  }

  #folderEntry(folder: FolderName, stats: Stats | null): Entry {
    return {
      name: folder,
      kind: 'folder',
      sizeBytes: 0,
      modified: stats?.mtime ?? new Date(0),
      deeds: this.#deedsIn(folder),
    };
  }

  async #subfolders(): Promise<Entry[]> {
    const entries = await Promise.all(
      SUBFOLDERS.map((folder) => this.stat({ folder, name: null }).catch(faultIsNull)),
    );
    return entries.filter((entry) => entry !== null);
  }

  /** @returns null unless it is a regular file */
  async #fileEntry(path: { folder: FolderName; name: string }): Promise<Entry | null> {
    if (path.folder !== '' && isHidden(path.name)) return null;
    const stats = await lstat(this.#realPath(path)).catch(absentIsNull);
    if (!stats?.isFile()) return null;
    const deeds = this.#deedsIn(path.folder);
    return { name: path.name, kind: 'file', sizeBytes: stats.size, modified: stats.mtime, deeds };
  }
}

async function* nameBatches(folder: string): AsyncGenerator<string[]> {
  const directory = await opendir(folder, { bufferSize: ENTRIES_PER_BATCH }).catch(absentIsNull);
  if (directory === null) return;
  let names: string[] = [];
  for await (const { name } of directory) {
    if (names.push(name) < ENTRIES_PER_BATCH) continue;
    yield names;
    names = [];
  }
  yield names;
}

function fileOf(path: VirtualPath): { folder: FolderName; name: string } {
  if (path.name === null) throw new FolderFault('notAFile', 'This is a folder');
  return { folder: path.folder, name: path.name };
}

function notFound(): never {
  throw new FolderFault('notFound', 'No such file or folder');
}

/** Gone, not a folder on the way, or a link where O_NOFOLLOW forbids one: to the client it is not there. */
function absentIsNull(error: unknown): null {
  if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return null;
  throw error;
}

function faultIsNull(error: unknown): null {
  if (error instanceof FolderFault) return null;
  throw error;
}

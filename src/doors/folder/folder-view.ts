import { constants, type Stats } from 'node:fs';
import {
  lstat,
  lutimes,
  open,
  opendir,
  realpath,
  rename,
  stat,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { decisionIn } from '../../change-file/danger.ts';
import { answerNames, isAnswerName } from '../../change-file/trial.ts';
import { undoneFileIn } from '../../change-file/undo.ts';
import { isOwnName, isTemporaryName, JOURNAL, sourceIn, VALIDATE } from '../../change-file/change-file.ts';
import { syncFolder } from '../../durable.ts';
import { codeOf } from '../../fault.ts';
import type { AccessAccount, Right } from '../sign-in/access-account.ts';
import { AnchoredFolder, isStillNamed } from '../../spool/anchored-folder.ts';
import {
  FolderFault,
  isHidden,
  isSafeName,
  isSubfolder,
  SUBFOLDERS,
  takesUploads,
  type FolderName,
  type VirtualPath,
} from './virtual-path.ts';
import { reason } from '../../messages/reply.ts';

/** What the signed-in user may do with the files of one folder. */
export interface Permissions {
  read: boolean;
  remove: boolean;
  /** Store, replace and rename. */
  write: boolean;
}

export interface FolderEntry {
  name: string;
  kind: 'file' | 'folder';
  sizeBytes: number;
  modified: Date;
  permissions: Permissions;
}

/** Bounds the memory of a listing and the calls in flight, whatever the number of files. */
const ENTRIES_PER_BATCH = 256;

/** Not followed: a link planted as the last component. Not blocking: a pipe would hold a thread for ever. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The customer's folder as clients of every door see it (rules 17): the upload folder with `_processed`, `_error`,
 * `_report`, `_validate` and `journal` below. It is the jail (no link is followed, only regular files exist) and the one place
 * where rights are checked.
 *
 * Hidden names are never listed and exist where files are uploaded only, for clients that upload under a temporary
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
  async *list(folder: FolderName): AsyncGenerator<FolderEntry[]> {
    await using place = await this.#open(folder);
    if (folder === '') yield await this.#subfolders();
    if (!place || (folder === '' && this.#seesJournalOnly)) return;
    for await (const names of nameBatches(place.path)) {
      const shown = names.filter((name) => isSafeName(name) && !isHidden(name) && !isSubfolder(name));
      const entries = await Promise.all(shown.map((name) => this.#fileEntry(place, folder, name)));
      yield entries.filter((entry) => entry !== null);
    }
  }

  async stat(path: VirtualPath): Promise<FolderEntry> {
    await using place = await this.#open(path.folder, path.name);
    if (path.name === null) return this.#folderEntry(path.folder, place ? await place.stat() : null);
    return (place && (await this.#fileEntry(place, path.folder, path.name))) ?? notFound();
  }

  /**
   * The caller closes the handle. A file with a second hard link is refused: the other name may lie outside of the
   * customer's folder.
   */
  async openForReading(path: VirtualPath): Promise<FileHandle> {
    await using place = await this.#open(path.folder, path.name);
    this.#demand(path.folder === JOURNAL ? 'journal' : 'download');
    const { folder, name } = fileOf(path);
    if (isHidden(name) || !place || !(await this.#fileEntry(place, folder, name))) return notFound();
    // A status file or a report may be replaced by a newer one at this moment: then that one is opened.
    for (let attempt = 0; attempt < OPEN_ATTEMPTS; attempt += 1) {
      const handle = await open(place.pathOf(name), READ_FLAGS).catch(absentIsNull);
      if (handle === null) return notFound();
      if (await isOnlyName(place, name, handle)) return handle;
      await handle.close();
    }
    throw new FolderFault('denied', reason('folder.notReadable'));
  }

  async remove(path: VirtualPath): Promise<void> {
    await using place = await this.#open(path.folder, path.name);
    this.#demand('delete');
    if (path.folder === JOURNAL) throw new FolderFault('denied', reason('folder.journalKept'));
    const { folder, name } = fileOf(path);
    if (isOwn({ folder, name })) throw new FolderFault('denied', reason('folder.notDeletable'));
    if (!place || !(await this.#fileEntry(place, folder, name))) return notFound();
    if ((await unlink(place.pathOf(name)).catch(absentIsNull)) === null) notFound();
  }

  /**
   * Within a folder that takes uploads.
   *
   * @param existing what becomes of a waiting file of the new name: SFTP has a renaming of each kind
   */
  async rename(from: VirtualPath, to: VirtualPath, existing: 'replace' | 'keep' = 'replace'): Promise<void> {
    await using target = await this.uploadTarget(to);
    await this.checkRenamable(from);
    if (from.folder !== to.folder) throw new FolderFault('denied', reason('folder.otherFolder'));
    if (existing === 'keep' && (await lstat(target.path).catch(absentIsNull)) !== null)
      throw new FolderFault('denied', reason('folder.newNameTaken'));
    const old = target.place.pathOf(fileOf(from).name);
    await target.forgetAnswers();
    if ((await rename(old, target.path).catch(absentIsNull)) === null) notFound();
    // A waiting file that is taken back has its day from now on: the sweep goes by this time.
    if (isTemporaryName(fileOf(to).name))
      await lutimes(target.path, new Date(), new Date()).catch(absentIsNull);
    await syncFolder(target.place.path);
  }

  /** Checks the first half of a renaming, for protocols that name the two halves one after the other. */
  async checkRenamable(from: VirtualPath): Promise<void> {
    this.#demandWritable(from);
    await this.stat(fileOf(from));
  }

  /** Where a new file may be published; it may replace a waiting file. */
  async uploadTarget(path: VirtualPath): Promise<UploadTarget> {
    this.#demandWritable(path);
    const { folder, name } = fileOf(path);
    await using opened = new AsyncDisposableStack();
    const place = opened.use(await this.#openForUploads(folder));
    const present = await lstat(place.pathOf(name)).catch(absentIsNull);
    if (present !== null && !present.isFile()) throw new FolderFault('denied', reason('folder.nameTaken'));
    const closing = opened.move();
    return {
      place,
      path: place.pathOf(name),
      forgetAnswers: async () => {
        if (folder === VALIDATE && !isTemporaryName(name)) await forgetAnswers(place, name);
      },
      [Symbol.asyncDispose]: () => closing.disposeAsync(),
    };
  }

  /** For what says something of the folder to those alone who may fill it. */
  demandUpload(): void {
    if (!this.account.rights.has('decide')) this.#demand('upload');
  }

  /** Who decides on held files need not be somebody who uploads any, nor the other way round. */
  #demandWritable(path: VirtualPath): void {
    const file = fileOf(path);
    const decided = file.folder === '' ? (decisionIn(file.name)?.file ?? undoneFileIn(file.name)) : null;
    this.#demand(decided === null ? 'upload' : 'decide');
    if (isOwn(file)) throw new FolderFault('denied', reason('folder.notWritable'));
    if (!takesUploads(file.folder)) throw new FolderFault('denied', reason('folder.uploadFolderOnly'));
    if (file.folder === VALIDATE && isAnswerName(file.name))
      throw new FolderFault('denied', reason('folder.answerName'));
    this.#demandSource(decided ?? file.name);
  }

  /** A login for some sources must not speak for another; what is no name of a change file speaks for none. */
  #demandSource(name: string): void {
    const { sources } = this.account;
    const source = sourceIn(name);
    if (sources && source !== null && !sources.has(source))
      throw new FolderFault('denied', reason('folder.sourcesOnly', { sources: [...sources].join(', ') }));
  }

  #demand(right: Right): void {
    if (!this.account.rights.has(right))
      throw new FolderFault('denied', reason('folder.rightMissing', { right }));
  }

  /** An account made for the journal (rules 17): files, traces and reports can hold passwords. */
  get #seesJournalOnly(): boolean {
    const { rights } = this.account;
    return rights.has('journal') && rights.size === 1;
  }

  #permissionsIn(folder: FolderName): Permissions {
    const { rights } = this.account;
    return {
      read: rights.has(folder === JOURNAL ? 'journal' : 'download'),
      remove: rights.has('delete') && folder !== JOURNAL,
      write: rights.has('upload') && takesUploads(folder),
    };
  }

  /** Where the upload folder lies is the operator's choice: no link is swapped in there. */
  async #openForUploads(folder: FolderName): Promise<UploadPlace> {
    const { folder: root } = this.account;
    if (folder !== '') return AnchoredFolder.open(join(root, folder)).catch(throwAbsent);
    return { path: root, pathOf: (name) => join(root, name), [Symbol.asyncDispose]: async () => {} };
  }

  /**
   * @returns null for a folder that the daemon has not made yet: clients see it as empty
   * @throws FolderFault notFound without the right to see it, or where something else bears its name
   */
  async #open(folder: FolderName, name: string | null = null): Promise<Place | null> {
    if (folder === JOURNAL && !this.account.rights.has('journal')) return notFound();
    const isRoot = folder === '' && name === null;
    if (this.#seesJournalOnly && folder !== JOURNAL && !isRoot) return notFound();
    if (folder === '') return openRoot(this.account.folder);
    return AnchoredFolder.open(join(this.account.folder, folder)).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      absentIsNull(error);
      return notFound();
    });
  }

  #folderEntry(folder: FolderName, stats: Stats | null): FolderEntry {
    return {
      name: folder,
      kind: 'folder',
      sizeBytes: 0,
      modified: stats?.mtime ?? new Date(0),
      permissions: this.#permissionsIn(folder),
    };
  }

  async #subfolders(): Promise<FolderEntry[]> {
    const entries = await Promise.all(
      SUBFOLDERS.map((folder) => this.stat({ folder, name: null }).catch(faultIsNull)),
    );
    return entries.filter((entry) => entry !== null);
  }

  /** @returns null unless it is a regular file */
  async #fileEntry(place: Place, folder: FolderName, name: string): Promise<FolderEntry | null> {
    if (!takesUploads(folder) && isHidden(name)) return null;
    const stats = await lstat(place.pathOf(name)).catch(absentIsNull);
    if (!stats?.isFile()) return null;
    const given = this.#permissionsIn(folder);
    const permissions = isOwn({ folder, name }) ? { ...given, remove: false, write: false } : given;
    return { name, kind: 'file', sizeBytes: stats.size, modified: stats.mtime, permissions };
  }
}

/** So often a file is opened that is replaced while it is looked at. */
const OPEN_ATTEMPTS = 5;

/** A folder into which files are put. */
type UploadPlace = Pick<AnchoredFolder, 'path' | 'pathOf'> & AsyncDisposable;

/** Where a file gets its name. It holds the folder open. */
export interface UploadTarget extends AsyncDisposable {
  place: Pick<AnchoredFolder, 'path' | 'pathOf'>;
  /** Of the file. */
  path: string;
  /** Called before the file gets its name: what an earlier one of the name has come to is no answer to it. */
  forgetAnswers: () => Promise<void>;
}

/** Whoever waits for an answer waits for this one. */
async function forgetAnswers(place: Pick<AnchoredFolder, 'pathOf'>, file: string): Promise<void> {
  for (const name of Object.values(answerNames(file))) await unlink(place.pathOf(name)).catch(absentIsNull);
}

/** A folder in which names are looked up. */
type Place = Pick<AnchoredFolder, 'path' | 'pathOf' | 'stat' | 'isStillNamed'> & AsyncDisposable;

/** The operator may have put a link in the place of the customer's folder. */
async function openRoot(path: string): Promise<Place | null> {
  const stats = await stat(path).catch(absentIsNull);
  if (stats === null) return null;
  if (!stats.isDirectory()) return notFound();
  return {
    path,
    pathOf: (name) => join(path, name),
    stat: async () => stats,
    isStillNamed: async (name, file) => isStillNamed(file, join(await realpath(path), name)),
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * Whether the name is the only one of the file that was opened by it; a hard link leads outside. Links and names are not
 * counted and looked up at one moment: a link that is being taken away, and put back at once, can look like an only
 * name. It cannot be so both times and still be the name by which the file was opened.
 */
async function isOnlyName(place: Place, name: string, handle: FileHandle): Promise<boolean> {
  for (let look = 0; look < 2; look += 1) {
    const opened = await handle.stat();
    const named = await lstat(place.pathOf(name)).catch(absentIsNull);
    if (!named?.isFile() || named.nlink !== 1 || opened.nlink !== 1) return false;
    if (named.ino !== opened.ino || named.dev !== opened.dev) return false;
    if (!(await place.isStillNamed(name, handle))) return false;
  }
  return true;
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
  if (path.name === null) throw new FolderFault('notAFile', reason('folder.isFolder'));
  return { folder: path.folder, name: path.name };
}

function notFound(): never {
  throw new FolderFault('notFound', reason('folder.notFound'));
}

/** Gone, not a folder on the way, or a link where O_NOFOLLOW forbids one: to the client it is not there. */
function absentIsNull(error: unknown): null {
  if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return null;
  throw error;
}

/** The folder that is missing is made with the next sign-in or look. */
function throwAbsent(error: unknown): never {
  absentIsNull(error);
  return notFound();
}

function faultIsNull(error: unknown): null {
  if (error instanceof FolderFault) return null;
  throw error;
}

/** The status files are read by every client and written by none. */
function isOwn({ folder, name }: { folder: FolderName; name: string }): boolean {
  return folder === '' && isOwnName(name);
}

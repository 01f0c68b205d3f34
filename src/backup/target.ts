/**
 * Where a backup goes. The daemon reads, for it may read everything, and the command writes, for the folder is its own:
 * the daemon may write nowhere else (ProtectSystem of the unit), and should not own what an administrator keeps. Between
 * the two the backup goes in pieces over the control socket.
 */
import { chmod, open, readdir, utimes, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { SPOOL_ID } from '../change-file/change-file.ts';
import { makeFolders, syncFolder, writeDurably } from '../durable.ts';
import { OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';

/** What a file keeps of the one it is a copy of. */
export interface FileFacts {
  mode: number;
  /** Milliseconds since 1970. */
  accessedMs: number;
  modifiedMs: number;
}

/** Places are relative, with `/` between their parts. */
export interface BackupTarget {
  folder(place: string): Promise<void>;
  /** @param facts null: it is no copy */
  file(place: string, content: AsyncIterable<Buffer>, facts: FileFacts | null): Promise<void>;
  /** The last: a backup without it is not whole. */
  manifest(text: string): Promise<void>;
}

export type BackupPiece =
  | { folder: string }
  | { file: string; facts: FileFacts | null }
  | { bytes: string }
  | { fileEnds: true }
  | { manifest: string };

/** What the other side says when all of it is on its disk. */
const WRITTEN = 'written';

/** Said once the promise resolves: what goes with the question while the answer comes. */
export async function* sayWritten(written: Promise<void>): AsyncGenerator<Buffer> {
  await written;
  yield Buffer.from(WRITTEN);
}

/** @returns false where the other side ends without a word */
export async function hearWritten(content: AsyncIterable<Buffer>): Promise<boolean> {
  let heard = '';
  for await (const chunk of content) heard = (heard + chunk.toString()).slice(0, WRITTEN.length + 1);
  return heard === WRITTEN;
}

/** Sends it to whoever asked for it. */
export function sendingTarget(send: (piece: BackupPiece) => Promise<void>): BackupTarget {
  return {
    folder: (place) => send({ folder: place }),
    file: async (place, content, facts) => {
      await send({ file: place, facts });
      for await (const chunk of content) await send({ bytes: chunk.toString('base64') });
      await send({ fileEnds: true });
    },
    manifest: (text) => send({ manifest: text }),
  };
}

export const MANIFEST = 'manifest.json';
const FOLDER_MODE = 0o700;
/** As in the spool, where it is put back. */
const SPOOL_FOLDER_MODE = 0o750;
const FILE_MODE = 0o600;

/** A backup in a new or empty folder of this machine, which nobody else may enter. */
export class BackupFolder implements BackupTarget, AsyncDisposable {
  readonly #folder: string;
  readonly #folders = new Set<string>();
  #files = 0;
  #open: { place: string; handle: FileHandle; facts: FileFacts | null } | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws {OperatorFault} where the folder is not empty */
  static async at(folder: string): Promise<BackupFolder> {
    await expectEmptyFolder(folder, operator.backup.intoEmpty);
    await makeFolders(folder, FOLDER_MODE);
    return new BackupFolder(folder);
  }

  async folder(place: string): Promise<void> {
    await makeFolders(this.#at(place), place.includes('/') ? SPOOL_FOLDER_MODE : FOLDER_MODE);
    this.#folders.add(place);
  }

  async file(place: string, content: AsyncIterable<Buffer>, facts: FileFacts | null): Promise<void> {
    await this.#begin(place, facts);
    for await (const chunk of content) await this.#write(chunk);
    await this.#end();
  }

  async manifest(text: string): Promise<void> {
    for (const place of this.#folders) await syncFolder(this.#at(place));
    await writeDurably(this.#at(MANIFEST), (handle) => handle.writeFile(text), FILE_MODE);
  }

  /** Told to a person: what is saved with this piece; null: it goes on with the one before. */
  begins(piece: BackupPiece): string | null {
    if (!('file' in piece)) return null;
    const table = /^tables\/(\w+)\.copy\.gz$/.exec(piece.file)?.[1];
    if (table !== undefined) return operator.backup.table(table);
    this.#files += 1;
    return operator.backup.files(this.#files);
  }

  /** What `sendingTarget` sends, in its order. */
  async take(piece: BackupPiece): Promise<void> {
    if ('folder' in piece) await this.folder(piece.folder);
    else if ('file' in piece) await this.#begin(piece.file, piece.facts);
    else if ('bytes' in piece) await this.#write(Buffer.from(piece.bytes, 'base64'));
    else if ('fileEnds' in piece) await this.#end();
    else await this.manifest(piece.manifest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.handle.close();
    this.#open = null;
  }

  /** Never outside of the folder, whatever the other side says. */
  #at(place: string): string {
    const whole = path.resolve(this.#folder, place);
    if (!whole.startsWith(this.#folder + path.sep)) throw new Error(`${place} leads out of the backup`);
    return whole;
  }

  async #begin(place: string, facts: FileFacts | null): Promise<void> {
    this.#open = { place, handle: await open(this.#at(place), 'w', FILE_MODE), facts };
  }

  async #write(chunk: Buffer): Promise<void> {
    await this.#open?.handle.writeFile(chunk);
  }

  async #end(): Promise<void> {
    const { place, handle, facts } = this.#open ?? {};
    if (place === undefined || !handle) return;
    await handle.sync();
    await handle.close();
    this.#open = null;
    if (!facts) return;
    const file = this.#at(place);
    await chmod(file, facts.mode);
    await utimes(file, facts.accessedMs / 1000, facts.modifiedMs / 1000);
  }
}

export async function expectEmptyFolder(folder: string, remedy: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.some((name) => name !== 'README.md' && name !== SPOOL_ID))
    throw new OperatorFault(operator.backup.folderNotEmpty(folder, remedy));
}

import { link, open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';
import { TAKEN, type ChangeFile } from '../change-file/change-file.ts';
import { isThere, NO_SECOND_NAME, syncFolder } from '../durable.ts';
import { codeOf, messageOf } from '../fault.ts';

/** Where a file in hand lies: hidden, out of the customer's reach, under the number of its ledger row. */
export function takenPath(folder: string, file: Pick<ChangeFile, 'id'>): string {
  return path.join(folder, TAKEN, String(file.id));
}

/** An open change file, wherever it lies. */
export interface OpenChangeFile {
  handle: FileHandle;
  bytes: number;
  /** When it was changed last, in milliseconds since 1970, with their fractions. */
  modifiedMs: number;
  /** Device and inode. */
  inode: string;
}

/**
 * Opens a waiting file, or one that was taken before a crash. Never through a symbolic link.
 *
 * @returns null where the customer has deleted it
 */
export async function openChangeFile(folder: string, file: ChangeFile): Promise<OpenChangeFile | null> {
  return (await openTaken(folder, file)) ?? openAt(path.join(folder, file.name));
}

/** @returns null where it is not in hand */
export async function openTaken(folder: string, file: ChangeFile): Promise<OpenChangeFile | null> {
  return openAt(takenPath(folder, file));
}

async function openAt(place: string): Promise<OpenChangeFile | null> {
  try {
    const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW);
    const { size, mtimeMs, dev, ino } = await handle.stat();
    return { handle, bytes: size, modifiedMs: mtimeMs, inode: `${dev}:${ino}` };
  } catch (error) {
    if (isDenied(error))
      throw new Error(`The change file cannot be read: ${messageOf(error)}`, { cause: error });
    if (codeOf(error) !== 'ENOENT') throw error;
    return null;
  }
}

/** A right that a folder lacks comes back, and the file waits for it; a file that may not be read is a fault of its own. */
function isDenied(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(codeOf(error) ?? '');
}

/** A file in hand. */
export interface Taken {
  inode: string | null;
  /** Its name lasts, whatever happens to the machine: nothing of it is committed before. */
  durable: Promise<void>;
}

/**
 * Moves a file out of the customer's reach, so that what is applied is what was read.
 *
 * @returns null where it was replaced or deleted since it was opened; the caller reads again
 */
export async function takeChangeFile(
  folder: string,
  file: ChangeFile,
  opened: OpenChangeFile,
): Promise<Taken | null> {
  const taken = await takeInHand(folder, file);
  if (taken?.inode === opened.inode) return taken;
  await taken?.durable;
  return null;
}

/** Moves a file that cannot be read out of the customer's reach, whatever it is; one that is not there is fine. */
export async function takeAsItIs(folder: string, file: ChangeFile): Promise<void> {
  if (!file.progress) await (await takeInHand(folder, file))?.durable;
}

/**
 * What is read and not carried out stays where its customer sees it; one that an attempt of before has taken in hand goes
 * back there, unless another file has its name by now.
 *
 * @returns `gone` where it was replaced or deleted since it was opened
 */
export async function leaveInFolder(
  folder: string,
  file: ChangeFile,
  opened: OpenChangeFile,
): Promise<'there' | 'in-hand' | 'gone'> {
  const [taken, place] = [takenPath(folder, file), path.join(folder, file.name)];
  if ((await inodeAt(taken)) !== opened.inode)
    return (await inodeAt(place)) === opened.inode ? 'there' : 'gone';
  if (!(await moveBack(taken, place))) return 'in-hand';
  await syncFolder(folder);
  await syncFolder(path.dirname(taken));
  durablyTaken.delete(`${taken} ${opened.inode}`);
  return 'there';
}

/** @returns false where another file has the name by now: then it stays in hand */
async function moveBack(taken: string, place: string): Promise<boolean> {
  try {
    await link(taken, place);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code !== 'EEXIST' && !NO_SECOND_NAME.includes(code)) throw error;
    if (await isThere(place)) {
      // Both names may be its own: an attempt of before died between the two steps.
      if ((await inodeAt(place)) !== (await inodeAt(taken))) return false;
    } else {
      await rename(taken, place);
      return true;
    }
  }
  await unlink(taken);
  return true;
}

/**
 * Files in hand of which this process knows that the sync of their names succeeded. Any other one that is found in hand
 * was left by an attempt that died or whose sync failed, and a sync that fails is not mended by the next that succeeds.
 */
const durablyTaken = new Set<string>();
/** Each is forgotten when its first entries are committed, so that only failed turns leave any. */
const DURABLY_TAKEN_MAX = 10_000;

/** @returns null where there is no such file */
async function takeInHand(folder: string, file: ChangeFile): Promise<Taken | null> {
  const taken = takenPath(folder, file);
  const inode = await inodeAt(taken);
  // What is begun was committed after its sync.
  if (inode !== null && (file.progress || durablyTaken.has(`${taken} ${inode}`)))
    return { inode, durable: Promise.resolve() };
  try {
    await rename(inode === null ? path.join(folder, file.name) : await putBack(folder, file), taken);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  const moved = await inodeAt(taken);
  const durable = syncTaken(folder, taken, moved);
  // Whoever awaits it hears of it.
  durable.catch(() => {});
  return { inode: moved, durable };
}

async function syncTaken(folder: string, taken: string, inode: string | null): Promise<void> {
  await Promise.all([syncFolder(path.dirname(taken)), syncFolder(folder)]);
  if (durablyTaken.size >= DURABLY_TAKEN_MAX) durablyTaken.clear();
  durablyTaken.add(`${taken} ${inode}`);
}

/** The file waits again as before it was taken, so that it can be taken anew, both its names. @returns its path */
async function putBack(folder: string, file: ChangeFile): Promise<string> {
  const taken = takenPath(folder, file);
  for (let number = 0; ; number += 1) {
    // Another upload may have its name by now; for the moment any visible one will do.
    const back = path.join(folder, number === 0 ? file.name : `recovered_${file.id}_${number}`);
    try {
      await link(taken, back);
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (code === 'EEXIST') continue;
      if (!NO_SECOND_NAME.includes(code)) throw error;
      if (await isThere(back)) continue;
      await rename(taken, back);
      return back;
    }
    await unlink(taken);
    return back;
  }
}

async function inodeAt(file: string): Promise<string | null> {
  try {
    const { ino, dev } = await stat(file);
    return `${dev}:${ino}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

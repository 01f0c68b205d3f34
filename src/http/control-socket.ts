/**
 * Where the control socket lies: always in the data folder, which nobody else may write. Both sides look at who owns
 * what before they use it: a false daemon would answer "is held now".
 */
import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, OperatorFault } from '../fault.ts';
import { makeFolders } from '../durable.ts';
import { quoted } from '../shown-text.ts';
import { operator } from '../messages/en/operator.ts';

/** A unix socket's path has 107 bytes at most. */
const PATH_BYTES_MAX = 100;
const FOLDER_MODE = 0o700;
const NAME = 'socket';

export function controlFolder(data: string): string {
  return path.join(data, 'control');
}

/** The control folder, open: its path stays short and means the same folder, whatever becomes of its name. */
export interface ControlFolder extends AsyncDisposable {
  /** To listen on, to connect to, to remove. */
  socket: string;
}

/** Makes the folder, for the daemon. @throws {OperatorFault} where somebody else could put a socket there */
export async function makeControlFolder(data: string): Promise<ControlFolder> {
  await makeFolders(controlFolder(data), FOLDER_MODE);
  return openControlFolder(data);
}

/** @throws {OperatorFault} where it is not private to the daemon's user; ENOENT where there is none */
export async function openControlFolder(data: string): Promise<ControlFolder> {
  const folder = controlFolder(data);
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const { uid, mode } = await handle.stat();
    const owners = [process.geteuid?.() ?? 0, 0, (await lstat(data)).uid];
    const fault = folderFault({ uid, mode }, owners);
    if (fault !== null) throw new OperatorFault(operator.daemon.controlFolder(quoted(folder), fault));
    await expectOwnSocket(path.join(folder, NAME), uid);
    return { socket: socketIn(folder, handle), [Symbol.asyncDispose]: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** @param owners who may own it: this user, root, the owner of the data folder */
export function folderFault(folder: { uid: number; mode: number }, owners: readonly number[]): string | null {
  if (!owners.includes(folder.uid)) return operator.daemon.wrongOwner(folder.uid);
  if ((folder.mode & 0o077) !== 0) return operator.daemon.openToOthers((folder.mode & 0o777).toString(8));
  return null;
}

/** Who owns the socket is who listens on it: nobody else could make it there. */
async function expectOwnSocket(socket: string, owner: number): Promise<void> {
  const found = await lstat(socket).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (found === null || (found.isSocket() && found.uid === owner)) return;
  throw new OperatorFault(
    found.isSocket()
      ? operator.daemon.foreignSocket(quoted(socket), found.uid)
      : operator.daemon.noSocket(quoted(socket)),
  );
}

/** Linux takes an open folder's path for the folder: short enough for a socket, however deep the data folder lies. */
function socketIn(folder: string, handle: FileHandle): string {
  const usual = path.join(folder, NAME);
  if (Buffer.byteLength(usual) <= PATH_BYTES_MAX) return usual;
  if (process.platform === 'linux') return path.join('/proc/self/fd', String(handle.fd), NAME);
  throw new OperatorFault(operator.daemon.pathTooLong(quoted(path.dirname(folder))), 2);
}

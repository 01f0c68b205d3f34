import { access, constants, statfs } from 'node:fs/promises';
import os from 'node:os';

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm';
/** The server's log, its template and the databases of some ten test files. */
const ROOM_BYTES = 1024 ** 3;

/**
 * A folder for files that need not outlive anything: in memory where there is one with room, else the usual one. A cloned
 * database is some 500 files, which a disk makes and removes more slowly than the tests use them.
 */
export async function inMemory(): Promise<string> {
  try {
    await access(MEMORY, constants.W_OK);
    const { bavail, bsize } = await statfs(MEMORY);
    return bavail * bsize >= ROOM_BYTES ? MEMORY : os.tmpdir();
  } catch {
    return os.tmpdir();
  }
}

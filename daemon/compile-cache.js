/**
 * What Node has made of the program's files, kept from one run to the next: a command starts in half the time. Plain
 * JavaScript, because it runs before anything else is loaded. Where Node has no such folder, or may not write there, it
 * compiles every time.
 */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { userInfo } from 'node:os';
import { join } from 'node:path';

export function keepCompiled() {
  if (process.env.NODE_COMPILE_CACHE) return;
  try {
    const folder = ownFolder(userInfo());
    if (folder !== null) enableCompileCache(folder);
  } catch {
    // Nothing depends on it.
  }
}

/**
 * Whoever may write there decides what the program does. So it lies in the home that the system knows of this user, and
 * not where `HOME` says, which `sudo` may have left as it was.
 *
 * @param {{ homedir: string, uid: number }} user
 * @returns {string | null} null where this user's home is somebody else's
 */
export function ownFolder({ homedir, uid }) {
  if (!isOwn(homedir, uid)) return null;
  const folder = join(homedir, '.cache', 'spoolgate');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOwn(folder, uid)) return null;
  chmodSync(folder, 0o700);
  return folder;
}

/**
 * @param {string} folder
 * @param {number} uid
 */
function isOwn(folder, uid) {
  const found = statSync(folder);
  return found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
}

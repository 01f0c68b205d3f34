/**
 * Which Node runs the program. Plain JavaScript of the oldest kind that machines still have: it must run where the rest
 * cannot be read.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Type stripping without a flag, `await using`, argon2. */
const MAJOR = 24;
const MINOR = 7;

/** @param {string} version e.g. `20.19.1` */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > MAJOR || (major === MAJOR && minor >= MINOR);
}

/** @param {string} version */
export function tooOldText(version) {
  return `spoolgate: Node ${MAJOR}.${MINOR} or newer is needed, this is ${version}, use npm run or node_modules/.bin/node.`;
}

/** The Node that `npm ci` brings along. @returns {string | null} null after `npm ci --omit=dev` */
export function pinnedNode() {
  const file = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  return existsSync(file) ? file : null;
}

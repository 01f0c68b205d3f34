import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Swaps links into a customer's folder and out again as fast as it can, as a process of its own:
 *
 *     node swapper.ts <customer folder> <folder outside> <swaps>
 *
 * `swap.csv` is in turn a regular file, a symbolic link and a hard link to a file outside; `_report` and `.staging` are
 * in turn a folder and a symbolic link to the folder outside.
 */
const [folder = '', outside = '', swaps = '0'] = process.argv.slice(2);
const at = (name: string) => join(folder, name);

/** By rename, so that there is never a moment without the name. */
function put(name: string, make: (path: string) => void): void {
  const fresh = at(`.swap-${name}`);
  rmSync(fresh, { force: true, recursive: true });
  make(fresh);
  try {
    renameSync(fresh, at(name));
  } catch {
    // The daemon has put something there that cannot be replaced just now.
  }
}

function swapFolder(name: string): void {
  try {
    renameSync(at(name), at(`.kept-${name}`));
    symlinkSync(outside, at(name));
    rmSync(at(name));
    renameSync(at(`.kept-${name}`), at(name));
  } catch {
    // A door has made the folder again meanwhile.
    rmSync(at(`.kept-${name}`), { force: true, recursive: true });
    mkdirSync(at(name), { recursive: true });
  }
}

for (let count = 0; count < Number(swaps); count += 5) {
  put('swap.csv', (path) => writeFileSync(path, 'inside'));
  put('swap.csv', (path) => symlinkSync(join(outside, 'secret.txt'), path));
  put('swap.csv', (path) => linkSync(join(outside, 'secret.txt'), path));
  swapFolder('_report');
  swapFolder('.staging');
}

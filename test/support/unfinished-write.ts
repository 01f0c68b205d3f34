import { copyFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { writeWhole } from '../../src/durable.ts';

/** Leaves what a process leaves that dies while it writes this file: the file under a temporary name. @returns its path */
export async function leaveUnfinished(file: string, text = 'half'): Promise<string> {
  const folder = path.dirname(file);
  const before = new Set(await readdir(folder));
  let left = '';
  await writeWhole(file, async (handle) => {
    await handle.writeFile(text);
    const begun = (await readdir(folder)).find((name) => !before.has(name)) ?? '';
    // What is thrown removes the name that is being written, and knows nothing of this one.
    left = path.join(folder, begun.replace(/[0-9a-f]{16}\.new$/, `${randomBytes(8).toString('hex')}.new`));
    await copyFile(path.join(folder, begun), left);
    throw new Error('died');
  }).catch((error: unknown) => {
    if (!(error instanceof Error) || error.message !== 'died') throw error;
  });
  return left;
}

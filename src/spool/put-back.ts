import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { companionNames } from '../change-file/companions.ts';
import { moveDurably, syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import type { Difference } from '../ledger/difference-rows.ts';

/**
 * Moves a filed file back into the upload folder, and removes its trace and what else tells of results that are lost. May be
 * called again after a crash at any point.
 *
 * @param folder absolute path of the customer's folder
 * @returns false where a file of that name waits
 */
export async function putBack(
  folder: string,
  { folder: part, name }: Difference,
  as: string,
): Promise<boolean> {
  if (!(await moveDurably(path.join(folder, part, name), path.join(folder, as)))) return false;
  for (const companion of companionNames(name))
    await unlink(path.join(folder, part, companion)).catch(absentIsFine);
  await syncFolder(path.join(folder, part));
  return true;
}

function absentIsFine(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

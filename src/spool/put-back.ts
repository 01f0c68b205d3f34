import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { traceName } from '../change-file/trace-name.ts';
import { moveDurably, syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import type { Difference } from '../ledger/difference-rows.ts';

/**
 * Moves a filed file back into the upload folder, and removes its trace, which tells of results that are lost. May be
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
  await unlink(path.join(folder, part, traceName(name))).catch(absentIsFine);
  await syncFolder(path.join(folder, part));
  return true;
}

function absentIsFine(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

import { rm } from 'node:fs/promises';
import path from 'node:path';
import { ERROR, PROCESSED, type ChangeFile } from '../change-file/change-file.ts';
import { companionNames } from '../change-file/companions.ts';
import type { Queryable } from '../database/open.ts';
import { moveDurably } from '../durable.ts';
import { contentOf } from '../ledger/departing.ts';
import { movedName } from './filed-name.ts';
import { takenPath } from './take.ts';

/**
 * A large file of which the database has forgotten the last slices lies in its folder already. It comes back in hand, to
 * go on where the ledger stands; its trace and what is beside it know better, and go.
 *
 * @param folder absolute path of the customer's folder
 * @returns false where it is in neither folder
 */
export async function takeBack(db: Queryable, file: ChangeFile, folder: string): Promise<boolean> {
  const taken = takenPath(folder, file);
  const { modifiedAt, digest } = await contentOf(db, file);
  for (const part of [PROCESSED, ERROR]) {
    const target = path.join(folder, part);
    const name = await movedName(db, { file, modifiedAt, digest }, target, taken);
    if (name === null) continue;
    for (const companion of companionNames(name)) await rm(path.join(target, companion), { force: true });
    return moveDurably(path.join(target, name), taken);
  }
  return false;
}

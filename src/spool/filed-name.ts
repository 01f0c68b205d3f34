/** Under which name a file goes into its folder, and how it is found there again. A folder may hold very many of one name. */
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ChangeFile } from '../change-file/change-file.ts';
import { companionNames, traceName } from '../change-file/companions.ts';
import type { Queryable } from '../database/open.ts';
import { unownedNames } from '../ledger/departing.ts';
import { digestOf } from './digest.ts';
import { isThere } from '../durable.ts';
import { codeOf } from '../fault.ts';

/** What file systems allow. */
const NAME_BYTES_MAX = 255;

/**
 * A name that is taken gets a number before its extension; both files are kept (rules 14). As a rule all numbers up to
 * the last are taken, and the next one is found in a few steps; where there are gaps, it is some free one.
 */
export async function freeName(file: string, target: string): Promise<string> {
  const isTaken = async (number: number) => {
    const name = numberedName(file, number);
    return (await isThere(path.join(target, name))) || (await isThere(path.join(target, traceName(name))));
  };
  if (!(await isTaken(0))) return numberedName(file, 0);
  let [taken, free] = [0, 1];
  while (await isTaken(free)) [taken, free] = [free, 2 * free];
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (await isTaken(middle)) taken = middle;
    else free = middle;
  }
  return numberedName(file, free);
}

/** A name so long that what lies beside it could not be written is cut before its extension. */
function numberedName(file: string, number: number): string {
  const { name, ext } = path.parse(file);
  const stem = [...name];
  const end = number === 0 ? ext : `_${number}${ext}`;
  const fits = () =>
    companionNames(`${stem.join('')}${end}`).every((one) => Buffer.byteLength(one) <= NAME_BYTES_MAX);
  while (stem.length > 1 && !fits()) stem.pop();
  return `${stem.join('')}${end}`;
}

/** Whether a file may have been given this name when it was filed: its own, with or without a number. */
export function mayBeFiledAs(file: string, name: string): boolean {
  const number = Number(/_([1-9]\d{0,14})(?:\.[^.]*)?$/u.exec(name)?.[1] ?? 0);
  return [number, 0].some((one) => numberedName(file, one) === name);
}

/** What is known of a file whose name in its folder is not. */
export interface Sought {
  file: Pick<ChangeFile, 'customer' | 'name' | 'bytes'>;
  modifiedAt: Date;
  /** SHA-256; null: nobody knows. */
  digest: string | null;
}

/**
 * Looks for a file that was moved into its folder by a daemon whose database then lost the name, with its last
 * transactions: it is the one that no row has and that is as the file was, in size, time and content. Where it is still in
 * hand under a second name, that tells.
 *
 * @param taken where it lies while it is in hand
 * @returns null: it is not there
 */
export async function movedName(
  db: Queryable,
  { file, modifiedAt, digest }: Sought,
  target: string,
  taken: string,
): Promise<string | null> {
  const inHand = await lstat(taken).catch(absentIsNull);
  if (inHand && inHand.nlink < 2) return null;
  const isLike = (stats: Stats) =>
    inHand
      ? stats.ino === inHand.ino && stats.dev === inHand.dev
      : stats.isFile() && stats.size === file.bytes && stats.mtime.getTime() === modifiedAt.getTime();
  const like: string[] = [];
  for (const name of await namesOf(file.name, target)) {
    const stats = await lstat(path.join(target, name)).catch(absentIsNull);
    if (stats && isLike(stats)) like.push(name);
  }
  for (const name of await unownedNames(db, file.customer, path.basename(target), like))
    if (inHand || digest === null || (await digestOf(createReadStream(path.join(target, name)))) === digest)
      return name;
  return null;
}

/** The names in a folder that the file may have been given, the one without a number first. */
async function namesOf(file: string, target: string): Promise<string[]> {
  const numbers = (await readdir(target).catch(absentIsEmpty)).flatMap((name) => {
    const number = Number(/_([1-9]\d{0,14})$/.exec(path.parse(name).name)?.[1] ?? 0);
    return [0, number].filter((one) => numberedName(file, one) === name);
  });
  return [...new Set(numbers)].sort((a, b) => a - b).map((number) => numberedName(file, number));
}

function absentIsEmpty(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}

function absentIsNull(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}

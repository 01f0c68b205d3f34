/** From closed days to archives in the customers' folders, and out of them again. */
import { readdir, rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import { customers } from '../accounts/customers/customer.ts';
import { JOURNAL } from '../change-file/change-file.ts';
import type { Clock } from '../clock.ts';
import { isDatabaseAway } from '../database/away.ts';
import type { Database, Transaction } from '../database/open.ts';
import { ensureFolder, isStagingName, isThere, syncFolder } from '../durable.ts';
import type { Journal } from '../events/events.ts';
import { journalledCustomers } from '../events/read-journalled.ts';
import { failpoint } from '../failpoints.ts';
import { codeOf } from '../fault.ts';
import { archiveName, ArchiveFile } from './archive-file.ts';
import {
  forgetArchive,
  publishedArchives,
  publishedBefore,
  publishedTokens,
  savePublished,
} from './archive-rows.ts';
import { closingOf, markPublished, unpublished, type Closing } from './closing.ts';
import { journalLines } from './journal-lines.ts';
import type { Token } from './told.ts';

export interface JournalParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  /** Absolute path of the spool. */
  spool: string;
  /** Is the spool there at all? Throws where it is not. */
  mount?: { expectThere(): Promise<void> };
}

const DAY_MS = 86_400_000;
/** Any number that no other program uses on the same database; the customer is the second part of the key. */
const ARCHIVE_LOCK = 7_766_106;

/** Writes what is missing of the archives of the days that are closed. One customer's fault stops nobody else's. */
export async function publishClosed(parts: JournalParts): Promise<{ archives: number }> {
  const { database, clock } = parts;
  const folders = await foldersOf(parts);
  let archives = 0;
  for (const closing of await unpublished(database)) {
    const concerned = await journalledCustomers(database, closing.events);
    const counts: (number | null)[] = [];
    for (const customer of concerned) {
      const folder = folders.get(customer);
      if (folder !== undefined) counts.push(await orFailed(parts, customer, folder, closing));
    }
    archives += counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    if (!counts.includes(null)) await markPublished(database, closing, clock.now());
  }
  return { archives };
}

/** @returns null where it failed, or another daemon has it in hand */
async function orFailed(
  parts: JournalParts,
  customer: number,
  folder: string,
  closing: Closing,
): Promise<number | null> {
  try {
    return await publishFor(parts, customer, folder, closing);
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    parts.journal.folderFailed(customer, error);
    return null;
  }
}

/** Each archive is there as a whole, and then all of a day are noted together. */
async function publishFor(
  { database, clock }: JournalParts,
  customer: number,
  folder: string,
  closing: Closing,
): Promise<number | null> {
  return database.transaction(async (tx) => {
    if (!(await isLocked(tx, customer))) return null;
    if ((await publishedTokens(tx, customer, closing.day)).size > 0) return 0;
    const records = await writeArchives(tx, customer, path.join(folder, JOURNAL), closing);
    failpoint('journal-renamed');
    await savePublished(tx, customer, closing.day, records, clock.now());
    failpoint('journal-published');
    return records.size;
  });
}

async function isLocked(tx: Transaction, customer: number): Promise<boolean> {
  const { rows } = await tx.query<{ taken: boolean }>(
    'select pg_try_advisory_xact_lock($1, hashint8($2)) as taken',
    [ARCHIVE_LOCK, customer],
  );
  return rows[0]?.taken === true;
}

/**
 * One that lies there already stays as it is: somebody may have taken it.
 *
 * @returns how many records each has
 */
async function writeArchives(
  tx: Transaction,
  customer: number,
  folder: string,
  closing: Closing,
): Promise<Map<Token, number>> {
  await ensureFolder(folder);
  await removeBegun(folder);
  const files = new Map<Token, ArchiveFile | 'there'>();
  const records = new Map<Token, number>();
  try {
    for await (const lines of journalLines(tx, customer, closing))
      for (const { token, text } of lines) {
        const file = files.get(token) ?? (await beginArchive(folder, archiveName(closing.day, token)));
        files.set(token, file);
        records.set(token, (records.get(token) ?? 0) + 1);
        if (file !== 'there') await file.write(text);
      }
    for (const file of files.values()) if (file !== 'there') await file.publish();
  } catch (error) {
    for (const file of files.values()) if (file !== 'there') await file.abandon();
    throw error;
  }
  return records;
}

async function beginArchive(folder: string, name: string): Promise<ArchiveFile | 'there'> {
  const file = path.join(folder, name);
  return (await isThere(file)) ? 'there' : new ArchiveFile(file, name.replace(/\.gz$/, ''));
}

/** What a daemon has left that died. Only who holds the lock writes there. */
async function removeBegun(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (isStagingName(name)) await rm(path.join(folder, name), { force: true });
}

/** Archives that were published and are gone, with a spool that was put back for one, are made again. */
export async function mendArchives(parts: JournalParts): Promise<{ archives: number }> {
  const { database } = parts;
  const folders = await foldersOf(parts);
  const lost = new Map<string, { customer: number; day: string; folder: string }>();
  for (const { customer, day, token } of await publishedArchives(database)) {
    const folder = folders.get(customer);
    if (folder === undefined || (await isThere(path.join(folder, JOURNAL, archiveName(day, token)))))
      continue;
    lost.set(`${customer} ${day}`, { customer, day, folder });
  }
  let archives = 0;
  for (const { customer, day, folder } of lost.values()) {
    const closing = await closingOf(database, day);
    const made = closing && (await mendFor(parts, customer, folder, closing));
    archives += made ?? 0;
  }
  return { archives };
}

async function mendFor(
  { database, journal }: JournalParts,
  customer: number,
  folder: string,
  closing: Closing,
): Promise<number> {
  try {
    return await database.transaction(async (tx) => {
      if (!(await isLocked(tx, customer))) return 0;
      return (await writeArchives(tx, customer, path.join(folder, JOURNAL), closing)).size;
    });
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    journal.folderFailed(customer, error);
    return 0;
  }
}

/** @param days how long an archive stays after it was published, each of 24 hours */
export async function removeOldArchives(parts: JournalParts, days: number): Promise<{ removed: number }> {
  const { database, clock, journal } = parts;
  const folders = await foldersOf(parts);
  const then = new Date(clock.now().getTime() - days * DAY_MS);
  let removed = 0;
  for (const row of await publishedBefore(database, then))
    try {
      const folder = folders.get(row.customer);
      if (folder !== undefined)
        await removeDurably(path.join(folder, JOURNAL), archiveName(row.day, row.token));
      failpoint('journal-removed');
      await forgetArchive(database, row);
      removed += 1;
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      journal.folderFailed(row.customer, error);
    }
  return { removed };
}

async function removeDurably(folder: string, name: string): Promise<void> {
  try {
    await unlink(path.join(folder, name));
    await syncFolder(folder);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function foldersOf({ database, spool, mount }: JournalParts): Promise<Map<number, string>> {
  await mount?.expectThere();
  return new Map((await customers(database)).map(({ id, folder }) => [id, path.join(spool, folder)]));
}

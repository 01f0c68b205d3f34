/** `FILE.undo` in the upload folder: somebody who may decide wants FILE taken back. It is heard once, and goes. */
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { customerById } from '../accounts/customers/customer.ts';
import { undoneFileIn } from '../change-file/undo.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database/open.ts';
import { failpoint } from '../failpoints.ts';
import { codeOf } from '../fault.ts';
import type { FoundFile } from '../ledger/entering.ts';
import { noteUndo } from '../ledger/turn-queue.ts';
import { findUndoable, isHeard, requestUndo } from '../ledger/undos.ts';

const UNDO_DAYS = 14;

/**
 * One row of the ledger, which the customer's next turn carries out. A wish that was heard before a death only goes.
 *
 * @returns false where it cannot be: it is a file like any other, whose name then is not valid
 */
export async function hearUndo(
  { database, clock, undoDays = UNDO_DAYS }: { database: Database; clock: Clock; undoDays?: number },
  { customer, folder }: { customer: number; folder: string },
  file: FoundFile,
): Promise<boolean> {
  const name = undoneFileIn(file.name);
  if (name === null) return false;
  const place = path.join(folder, file.name);
  const reason = await firstLine(place);
  if (reason === null) return false;
  const wish = { customer, file, name, reason, days: undoDays, now: clock.now() };
  if (!(await database.transaction((tx) => hear(tx, wish)))) return false;
  failpoint('undo-asked');
  await rm(place, { force: true });
  failpoint('undo-request-removed');
  return true;
}

interface Wish {
  customer: number;
  file: FoundFile;
  /** Of the file to be taken back. */
  name: string;
  reason: string;
  days: number;
  now: Date;
}

async function hear(tx: Transaction, { customer, file, name, reason, days, now }: Wish): Promise<boolean> {
  const answer = `${file.name} ${file.bytes} ${file.modifiedAt.toISOString()}`;
  if (await isHeard(tx, customer, answer)) return true;
  const { undo } = await customerById(tx, customer);
  if (undo.byFile !== true) return false;
  const found = await findUndoable(tx, customer, name, { days, now });
  if (typeof found === 'string') return false;
  const { login: who = null, address = null } = file.sender ?? {};
  await requestUndo(tx, { customer, file: found, ranges: null, who, address, reason, answer }, now);
  await noteUndo(tx, customer, now);
  return true;
}

const REASON_BYTES_MAX = 500;

/** @returns null where it is gone by now */
async function firstLine(file: string): Promise<string | null> {
  const bytes = Buffer.alloc(REASON_BYTES_MAX);
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { bytesRead } = await handle.read(bytes, 0, REASON_BYTES_MAX, 0);
    const [line = ''] = bytes
      .toString('utf8', 0, bytesRead)
      .replace(/^\ufeff/, '')
      .split(/[\r\n]/, 1);
    return line.replaceAll('\0', '\ufffd').trim();
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

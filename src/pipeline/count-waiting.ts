import { isPassing } from '../database/away.ts';
import { messageOf } from '../fault.ts';
import { saveTotal, uncountedFiles } from '../ledger/batch.ts';
import { capsOf } from '../order/throttle.ts';
import { openChangeFile } from '../spool/take.ts';
import { readSlice } from './read-slice.ts';
import { ReadingGivenUp } from './readings.ts';
import type { Turn } from './services.ts';

/**
 * More are not counted ahead, nor any that take longer to read than a moment: whoever has such files waiting learns their
 * times as they come nearer.
 */
const COUNTED_AHEAD_MAX = 50;
/** So many files that take longer are tried; each has cost a moment. */
const SLOW_MAX = 3;

/** What waits behind a deferred file is counted, so that the customer can be told when it will run. */
export async function countWaiting(turn: Turn): Promise<void> {
  try {
    await countFiles(turn);
  } catch (error) {
    // It makes a forecast and nothing else: the file that is deferred is not at fault.
    if (isPassing(error)) throw error;
    const { journal } = turn.services;
    journal.warned('cannot count waiting files', {
      customer: turn.customer,
      reason: messageOf(error),
    });
  }
}

async function countFiles({ services, customer, owner, folder }: Turn): Promise<void> {
  const { database, caps: defaults, kinds, readings } = services;
  const { perFile } = capsOf(owner, defaults);
  let slow = 0;
  for (const file of await uncountedFiles(database, customer, COUNTED_AHEAD_MAX)) {
    const kind = kinds.ofFile({ name: file.name, type: file.parsed?.type });
    const opened = kind ? await openChangeFile(folder, file) : null;
    if (!kind || !opened) continue;
    await using _ = opened.handle;
    const limits = { entriesMax: perFile, breather: readings.brief() };
    const total = await readSlice(kind, opened, file, limits).then((slice) => slice.total, nullWhereSlow);
    if (total !== null) await saveTotal(database, file, total);
    else if ((slow += 1) === SLOW_MAX) return;
  }
}

function nullWhereSlow(error: unknown): null {
  if (error instanceof ReadingGivenUp) return null;
  throw error;
}

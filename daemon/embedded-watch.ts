import { setTimeout as delay } from 'node:timers/promises';
import { isDatabaseAway } from '../src/database/away.ts';
import { openEmbedded } from '../src/database/embedded.ts';
import type { Database } from '../src/database/open.ts';
import { messageOf } from '../src/fault.ts';
import type { Journal } from '../src/events/events.ts';

const LOOK_MS = 1_000;
/** After the death of a server its children hold its memory for a moment; a start that fails is tried again. */
const AGAIN_MS = 1_000;

/**
 * Starts the embedded server again when it has died: nobody else would. It comes up under the same address, so that the
 * pool finds it by itself.
 *
 * @returns stops watching, and waits for a start in hand
 */
export function watchEmbedded(data: string, database: Database, journal: Journal): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const watching = (async () => {
    while (!signal.aborted) {
      await delay(LOOK_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted && (await isGone(database))) await startAgain(data, journal, signal);
    }
  })();
  return async () => {
    stopping.abort();
    await watching;
  };
}

async function isGone(database: Database): Promise<boolean> {
  return database.query('select 1').then(
    () => false,
    (error: unknown) => isDatabaseAway(error),
  );
}

async function startAgain(data: string, journal: Journal, signal: AbortSignal): Promise<void> {
  try {
    const { startedHere } = await openEmbedded(data);
    if (startedHere) journal.warned('the embedded database had died and was started again');
  } catch (error) {
    journal.warned('the embedded database cannot be started', { reason: messageOf(error) });
    await delay(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

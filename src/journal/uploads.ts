/** Under which number of the ledger an upload was taken in. */
import type { Queryable } from '../database/open.ts';
import type { StoredEvent } from '../events/catalog.ts';
import { receivedFiles, type IdRange } from '../events/read-journalled.ts';

/** So many ids before and after its own, an upload and the file that came in are told of. */
const AROUND = 1_000;
/** The next look at the folder, and as much again. */
const APART_MS_MAX = 5 * 60_000;

/**
 * Of the uploads among some events, by the id of the event; one that became no change file is left out. A file that comes
 * in after the day was closed is not looked for: what was written stays the same.
 */
export async function uploadsIn(
  db: Queryable,
  customer: number,
  events: readonly StoredEvent[],
  ranges: readonly IdRange[],
): Promise<Map<string, number>> {
  const uploads = events.filter(({ type }) => type === 'upload.stored');
  const ids = uploads.map(({ id }) => Number(id));
  const end = Math.max(...ranges.map(({ to }) => to));
  if (uploads.length === 0) return new Map();
  const received = await receivedFiles(
    db,
    customer,
    [...new Set(uploads.map(({ subject }) => nameIn(subject)))],
    { from: Math.min(...ids) - AROUND, to: Math.min(Math.max(...ids) + AROUND, end) },
  );
  const byName = Map.groupBy(received, ({ name }) => name);
  return new Map(
    uploads.flatMap((upload) => {
      const apart = (at: Date) => Math.abs(at.getTime() - upload.at.getTime());
      const nearest = (byName.get(nameIn(upload.subject)) ?? [])
        .filter(({ at }) => apart(at) <= APART_MS_MAX)
        .toSorted((one, other) => apart(one.at) - apart(other.at))[0];
      return nearest ? [[upload.id, nearest.file] as const] : [];
    }),
  );
}

/** Change files lie in the upload folder itself. */
function nameIn(path: string | null): string {
  return (path ?? '').replace(/^\//, '');
}

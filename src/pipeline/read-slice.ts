/** Reads a change file, slice by slice, and counts it no further than is needed. */
import type { OpenChangeFile } from '../spool/take.ts';
import type { Breather } from '../breather.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Weight } from '../change-file/danger.ts';
import type { Refusal } from '../change-file/result-code.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Entry, OpenBytes } from '../change-file/entry.ts';
import { contentOf } from '../file-content.ts';
import { DigestedBytes } from '../spool/digest.ts';

/** A file, or the next slice of a large one, as its kind reads it. */
export interface Slice {
  kind: Kind;
  /** The header line as it stands. */
  header: Buffer;
  problem: Refusal | null;
  entries: Entry[];
  /** Of the whole file. */
  total: number;
  /** Entries that could take something from somebody, of the whole file; of a later slice, of that. */
  takers?: number;
  /** The file has more entries than `total`; they were not counted, since it is refused anyhow. */
  more: boolean;
  /** SHA-256 of all that was read; null where that is not the whole file. */
  digest: string | null;
}

/** A slice with what takes long to make, made before the transaction. */
export interface Contents extends Slice {
  prepared: unknown;
  /** What all of the file takes, where its first slice does not say it. */
  whole?: Weight | null;
}

/** A large file is worked off in slices, one a turn: other customers' files pass in between. */
const SLICE_ENTRIES = 1_000;
/** Entries may be large (a group of many members): a slice costs bounded memory all the same. */
const SLICE_BYTES_MAX = 4_194_304;
/**
 * A file that has more entries than may run is refused, whatever their number. The number is told where it is cheap to
 * know: of larger files only that they have more.
 */
const COUNTED_BEYOND_ENTRIES = 5_000;
const COUNTED_BEYOND_BYTES = 1_048_576;

export interface ReadLimits {
  /** With more entries the file is refused. */
  entriesMax: number;
  /** Infinity: all in one slice, whose size the caller bounds; also the default of kinds that are decided whole. */
  sliceEntries?: number;
  /** Whose work the reading is; default: nobody's. */
  breather?: Breather;
}

/** Reads the next slice, and at the first one counts all entries: a file of any length costs bounded memory. */
export async function readSlice(
  kind: Kind,
  opened: OpenChangeFile,
  { progress }: ChangeFile,
  { entriesMax, sliceEntries = kind.rest ? Infinity : SLICE_ENTRIES, breather }: ReadLimits,
): Promise<Slice> {
  const digested = new DigestedBytes();
  const contentFrom = bytesOf(opened);
  const open: OpenBytes = (from) => (from === 0 ? digested.passing(contentFrom(0)) : contentFrom(from));
  const { header, problem, entries: all } = await kind.read(open, progress, breather);
  const entries: Entry[] = [];
  let [counted, bytes, beyond, takers] = [0, 0, 0, 0];
  let more = false;
  for await (const entry of all) {
    bytes += entry.place.byteCount;
    const isFull =
      entries.length === sliceEntries ||
      (entries.length > 0 && bytes > SLICE_BYTES_MAX && sliceEntries !== Infinity);
    if (progress && isFull) break;
    counted += 1;
    if (kind.mayTake?.(entry)) takers += 1;
    if (!isFull && counted <= entriesMax) entries.push(entry);
    if (progress || counted <= entriesMax) continue;
    beyond += entry.place.byteCount;
    more = counted > entriesMax + COUNTED_BEYOND_ENTRIES || beyond > COUNTED_BEYOND_BYTES;
    if (more) break;
  }
  const empty = counted === 0 ? kind.empty : undefined;
  const total = progress?.total ?? counted;
  return { kind, header, problem: empty ?? problem, entries, total, takers, more, digest: digested.digest };
}

export function bytesOf({ handle, bytes: size }: OpenChangeFile): OpenBytes {
  return (firstByte) => contentOf(handle, firstByte, undefined, size);
}

/** Reads of change files as parts of a turn: what takes long goes on between turns (readings.ts). */
import type { OpenChangeFile } from '../spool/take.ts';
import type { Kind } from '../kinds/kind.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import { bytesOf, readSlice, type Slice } from './read-slice.ts';
import { StillReading, type Readings } from './readings.ts';

/**
 * A file that takes long is read between turns.
 *
 * @param held holds the open file
 * @returns 'reading' where it is not read to the end yet
 */
export async function readCharged(
  readings: Readings,
  {
    kind,
    file,
    opened,
    entriesMax,
  }: { kind: Kind; file: ChangeFile; opened: OpenChangeFile; entriesMax: number },
  held: AsyncDisposableStack,
): Promise<Slice | 'reading'> {
  const what = `${file.id} from ${file.progress?.read ?? 0}, ${entriesMax} at most, ${asItIs(opened)}`;
  return readings.take(file.customer, what, held, (breather) =>
    readSlice(kind, opened, file, { entriesMax, breather }),
  );
}

function asItIs({ inode, bytes, modifiedMs }: OpenChangeFile): string {
  return `inode ${inode}, ${bytes} bytes of ${modifiedMs}`;
}

/** @throws StillReading where there is much before it: the trace is written in a later turn */
export async function headerOf(
  readings: Readings,
  { kind, file, opened }: { kind: Kind; file: ChangeFile; opened: OpenChangeFile },
  held: AsyncDisposableStack,
): Promise<Buffer> {
  const what = `header of ${file.id}, ${asItIs(opened)}`;
  const read = await readings.take(file.customer, what, held, async (breather) =>
    kind.read(bytesOf(opened), null, breather),
  );
  if (read === 'reading') throw new StillReading();
  return read.header;
}

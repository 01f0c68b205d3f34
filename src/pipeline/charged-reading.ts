/** Reads of change files as parts of a turn: what takes long goes on between turns (readings.ts). */
import type { OpenChangeFile } from '../spool/take.ts';
import type { Kind } from '../kinds/kind.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import { bytesOf, readSlice, type Contents, type Slice } from './read-slice.ts';
import { StillReading, type Readings } from './readings.ts';
import type { Turn } from './services.ts';
import { weighWhole } from './weigh.ts';

/** A slice, and what all of its file takes where the slice does not say it. */
export type WeighedSlice = Slice & Pick<Contents, 'whole'>;

/**
 * A file that takes long is read, and where need be weighed, between turns.
 *
 * @param held holds the open file
 * @returns 'reading' where it is not read to the end yet
 */
export async function readCharged(
  { services, owner }: Turn,
  {
    kind,
    file,
    opened,
    entriesMax,
  }: { kind: Kind; file: ChangeFile; opened: OpenChangeFile; entriesMax: number },
  held: AsyncDisposableStack,
): Promise<WeighedSlice | 'reading'> {
  const { readings, database, clock } = services;
  const what = `${file.id} from ${file.progress?.read ?? 0}, ${entriesMax} at most, ${asItIs(opened)}`;
  return readings.take(file.customer, what, held, async (breather) => {
    const slice = await readSlice(kind, opened, file, { entriesMax, breather });
    const owned = { ...file, owner };
    const now = clock.now();
    const whole = await weighWhole(slice, { database, file: owned, opened, entriesMax, now, breather });
    return { ...slice, whole };
  });
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

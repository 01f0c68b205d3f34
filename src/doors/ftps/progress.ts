import type { Socket } from 'node:net';
import { bytesUntilStalledMin, type DoorLimits } from '../limits.ts';

/**
 * Tells once of a transfer that moves too little in the time after which it stands still.
 *
 * @param moved bytes so far. What came before the transfer counts for its beginning: an eager client has sent it all
 * @returns ends the watch
 */
export function demandProgress(
  limits: DoorLimits,
  moved: () => number,
  onStandstill: () => void,
): () => void {
  let before = 0;
  const timer = setInterval(() => {
    const now = moved();
    const enough = now - before >= bytesUntilStalledMin(limits);
    before = now;
    if (enough) return;
    clearInterval(timer);
    onStandstill();
  }, limits.dataStalledMsMax);
  return () => clearInterval(timer);
}

/** What the system has taken of what was written. A big write is taken bit by bit. */
export function sentBytes(raw: Socket): number {
  // Not in Node's types: the write that is under way, which its own time-out looks at too.
  const { _handle } = raw as unknown as { _handle: { bytesWritten: number; writeQueueSize: number } | null };
  return _handle ? _handle.bytesWritten - _handle.writeQueueSize : raw.bytesWritten;
}

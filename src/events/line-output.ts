/**
 * Lines on their way out, while the work goes on. Whoever reads them may stall, go away or have no room left: then lines
 * wait up to a bound, later ones are dropped and counted, and the count is written first when there is a way again.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Where lines end up: standard output, a file. Rejects where they cannot be written now. */
export type WriteLines = (lines: string) => Promise<void>;

export interface LineOutputOptions {
  /** UTF-8 bytes of lines that wait, at most. */
  bufferBytesMax: number;
  /** The line that tells how many were dropped. */
  droppedLine: (count: number) => string;
  /** Between two tries to write what could not be written. */
  retryMs?: number;
  /** How long the end waits for a reader that stalls. */
  closeMsMax?: number;
}

const RETRY_MS = 1_000;
/** A reader that stalls must not keep the process from ending. */
const CLOSE_MS_MAX = 1_000;

export class LineOutput {
  readonly #write: WriteLines;
  readonly #options: LineOutputOptions;
  readonly #closing = new AbortController();
  #waiting: string[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  /** Lines so far. */
  #written = 0;
  /** Who waits until so many lines are written. */
  #awaited: { lines: number; resolve: (written: true) => void }[] = [];
  #running: Promise<void> | null = null;

  constructor(write: WriteLines, options: LineOutputOptions) {
    this.#write = write;
    this.#options = options;
  }

  /** @param line without its end. Never throws and never waits. */
  add(line: string): void {
    const bytes = Buffer.byteLength(line) + 1;
    // While lines are missing, the line that says so comes before all later ones.
    if (this.#dropped > 0 || this.#waitingBytes + bytes > this.#options.bufferBytesMax) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    this.#running ??= this.#drain();
  }

  /**
   * Lines that must not be dropped: where there is no room for them now, none is taken. Where they are not written in
   * time they stay, and may be written later.
   *
   * @returns whether all were written
   */
  async deliver(lines: readonly string[], msMax: number): Promise<boolean> {
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    // What waits for nobody has room, however long it is.
    const isFull = this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#options.bufferBytesMax;
    if (this.#dropped > 0 || isFull) return false;
    if (lines.length === 0) return true;
    this.#waiting.push(...lines);
    this.#waitingBytes += bytes;
    const written = new Promise<true>((resolve) =>
      this.#awaited.push({ lines: this.#written + this.#waiting.length, resolve }),
    );
    this.#running ??= this.#drain();
    return Promise.race([written.then(() => true), delay(msMax, false, { ref: false })]);
  }

  /** Writes what waits, where that is possible in time. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.race([
      this.#running,
      delay(this.#options.closeMsMax ?? CLOSE_MS_MAX, undefined, { ref: false }),
    ]);
  }

  async #drain(): Promise<void> {
    // Lines of one moment go out together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      // A copy: lines come while it is written.
      const batch = [...this.#waiting];
      try {
        await this.#write(`${batch.join('\n')}\n`);
      } catch {
        if (this.#closing.signal.aborted) break;
        await delay(this.#options.retryMs ?? RETRY_MS, undefined, {
          signal: this.#closing.signal,
          ref: false,
        }).catch(() => {});
        continue;
      }
      this.#forget(batch);
    }
    this.#running = null;
  }

  #forget(batch: string[]): void {
    const done = batch.length;
    this.#written += done;
    for (const { lines, resolve } of this.#awaited) if (lines <= this.#written) resolve(true);
    this.#awaited = this.#awaited.filter(({ lines }) => lines > this.#written);
    this.#waiting = this.#waiting.slice(done);
    this.#waitingBytes = this.#waiting.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    if (this.#dropped === 0 || this.#waiting.length > 0) return;
    const line = this.#options.droppedLine(this.#dropped);
    this.#dropped = 0;
    this.#waiting = [line];
    this.#waitingBytes = Buffer.byteLength(line) + 1;
  }
}

/** One command as sent: `STOR a b.csv` is verb `STOR`, argument `a b.csv`. Blanks inside the argument count. */
export interface Command {
  verb: string;
  argument: string;
}

/** What a line can turn out to be instead of a command. */
export type BadLine = 'tooLong' | 'notUtf8' | 'badCharacter';

/** RFC 959 names no limit; the longest path a file system takes fits. */
export const LINE_BYTES_MAX = 4096;

const LF = 0x0a;
const CR = 0x0d;

/** Cuts a byte stream into lines. Holds never more than one line of LINE_BYTES_MAX, however long the client's is. */
export class CommandLines {
  #rest: Buffer = Buffer.alloc(0);
  #skipping = false;

  /** Nothing has come after the last line end. */
  get isEmpty(): boolean {
    return this.#rest.length === 0 && !this.#skipping;
  }

  /** @returns the lines that this chunk completes, each without its line end; null for one that was too long */
  feed(chunk: Buffer): (Buffer | null)[] {
    const lines: (Buffer | null)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      lines.push(this.#finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #finish(tail: Buffer): Buffer | null {
    this.#keep(tail);
    const line = this.#skipping ? null : this.#rest;
    this.#rest = Buffer.alloc(0);
    this.#skipping = false;
    return line?.at(-1) === CR ? line.subarray(0, -1) : line;
  }

  #keep(tail: Buffer): void {
    if (this.#rest.length + tail.length > LINE_BYTES_MAX) {
      this.#skipping = true;
      this.#rest = Buffer.alloc(0);
    }
    if (!this.#skipping && tail.length > 0) this.#rest = Buffer.concat([this.#rest, tail]);
  }
}

/** Reads one line. Names are UTF-8 (RFC 2640); a CR or NUL inside a line never reaches a name. */
export function parseCommandLine(line: Buffer | null): Command | BadLine {
  if (line === null) return 'tooLong';
  const text = decode(withoutTelnetSignals(line));
  if (text === null) return 'notUtf8';
  if (text.includes('\r') || text.includes('\0')) return 'badCharacter';
  const blank = text.indexOf(' ');
  if (blank === -1) return { verb: text.toUpperCase(), argument: '' };
  return { verb: text.slice(0, blank).toUpperCase(), argument: text.slice(blank + 1) };
}

/** Some clients send Telnet's IAC IP IAC DM before ABOR (RFC 959 section 4.1.3). No verb begins with such a byte. */
function withoutTelnetSignals(line: Buffer): Buffer {
  const start = line.findIndex((byte) => byte < 0x80);
  return start === -1 ? Buffer.alloc(0) : line.subarray(start);
}

function decode(line: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    return null;
  }
}

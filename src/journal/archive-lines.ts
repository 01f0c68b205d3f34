import { isUtf8 } from 'node:buffer';

/** No record comes near it; a longer line is not kept. */
const LINE_BYTES_MAX = 1_048_576;
/** What is shown of one that is longer. */
const SHOWN_BYTES = 1_024;
const LINE_FEED = 0x0a;
const MARK = '\ufeff';

/** What is wrong with a line, whether or not it can be read. */
export type LineFault =
  /** Only its beginning is there. It is no record. */
  | { kind: 'too long'; bytesMax: number }
  /** The archive breaks off or is damaged here: this line, if there is anything of it, is not whole. */
  | { kind: 'damaged'; error: unknown }
  /** What is no UTF-8 was replaced by U+FFFD. */
  | { kind: 'not UTF-8' };

export interface ArchiveLine {
  /** From 1. */
  number: number;
  /** Without its end. */
  text: string;
  fault: LineFault | null;
}

/**
 * Cuts what an archive holds into lines, which end with LF or CR LF and nothing else. Memory is bounded, whatever the
 * content is.
 *
 * @param content the plain text; where it fails the lines so far are given, and the place where it broke
 * @returns some lines at a time
 */
export async function* archiveLines(content: AsyncIterable<Buffer>): AsyncGenerator<ArchiveLine[]> {
  const cutter = new LineCutter();
  try {
    for await (const chunk of content) yield cutter.take(chunk);
    yield cutter.end(null);
  } catch (error) {
    yield cutter.end({ kind: 'damaged', error });
  }
}

class LineCutter {
  #number = 0;
  /** Of the line that is not at its end: what is kept of it, and its whole length. */
  #begun: Buffer[] = [];
  #bytes = 0;

  /** @returns the lines that end in this chunk */
  take(chunk: Buffer): ArchiveLine[] {
    const lines: ArchiveLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#line(null));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** @returns the line that has no end, if there is one, and where the content is damaged an entry for that place */
  end(damage: LineFault | null): ArchiveLine[] {
    return this.#bytes > 0 || damage !== null ? [this.#line(damage)] : [];
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    if (this.#bytes <= LINE_BYTES_MAX) this.#begun.push(piece);
    this.#bytes += piece.length;
  }

  #line(damage: LineFault | null): ArchiveLine {
    const [only = Buffer.alloc(0)] = this.#begun;
    let bytes = this.#begun.length > 1 ? Buffer.concat(this.#begun) : only;
    const isTooLong = this.#bytes > LINE_BYTES_MAX;
    if (isTooLong) bytes = bytes.subarray(0, SHOWN_BYTES);
    this.#begun = [];
    this.#bytes = 0;
    this.#number += 1;
    let text = bytes.toString().replace(/\r$/, '');
    if (this.#number === 1 && text.startsWith(MARK)) text = text.slice(1);
    if (isTooLong) text += '…';
    return { number: this.#number, text, fault: damage ?? faultOf(bytes, isTooLong) };
  }
}

function faultOf(bytes: Buffer, isTooLong: boolean): LineFault | null {
  if (isTooLong) return { kind: 'too long', bytesMax: LINE_BYTES_MAX };
  return isUtf8(bytes) ? null : { kind: 'not UTF-8' };
}

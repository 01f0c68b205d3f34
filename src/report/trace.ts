import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { originalsOf } from './original.ts';

/** Result of an entry, and where its original text stands. */
export interface TracedResult {
  entry: number;
  line: number;
  first_byte: number;
  byte_count: number;
  code: number;
  /** Of somebody who stands in no line of the file. */
  subject?: string;
}

const LINE_FEED = Buffer.from('\n');

/** How the text of an entry is shown, and how many bytes of it are needed for that at most. */
export interface Traced {
  bytesMax: number;
  text: (original: Buffer) => Buffer;
}

/**
 * What writes the trace of a change file (rules 16) from its results: the header line, then one line per entry. It can be
 * written again any number of times.
 *
 * @param results in pages: a trace of any length costs constant memory
 * @param header what the header line says after the three numbers, as bytes
 * @param original the change file, open for reading
 * @param hash gets what is written, too
 */
export function traceWriter(
  results: AsyncIterable<TracedResult[]> | Iterable<TracedResult[]>,
  header: Buffer,
  original: FileHandle,
  { hash, ...traced }: Traced & { hash: Hash },
): (trace: FileHandle) => Promise<void> {
  return async (trace) => {
    for await (const piece of tracePieces(results, header, original, traced)) {
      hash.update(piece);
      await trace.write(piece);
    }
  };
}

/** What a trace says, piece by piece. */
export async function* tracePieces(
  results: AsyncIterable<TracedResult[]> | Iterable<TracedResult[]>,
  header: Buffer,
  original: FileHandle,
  traced: Traced,
): AsyncGenerator<Buffer> {
  let first: Buffer | null = Buffer.concat(tracedLine('entryNum,lineNum,resultCode,', header));
  for await (const page of results) {
    if (page.length === 0) continue;
    const text = await tracedPage(page, original, traced);
    yield first ? Buffer.concat([first, text]) : text;
    first = null;
  }
  if (first) yield first;
}

/** Puts values in front of original text; nothing is quoted again. In pieces: those of a page are put together once. */
function tracedLine(values: string, original: Buffer): Buffer[] {
  const line = [Buffer.from(values), original];
  if (original.at(-1) !== 0x0a) line.push(LINE_FEED);
  return line;
}

async function tracedPage(results: TracedResult[], original: FileHandle, traced: Traced): Promise<Buffer> {
  const textOf = await originalsOf(results, original);
  const pieces: Buffer[] = [];
  for (const result of results) {
    const { entry, line, code, subject } = result;
    const text =
      subject === undefined
        ? traced.text(await textOf(result, traced.bytesMax))
        : Buffer.from(cellOf(subject));
    pieces.push(...tracedLine(`${entry},${line},${code},`, text));
  }
  return Buffer.concat(pieces);
}

/** As a value of CSV: what a program put into a mail attribute may be anything. */
function cellOf(text: string): string {
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

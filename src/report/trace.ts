import type { FileHandle } from 'node:fs/promises';
import type { Queryable } from '../database/open.ts';
import { writeWhole } from '../durable.ts';

interface ResultRow {
  entry: number;
  line: number;
  first_byte: number;
  byte_count: number;
  code: number;
}

/** Results and original bytes are read in pages: a trace of any length costs constant memory. */
const PAGE_ENTRIES = 500;
/** A page of text is read at once where it is no larger than this, else entry by entry. */
const PAGE_BYTES_MAX = 8_388_608;
const LINE_FEED = Buffer.from('\n');

/** How the text of an entry is shown, and how many bytes of it are needed for that at most. */
export interface Traced {
  bytesMax: number;
  text: (original: Buffer) => Buffer;
}

/**
 * Writes the trace of a change file (chapter 16) from its stored results: the header line, then one line per entry. It
 * can be written again any number of times. Its name lasts when the change file has been moved beside it.
 *
 * @param header what the header line says after the three numbers, as bytes
 * @param original the change file, open for reading
 */
export async function writeTrace(
  db: Queryable,
  changeFile: number,
  header: Buffer,
  original: FileHandle,
  traced: Traced,
  target: string,
): Promise<void> {
  await writeWhole(target, async (trace) => {
    await trace.write(tracedLine('entryNum,lineNum,resultCode,', header));
    for (let after = 0, more = true; more;) {
      const results = await resultsAfter(db, changeFile, after);
      const last = results.at(-1);
      if (last) await trace.write(await tracedPage(results, original, traced));
      after = last?.entry ?? after;
      more = results.length === PAGE_ENTRIES;
    }
  });
}

/** Puts values in front of original text; nothing is quoted again. */
export function tracedLine(values: string, original: Buffer): Buffer {
  const end = original.at(-1) === 0x0a ? [] : [LINE_FEED];
  return Buffer.concat([Buffer.from(values), original, ...end]);
}

async function tracedPage(results: ResultRow[], original: FileHandle, traced: Traced): Promise<Buffer> {
  const from = results[0]?.first_byte ?? 0;
  const to = Math.max(...results.map((row) => row.first_byte + row.byte_count));
  const page = to - from > PAGE_BYTES_MAX ? null : await readAt(original, from, to - from);
  const lines: Buffer[] = [];
  for (const { entry, line, code, first_byte: first, byte_count: count } of results) {
    const bytes = Math.min(count, traced.bytesMax);
    const text = page?.subarray(first - from, first - from + bytes) ?? (await readAt(original, first, bytes));
    lines.push(tracedLine(`${entry},${line},${code},`, traced.text(text)));
  }
  return Buffer.concat(lines);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, position);
  return bytes;
}

async function resultsAfter(db: Queryable, changeFile: number, after: number): Promise<ResultRow[]> {
  const { rows } = await db.query<ResultRow>(
    `select entry, line, first_byte, byte_count, code from entry_result
      where change_file_id = $1 and entry > $2 order by entry limit ${PAGE_ENTRIES}`,
    [changeFile, after],
  );
  return rows;
}

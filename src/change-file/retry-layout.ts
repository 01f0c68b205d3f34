/** How entries stand in a file that is put together from those of another one. */
export interface RetryLayout {
  /** Before the first entry. @param header the header line of the original */
  opening: (header: Buffer) => Buffer;
  /** The entry with what it needs around it. @param isFirst nothing stands before it */
  entry: (original: Buffer, isFirst: boolean) => Buffer;
  /** After the last one. */
  closing: Buffer;
}

const LINE_FEED = Buffer.from('\n');

/** A line, or a record of several, with its end. */
export function ended(text: Buffer): Buffer {
  return text.length === 0 || text.at(-1) === 0x0a ? text : Buffer.concat([text, LINE_FEED]);
}

import { archiveContent } from './archive-content.ts';
import { archiveLines, type ArchiveLine, type LineFault } from './archive-lines.ts';
import { parseRecord } from './parse-record.ts';
import type { JournalRecord } from './record.ts';

export interface ReadLine {
  /** Line of the plain text, from 1. */
  number: number;
  text: string;
  /** Null: this line is no record that can be read. */
  record: JournalRecord | null;
  fault: LineFault | null;
}

/**
 * Reads an archive or its plain text line by line, to its end or to where it is damaged. Blank lines are left out.
 *
 * @param bytes of the file
 * @returns some lines at a time, in memory that does not grow with the file
 */
export async function* readArchive(bytes: AsyncIterable<Buffer>): AsyncGenerator<ReadLine[]> {
  for await (const lines of archiveLines(archiveContent(bytes))) yield lines.filter(isShown).map(readLine);
}

const isShown = ({ text, fault }: ArchiveLine) => fault !== null || text.trim() !== '';

/** What is left of a line that was cut could pass for a shorter record, such as one without its reason. */
function readLine({ number, text, fault }: ArchiveLine): ReadLine {
  const isWhole = fault === null || fault.kind === 'not UTF-8';
  return { number, text, fault, record: isWhole ? parseRecord(text) : null };
}

import type { Separator } from './cells.ts';

const SEPARATORS: readonly Separator[] = [',', ';', '\t'];

/** The one that the line holds most of, outside quotes: spreadsheets write what their country's settings say. */
export function separatorOf(header: Buffer): Separator {
  const text = header.toString('utf8').replaceAll(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((separator) => text.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** What Excel writes as a first line to say which separator follows. */
export const SEPARATOR_LINE = /^"?sep=/i;

/** What lies beside a change file in its folder: its trace, and where entries failed what helps to send them again. */
import path from 'node:path';

/** What is written of a JSON file for people is CSV. */
const CSV_SHOWN = '.json';

/** `1000001_PRV_5.csv` → `1000001_PRV_5_trace.csv` (rules 16); of a whole path likewise, as the others below. */
export function traceName(changeFile: string): string {
  const { dir, name, ext } = path.parse(changeFile);
  return path.join(dir, `${name}_trace${ext.toLowerCase() === CSV_SHOWN ? '.csv' : ext}`);
}

/** The failed entries, to be corrected and sent again: `1000001_PRV_5.csv` → `1000001_PRV_5.retry.csv`. */
export function retryName(changeFile: string): string {
  const { dir, name, ext } = path.parse(changeFile);
  return path.join(dir, `${name}.retry${ext}`);
}

/** Why they failed, as a table for people: `1000001_DI_5.ldif` → `1000001_DI_5.errors.csv`. */
export function errorsName(changeFile: string): string {
  const { dir, name } = path.parse(changeFile);
  return path.join(dir, `${name}.errors.csv`);
}

export function companionNames(changeFile: string): string[] {
  return [traceName(changeFile), retryName(changeFile), errorsName(changeFile)];
}

const MARKS = ['_trace', '.retry', '.errors'];
/** Extensions of change files; clients write them in any case. */
const EXTENSIONS = ['.csv', '.json', '.ldif'].flatMap(inAnyCase);

/** The change files that may have a companion of this name; none where it is not the name of one. */
export function filesBeside(name: string): string[] {
  const { name: stem, ext } = path.parse(name);
  const mark = MARKS.find((one) => stem.endsWith(one));
  if (mark === undefined) return [];
  const file = stem.slice(0, -mark.length);
  return [...new Set([ext, ...EXTENSIONS])]
    .map((extension) => `${file}${extension}`)
    .filter((one) => companionNames(one).includes(name));
}

function inAnyCase(extension: string): string[] {
  return [...extension].reduce<string[]>(
    (begun, letter) =>
      begun.flatMap((text) => [...new Set([letter, letter.toUpperCase()])].map((one) => text + one)),
    [''],
  );
}

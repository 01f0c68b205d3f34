import path from 'node:path';

/** The trace of a JSON file is CSV. */
const CSV_TRACED = '.json';

/** `1000001_PRV_5.csv` → `1000001_PRV_5_trace.csv` (rules 16). */
export function traceName(changeFile: string): string {
  const { name, ext } = path.parse(changeFile);
  return `${name}_trace${ext.toLowerCase() === CSV_TRACED ? '.csv' : ext}`;
}

/** The change files whose trace has this name; none where it is not the name of a trace. */
export function filesOfTrace(name: string): string[] {
  const { name: stem, ext } = path.parse(name);
  if (!stem.endsWith('_trace')) return [];
  const file = stem.slice(0, -'_trace'.length);
  if (ext !== '.csv') return [`${file}${ext}`];
  return [ext, CSV_TRACED, CSV_TRACED.toUpperCase()].map((extension) => `${file}${extension}`);
}

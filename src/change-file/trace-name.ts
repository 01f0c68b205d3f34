import path from 'node:path';

/** `1000001_PRV_5.csv` → `1000001_PRV_5_trace.csv` (rules 16). */
export function traceName(changeFile: string): string {
  const { name, ext } = path.parse(changeFile);
  return `${name}_trace${ext}`;
}

/**
 * Writes one `.ts` beside each `.csv` of this folder: `npm run tables`. The CSV files are the specification's own
 * tables, copied; nothing of them is typed again. A test fails when the two differ.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

const folder = new URL('./', import.meta.url);

/** @returns name of the generated file → its text */
export async function generateTables(): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.csv'));
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')));
  return new Map(
    names.map((name, index) => [name.replace('.csv', '.ts'), moduleText(name, texts[index] ?? '')]),
  );
}

function moduleText(name: string, csv: string): string {
  const rows: Record<string, string>[] = parse(csv, { columns: true });
  const constant = name.replace('.csv', '').replaceAll('-', '_').toUpperCase();
  const lines = rows.map((row) => `  ${JSON.stringify({ ...row, source: undefined })},`);
  return `// Generated from ${name} by generate.ts. Do not edit.\nexport const ${constant} = [\n${lines.join('\n')}\n] as const;\n`;
}

if (import.meta.main)
  for (const [name, text] of await generateTables()) await writeFile(new URL(name, folder), text);

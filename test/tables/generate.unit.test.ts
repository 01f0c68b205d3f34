import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generateTables } from '../../src/tables/generate.ts';

it('the generated tables say what the CSV files say', async () => {
  for (const [name, text] of await generateTables())
    expect(await readFile(new URL(`../../src/tables/${name}`, import.meta.url), 'utf8'), name).toBe(text);
});

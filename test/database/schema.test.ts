import { access, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { SCHEMA, schemaText } from '../../docs/schema.ts';
import { cloneDatabase } from '../support/database.ts';

it('docs/schema.sql is the schema that the migrations make', async () => {
  const database = await cloneDatabase();
  try {
    const page = await readFile(SCHEMA, 'utf8');
    expect(page, 'docs/schema.sql is out of date: npm run docs:schema').toBe(await schemaText(database));
    // A change of the schema shows.
    await database.query('alter table customer add column test_column integer');
    expect(page).not.toBe(await schemaText(database));
  } finally {
    await database.drop();
  }
});

it('docs/schema.sql cites what is in the repository', async () => {
  const page = await readFile(SCHEMA, 'utf8');
  expect(page.match(/.*(?:\bchapters?\b|\bopen points?\b|\bspecification|[a-z-]+\.csv\b).*/gi)).toBeNull();
  const cited = [...page.matchAll(/\b(?:src|docs|cli|daemon)\/[\w./-]+\.(?:ts|md|sql)\b/g)].map(
    ([file]) => file,
  );
  expect(cited).toContain('src/change-file/change-file.ts');
  for (const file of cited)
    await expect(access(new URL(`../../${file}`, import.meta.url)), file).resolves.toBeUndefined();
});

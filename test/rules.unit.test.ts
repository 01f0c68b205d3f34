/** What comments cite is in docs/rules. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(ROOT, folder, name));
}

const rules = new Set(
  filesIn('docs/rules', '.md').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^(?:#{2,3} |- \*\*)(A?\d+(?:\.\d+)?)\b/gmu)].map(
      ([, number]) => number,
    ),
  ),
);

const CITED = /\b[Rr]ules? (A?\d+(?:\.\d+)?(?:(?:, |,? and )A?\d+(?:\.\d+)?)*)/gu;

/** Released migrations never change, and what they say of chapters neither. */
const KEPT = /database\/(?:migrations|earlier)|earlier-migrations\.ts$|rules\.unit\.test\.ts$/u;

const sources = ['src', 'cli', 'daemon', 'test']
  .flatMap((folder) => filesIn(folder, '.ts'))
  .filter((file) => !KEPT.test(file));

it('every rule that a comment cites is there', () => {
  const cited = sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(CITED)].flatMap(([, numbers = '']) =>
      numbers.split(/, |,? and /u).map((number) => ({ file: path.relative(ROOT, file), number })),
    ),
  );
  expect(cited.length).toBeGreaterThan(100);
  expect(cited.filter(({ number }) => !rules.has(number))).toEqual([]);
});

it('no comment cites a chapter', () => {
  const word = /\bchapters? \d|\bopen point \d/iu;
  expect(sources.filter((file) => word.test(readFileSync(file, 'utf8')))).toEqual([]);
});

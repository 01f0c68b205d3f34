/** The layers of ARCHITECTURE.md are those that follow from the list of arrows. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ARROWS, BACK_ARROWS, NOUNS } from '../../lint/arrows.ts';

/** One of them that is named in a layer of its own does not stand where its folder does. */
async function layers(): Promise<(place: string) => number> {
  const page = await readFile(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
  const list = /The layers that follow from it:\n\n((?: {4}.+\n)+)/.exec(page)?.[1] ?? '';
  const named = new Map<string, number>();
  for (const [, number, names = ''] of list.matchAll(/^ {4}(\d+) +(.+)$/gm))
    for (const name of names.split(', ')) named.set(name, Number(number));
  return (place) => {
    if (place === 'src') return named.get('the files of src itself') ?? 0;
    const parts = place
      .replace(/^src\//, '')
      .replace(/\.ts$/, '')
      .split('/');
    for (let length = parts.length; length > 0; length -= 1) {
      const found = named.get(parts.slice(0, length).join('/'));
      if (found !== undefined) return found;
    }
    // A file of src that has arrows of its own, such as the configuration.
    return named.get('the files of src itself') ?? 0;
  };
}

it('every folder has its layer, and imports from lower ones, or from its neighbours in the same', async () => {
  const layerOf = await layers();
  expect(layerOf('src')).toBeGreaterThan(5);
  const upward = Object.entries(ARROWS).flatMap(([from, targets]) =>
    targets
      .filter((to) => !BACK_ARROWS[from]?.includes(to) && !NOUNS.includes(to))
      .filter((to) => layerOf(to) < layerOf(from))
      .map((to) => `${from} -> ${to}`),
  );
  // Migrations of the first days needed rules of the accounts.
  expect(upward).toEqual([
    'src/database/earlier-migrations.ts -> src/accounts/directory',
    'src/database/earlier-migrations.ts -> src/accounts/subscribers',
  ]);
});

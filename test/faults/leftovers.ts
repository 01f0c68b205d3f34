import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { World } from './world.ts';

const AGE_MS = 600_000;

/** What had been begun when a daemon died goes when nobody, no other daemon either, can be writing it any more. */
export async function ageLeftovers({ spool }: World): Promise<void> {
  const longAgo = new Date(Date.now() - AGE_MS);
  for (const customer of await readdir(spool))
    for (const part of ['.staging', '', '_processed', '_error', '_report'])
      for (const name of await readdir(path.join(spool, customer, part)).catch((): string[] => []))
        if (part === '.staging' || name.endsWith('.new'))
          await utimes(path.join(spool, customer, part, name), longAgo, longAgo);
}

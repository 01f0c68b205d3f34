import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { expressionsIn, regularExpressions, type Found } from './collect.ts';
import type { Verdict } from './attacker.ts';

/** What grows exponentially never ends. A machine under load has long finished what is linear. */
const HUNG_MS = 60_000;
/** Known to be slow: it proves as much when it is ended earlier. */
const KNOWN_HUNG_MS = 3_000;

let thread: Worker | null = null;
afterAll(() => thread?.terminate());

async function attack(found: Omit<Found, 'where'>, hungMs = HUNG_MS): Promise<Verdict | 'never ends'> {
  thread ??= new Worker(new URL('attacker.ts', import.meta.url));
  const hung = AbortSignal.timeout(hungMs);
  thread.postMessage(found);
  try {
    const [verdict] = (await once(thread, 'message', { signal: hung })) as [Verdict];
    return verdict;
  } catch (error) {
    await thread.terminate();
    thread = null;
    if (hung.aborted) return 'never ends';
    throw error;
  }
}

const isSlow = (verdict: Verdict | 'never ends') => verdict === 'never ends' || verdict.slow !== null;

test('no regular expression of the program is slow on long hostile text', { timeout: 600_000 }, async () => {
  const all = regularExpressions();
  expect(all.length).toBeGreaterThan(60);
  const slow: unknown[] = [];
  for (const found of all) {
    const verdict = await attack(found);
    if (isSlow(verdict)) slow.push({ ...found, verdict });
    else expect(verdict, found.where).toHaveProperty('attacks');
  }
  expect(slow).toEqual([]);
});

describe('the attacks find', () => {
  test.each([
    ['a tail that is looked for from every place', '=+$', ''],
    ['blanks before the end', '\\s+$', 'u'],
    ['a word before what never comes', '\\w+:\\/\\/', 'g'],
    ['two ways through the same letters', '^[a-z]+[a-z0-9]*[.]$', ''],
    ['nested repetition', '^(?:[a-z]+)+$', ''],
    ['alternatives that overlap', '^(?:\\w|[a-c])*;$', ''],
    ['a pair that is opened again and again', '<[^]*>', 'g'],
    ['a key header and lines of a colon', '^(?:-BEGIN-\\n)?(?:(.*?): (.*?)\\n)*?-END-', ''],
  ])('%s', { timeout: 600_000 }, async (_, source, flags) => {
    expect(await attack({ source, flags }, KNOWN_HUNG_MS)).toSatisfy(isSlow);
  });
});

test.each(['^[a-z]+$', '\\.[a-z]+', '^(?:[a-z]+;)*$'])('and let %s pass', async (source) => {
  expect(await attack({ source, flags: 'g' })).toEqual({ attacks: expect.any(Number), slow: null });
});

test('constructed ones are put together from the constants of their file, and an unknown part is told', () => {
  const text =
    "const A: string = '[a-z]+';\nconst B = new RegExp(`^${A}(?:\\\\.${A})*$`, 'u');\nB.exec(1 / 2 / 3);";
  expect(expressionsIn('f.ts', text)).toEqual([
    { where: 'f.ts:2', source: '^[a-z]+(?:\\.[a-z]+)*$', flags: 'u' },
  ]);
  expect(() => expressionsIn('f.ts', 'const f = (x: string) => RegExp(x);')).toThrow('f.ts:1');
});

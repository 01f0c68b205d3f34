import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { FAILPOINTS } from '../../src/failpoints.ts';
import { mulberry } from '../support/random.ts';
import { deaths, ELSEWHERE, STEPS } from './deaths.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('a run of as many deaths as there are steps and moments dies at every one of them, and 400 many times', () => {
  for (const seed of [6, 7, 8]) {
    const times = (trials: number) => {
      const died = deaths(trials, mulberry(seed)).flatMap((death) => ('step' in death ? [death.step] : []));
      return STEPS.map((step) => died.filter((one) => one === step).length);
    };
    expect(Math.min(...times(Math.ceil((STEPS.length * 3) / 2)))).toBe(1);
    expect(Math.min(...times(400))).toBeGreaterThanOrEqual(6);
  }
});

it('a third of the deaths comes at any moment, from the start on', () => {
  const moments = deaths(400, mulberry(6)).flatMap((death) => ('afterMs' in death ? [death.afterMs] : []));
  expect(moments).toHaveLength(133);
  expect(Math.min(...moments)).toBeLessThan(200);
  expect(Math.max(...moments)).toBeGreaterThan(3_500);
});

it('steps that are no part of the way of a file are died at by the test that is named', async () => {
  for (const [step, test] of Object.entries(ELSEWHERE))
    expect(await readFile(path.join(ROOT, test), 'utf8')).toMatch(new RegExp(`['\`]${step}[:']`));
});

it('every step of the list is passed somewhere, and no other', async () => {
  const passed = new Set<string>();
  for await (const file of glob('src/**/*.ts', { cwd: ROOT }))
    for (const [, name = ''] of (await readFile(path.join(ROOT, file), 'utf8')).matchAll(
      /failpoint\('([\w-]+)'\)/g,
    ))
      passed.add(name);
  expect([...passed].sort()).toEqual([...FAILPOINTS].sort());
});

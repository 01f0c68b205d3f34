import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const PROGRAM = path.join(import.meta.dirname, '../../.ci/result-line.ts');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-result-'));
  const file = (status: 'passed' | 'failed', ...tests: string[]) => ({
    status,
    assertionResults: tests.map((status) => ({ status })),
  });
  const runs = {
    fine: [file('passed', 'passed', 'passed', 'pending'), file('passed', 'passed')],
    also: [file('passed', 'passed')],
    broken: [file('failed', 'passed', 'failed')],
    unloadable: [file('failed')],
    empty: [],
    skipped: [file('passed', 'pending')],
  };
  for (const [name, testResults] of Object.entries(runs))
    await writeFile(path.join(folder, name), JSON.stringify({ testResults }));
});
afterAll(() => rm(folder, { recursive: true }));

function resultLine(names: string[]): Promise<{ line: string; code: number }> {
  const files = names.map((name) => path.join(folder, name));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...files], (_error, line) =>
      resolve({ line, code: child.exitCode ?? -1 }),
    );
  });
}

it.each([
  [['fine'], '3 passed, 0 failed', 0],
  [['fine', 'also'], '4 passed, 0 failed', 0],
  [['fine', 'broken'], '4 passed, 1 failed', 1],
  [['fine', 'unloadable'], '3 passed, 1 failed', 1],
  [['fine', 'empty'], '3 passed, 1 failed', 1],
  [['fine', 'skipped'], '3 passed, 1 failed', 1],
  [['fine', 'no such run'], '3 passed, 1 failed', 1],
  [[], '0 passed, 0 failed', 1],
])('the closing line of %j is "%s", exit code %i', async (names, line, code) => {
  expect(await resultLine(names)).toEqual({ line: `${line}\n`, code });
});

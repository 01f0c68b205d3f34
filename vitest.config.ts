import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Three lanes, told apart by the name of a test file. A unit test opens no database, socket, process or thread; a slow one
 * takes more than some ten seconds; every other test is an integration test.
 */
const UNIT = 'test/**/*.unit.test.ts';
const SLOW = 'test/**/*.slow.test.ts';
const ANY = 'test/**/*.test.ts';

/** What puts something else in place of a module needs modules of its own, and leaves none behind. */
const ALONE = globSync(ANY, { cwd: import.meta.dirname }).filter(
  (file) =>
    !/\.(?:unit|slow)\.test\.ts$/u.test(file) &&
    readFileSync(path.join(import.meta.dirname, file), 'utf8').includes('vi.mock('),
);

/** A test that hangs fails after so long; none is that slow on a busy machine. */
const limits = { testTimeout: 120_000, hookTimeout: 120_000 };
/** With a database, and with programs that are started: these are compiled once, not hundreds of times. */
const open = {
  ...limits,
  env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules/.cache/spoolgate') },
  globalSetup: ['test/support/postgres.ts'],
};
/** Files share their modules, whose loading takes longer than most tests. */
const shared = { isolate: false, restoreMocks: true, unstubEnvs: true };

export default defineConfig({
  test: {
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...limits,
          ...shared,
          name: 'unit',
          include: [UNIT],
          setupFiles: ['test/support/opens-nothing.ts'],
        },
      },
      {
        test: {
          ...open,
          ...shared,
          name: 'integration',
          include: [ANY],
          exclude: [UNIT, SLOW, ...ALONE],
        },
      },
      { test: { ...open, name: 'integration-alone', include: ALONE } },
      { test: { ...open, name: 'slow', include: [SLOW] } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['json-summary', 'json', 'html'],
    },
  },
});

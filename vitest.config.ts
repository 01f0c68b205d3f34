import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Three lanes, told apart by the name of a test file. A unit test opens no database, socket, process or thread; a slow one
 * takes more than some ten seconds; every other test is an integration test.
 */
const UNIT = 'test/**/*.unit.test.ts';
const SLOW = 'test/**/*.slow.test.ts';
const ANY = 'test/**/*.test.ts';

/** A test that hangs fails after so long; none is that slow on a busy machine. */
const limits = { testTimeout: 120_000, hookTimeout: 120_000 };
/** What the programs that tests start are compiled to: hundreds of starts, and none of them anew. */
const env = { NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules/.cache/spoolgate') };
const globalSetup = ['test/support/postgres.ts'];

export default defineConfig({
  test: {
    maxWorkers: 3,
    projects: [
      {
        // What is pure leaves nothing behind: files share their modules, whose loading would take longer than the tests.
        test: {
          ...limits,
          name: 'unit',
          include: [UNIT],
          isolate: false,
          setupFiles: ['test/support/opens-nothing.ts'],
        },
      },
      { test: { ...limits, name: 'integration', include: [ANY], exclude: [UNIT, SLOW], env, globalSetup } },
      { test: { ...limits, name: 'slow', include: [SLOW], env, globalSetup } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['json-summary', 'json', 'html'],
    },
  },
});

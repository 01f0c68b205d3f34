/** A journal of each component that the format describes by an example. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACTION_NAMES, COMPONENT_TOKENS } from '../../src/journal/known.ts';
import { readArchiveName } from '../../src/journal/archive-name.ts';
import { parseRecord } from '../../src/journal/parse-record.ts';
import { formatRecord } from '../../src/journal/record.ts';

const EXAMPLES = new URL('../samples/journal/examples/', import.meta.url);

test.each(readdirSync(EXAMPLES))('%s is read to the last line, and written as it was', (name) => {
  expect(COMPONENT_TOKENS).toContain(readArchiveName(name).component);
  const lines = readFileSync(new URL(name, EXAMPLES), 'utf8').trimEnd().split('\n');
  for (const line of lines) {
    const record = parseRecord(line);
    expect(ACTION_NAMES, line).toContain(record?.action);
    expect(record && formatRecord(record)).toBe(line);
  }
});

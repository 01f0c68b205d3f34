import { expect, test } from 'vitest';
import { CODE_SELECTION } from '../../src/tables/code-selection.ts';
import { generateSequence } from './sequence.ts';

const RUNS = 60;

/** Faults inside the account system: no change file can cause them. */
const INTERNAL = new Set(['add 1097', 'add 1008', 'update 1008', 'revokeseat 1065', 'changestorage 1085']);

const runs = Array.from({ length: RUNS }, (_, seed) => generateSequence(seed));
const reached = new Set(
  runs.flatMap(({ records, codes }) =>
    records.map((record, index) => `${record['action']?.toLowerCase()} ${codes[index]}`),
  ),
);

/** e.g. `1053 / 1052 / 1051` names three codes. */
const selectable = CODE_SELECTION.filter(({ operation }) => /^PRV [A-Z]/.test(operation)).flatMap(
  ({ operation, code }) =>
    (code.match(/\d+/g) ?? []).map((one) => `${operation.slice('PRV '.length).toLowerCase()} ${one}`),
);

test('the generated entries reach every code that a provisioning file can cause', () => {
  const missing = selectable.filter((pair) => !INTERNAL.has(pair) && !reached.has(pair));
  expect(missing).toEqual([]);
  const codes = new Set([...reached].map((pair) => pair.split(' ')[1]));
  expect(['1000', '1015', '1031', '9'].filter((code) => !codes.has(code))).toEqual([]);
});

test('about half of the generated entries succeed', () => {
  const codes = runs.flatMap((run) => run.codes);
  const share = codes.filter((code) => code === 0).length / codes.length;
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.65);
});

test('a seed says everything about a run', () => {
  const [one, other] = [generateSequence(7), generateSequence(7)];
  expect(other.records).toEqual(one.records);
  expect(other.organisations).toEqual(one.organisations);
});

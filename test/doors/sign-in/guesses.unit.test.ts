import { beforeEach, expect, test } from 'vitest';
import { DIFFERENT_MAX, Guesses } from '../../../src/doors/sign-in/guesses.ts';

const HOUR_MS = 3_600_000;
let nowMs: number;
let guesses: Guesses;

beforeEach(() => {
  nowMs = Date.parse('2026-11-21T12:00:00Z');
  guesses = new Guesses({ now: () => new Date(nowMs) });
});

const note = (subject: string, ...proofs: string[]) => {
  for (const proof of proofs) guesses.note(subject, proof);
};
const different = (count: number) => Array.from({ length: count }, (_, index) => `guess ${index}`);

test('the same again is one guess, of each subject for itself', () => {
  note('acme 192.0.2.1', 'old', 'old', 'older', 'old');
  note('other 192.0.2.1', 'old');
  expect([guesses.count('acme 192.0.2.1'), guesses.count('other 192.0.2.1'), guesses.count('new')]).toEqual([
    2, 1, 0,
  ]);
});

test('more different ones than count are not kept', () => {
  note('acme', ...different(DIFFERENT_MAX + 5));
  expect(guesses.count('acme')).toBe(DIFFERENT_MAX);
});

test('guesses are forgotten after an hour, unless they come again', () => {
  note('acme', 'a', 'b');
  nowMs += HOUR_MS - 1;
  note('acme', 'b');
  nowMs += 1;
  expect(guesses.count('acme')).toBe(1);
  nowMs += HOUR_MS;
  expect(guesses.count('acme')).toBe(0);
});

test('the subjects remembered are bounded, the one that failed longest ago goes first', () => {
  note('first', 'a');
  note('second', 'a');
  note('first', 'a');
  for (let index = 0; index < 9_999; index += 1) note(`filler ${index}`, 'a');
  expect([guesses.count('first'), guesses.count('second')]).toEqual([1, 0]);
});

import { describe, expect, test } from 'vitest';
import {
  BAN_RULES,
  countedKinds,
  isRefused,
  scoreAfterFailure,
  subjectsOf,
  type Score,
  type ScoreKind,
} from '../../../src/doors/sign-in/ban-rules.ts';

const MINUTE_MS = 60_000;
const START = new Date('2026-11-21T12:00:00Z');
const later = (ms: number) => new Date(START.getTime() + ms);

function after(failures: number, everyMs: number, kind: ScoreKind = 'address'): Score {
  let score: Score | null = null;
  for (let count = 0; count < failures; count += 1)
    score = scoreAfterFailure(score, BAN_RULES[kind], later(count * everyMs));
  if (!score) throw new Error('no failure');
  return score;
}

test.each([
  ['address', 9, 0],
  ['address', 10, 1],
  ['account', 19, 0],
  ['account', 20, 1],
  ['pair', 10, 1],
] as const)('%s: %i failures are %i bans', (kind, failures, bans) => {
  expect(after(failures, 1000, kind).bans).toBe(bans);
});

test('failures far apart do not count together', () => {
  expect(after(50, 11 * MINUTE_MS)).toMatchObject({ failures: 1, bans: 0, bannedUntil: null });
});

test('each ban is twice as long as the one before, up to the longest', () => {
  const minutes: number[] = [];
  let score: Score | null = null;
  for (let failure = 0; failure < 140; failure += 1) {
    score = scoreAfterFailure(score, BAN_RULES.address, START);
    if (score.failures === 0)
      minutes.push(((score.bannedUntil?.getTime() ?? 0) - START.getTime()) / MINUTE_MS);
  }
  expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440, 1440]);
});

test('after a quiet week the next ban is a first one', () => {
  const banned = after(30, 1000);
  expect(banned.bans).toBe(3);
  let score: Score = banned;
  for (let failure = 0; failure < 10; failure += 1)
    score = scoreAfterFailure(score, BAN_RULES.address, later(8 * 24 * 60 * MINUTE_MS + failure));
  expect(score.bans).toBe(1);
});

describe('who is refused', () => {
  test.each([
    [false, ['address'], true],
    [false, ['account'], true],
    [false, ['pair'], false],
    [true, ['address', 'account'], false],
    [true, ['pair'], true],
    [false, [], false],
  ] as const)('trusted %s, banned %j: %s', (trusted, banned, refused) => {
    expect(isRefused(trusted, new Set<ScoreKind>(banned))).toBe(refused);
  });
});

test.each([
  [false, [], ['address', 'account']],
  [false, ['account'], ['address']],
  [false, ['address'], []],
  [true, ['address', 'account'], ['pair']],
  [true, ['pair'], []],
] as const)('trusted %s, banned %j: a failure counts on %j', (trusted, banned, counted) => {
  expect(countedKinds(trusted, new Set<ScoreKind>(banned))).toEqual(counted);
});

test('a login of any length and content fits the table', () => {
  const { account } = subjectsOf(`${'x'.repeat(10_000)}\u0000`, '192.0.2.7');
  expect(account).toHaveLength(254);
  expect(subjectsOf('a\u0000b', '192.0.2.7').account).toBe('ab');
});

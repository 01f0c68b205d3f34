import { beforeEach, expect, test } from 'vitest';
import { proofDigest, RecentProofs } from '../../../src/doors/sign-in/recent-proofs.ts';

let nowMs: number;
let proofs: RecentProofs<string>;

beforeEach(() => {
  nowMs = Date.parse('2026-11-21T12:00:00Z');
  proofs = new RecentProofs({ now: () => new Date(nowMs) }, { keptMs: 1_000, entriesMax: 2 });
});

test('what was found holds for its time, of exactly this proof', () => {
  proofs.keep(['a', 'b'], 'found');
  nowMs += 999;
  expect([proofs.find(['a', 'b']), proofs.find(['ab']), proofs.find(['a', 'b', ''])]).toEqual([
    'found',
    null,
    null,
  ]);
  nowMs += 1;
  expect(proofs.find(['a', 'b'])).toBeNull();
});

test('so many are kept, and the one kept longest ago is evicted', () => {
  proofs.keep(['first'], '1');
  proofs.keep(['second'], '2');
  proofs.keep(['first'], '1 again');
  proofs.keep(['third'], '3');
  expect(proofs.values()).toEqual(['1 again', '3']);
});

test('what is outdated is forgotten at once', () => {
  proofs.keep(['a'], 'old');
  proofs.keep(['b'], 'new');
  proofs.forgetWhere((value) => value === 'old');
  expect([proofs.find(['a']), proofs.find(['b'])]).toEqual([null, 'new']);
  proofs.forget(['b']);
  expect(proofs.values()).toEqual([]);
});

test('another process has other digests, and none holds the proof', () => {
  const [one, other] = [proofDigest(), proofDigest()];
  expect(one(['secret'])).toBe(one(['secret']));
  expect(one(['secret'])).not.toBe(other(['secret']));
  expect(one(['secret'])).not.toContain('secret');
});

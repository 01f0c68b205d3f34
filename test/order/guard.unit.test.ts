import { expect, it } from 'vitest';
import { GUARD, decisionIn, percentOf, type HoldReason } from '../../src/change-file/danger.ts';
import { holdReason } from '../../src/order/guard.ts';

const danger = (absent: number, disabled: number, of: number, scopeChanged = false) => ({
  absent,
  disabled,
  of,
  scopeChanged,
});

it.each<[title: string, ...counted: Parameters<typeof danger>, reason: HoldReason | null]>([
  ['nobody is hit', 0, 0, 50, false, null],
  ['four of four leave', 4, 0, 4, false, null],
  ['exactly ten percent', 5, 0, 50, false, null],
  ['five of forty-nine', 5, 0, 49, false, 'percent'],
  ['six of fifty', 6, 0, 50, false, 'percent'],
  ['absent and disabled count together', 3, 3, 50, false, 'percent'],
  ['fifty of many', 50, 0, 50_000, false, null],
  ['fifty-one of many', 51, 0, 50_000, false, 'people'],
  ['all of fifty', 50, 0, 50, false, 'percent'],
  ['one, after a change of scope', 1, 0, 50_000, true, 'scope'],
  ['one is disabled after a change of scope', 0, 1, 9, true, 'scope'],
  ['nobody, after a change of scope', 0, 0, 9, true, null],
])('%s', (_title, absent, disabled, of, scopeChanged, reason) => {
  expect(holdReason(danger(absent, disabled, of, scopeChanged), GUARD, null)).toBe(reason);
});

it.each<[approved: number, people: number, reason: HoldReason | null]>([
  [6, 6, null],
  [6, 5, null],
  [6, 7, 'more-than-approved'],
  [0, 1, 'more-than-approved'],
  [0, 0, null],
])('approved for %i, and %i people would be hit', (approved, people, reason) => {
  expect(holdReason(danger(people, 0, 50, true), GUARD, approved)).toBe(reason);
});

it('a source may have limits of its own', () => {
  expect(holdReason(danger(6, 0, 50), { percent: 20, people: 50 }, null)).toBeNull();
  expect(holdReason(danger(6, 0, 50_000), { percent: 10, people: 5 }, null)).toBe('people');
  expect(holdReason(danger(1, 0, 50_000), { percent: 10, people: 0 }, null)).toBe('people');
});

it.each([
  [6, 50, 12],
  [1, 3, 33],
  [1, 50_000, 1],
  [0, 50, 0],
  [3, 0, 100],
])('%i of %i people are %i percent', (people, of, percent) => {
  expect(percentOf(danger(people, 0, of))).toBe(percent);
});

it.each([
  ['1_ad_SNAPSHOT_2.csv.approve', { file: '1_ad_SNAPSHOT_2.csv', verdict: 'approve' }],
  ['1_ad_SNAPSHOT_2.CSV.Discard', { file: '1_ad_SNAPSHOT_2.CSV', verdict: 'discard' }],
  ['a\nb.approve', { file: 'a\nb', verdict: 'approve' }],
  ['.approve', null],
  ['1_ad_SNAPSHOT_2.csv', null],
  ['1_ad_SNAPSHOT_2.csv.approved', null],
])('%j is an answer', (name, decision) => {
  expect(decisionIn(name)).toEqual(decision);
});

import { expect, it } from 'vitest';
import { claimOf, isNew, wayBack, type TracedChange } from '../../../src/accounts/undo/claim.ts';
import type { Diff } from '../../../src/accounts/changes/diff.ts';
import { entryRangesIn, isInRanges, undoFileNames, undoneFileIn } from '../../../src/change-file/undo.ts';

const MINE = 7;

/** A change by the file in hand, unless it says something else. */
function change(seq: number, more: Partial<TracedChange> = {}): TracedChange {
  return {
    subject: 1,
    seq,
    fileId: MINE,
    file: 'mine.csv',
    entry: seq,
    line: seq + 1,
    operation: 'Update',
    who: null,
    undoId: null,
    diff: { department: ['a', 'b'] },
    ...more,
  };
}

const later = { fileId: 8, file: 'later.csv' };
const byHand = { fileId: null, file: null, entry: null, line: null, who: 'alice' };
const byUndo = { ...byHand, undoId: 3 };
const AT = new Date(0).toISOString();

it.each<[string, TracedChange[], number[], number[], object | null]>([
  ['all of one file', [change(1), change(2)], [], [1, 2], null],
  [
    'a later file stands upon it',
    [change(1), change(2, later)],
    [],
    [1],
    { code: 'changed-later', by: 'later.csv', entry: 2, at: AT },
  ],
  [
    'somebody by hand',
    [change(1), change(2, byHand)],
    [],
    [1],
    { code: 'changed-later', by: 'alice', at: AT },
  ],
  ['a later file that was undone', [change(1), change(2, later), change(3, byUndo)], [2], [1], null],
  ['a part that was undone', [change(1), change(2), change(3, byUndo)], [2], [1], null],
  ['all was undone', [change(1), change(3, byUndo)], [1], [1], { code: 'already-undone' }],
  [
    'undone, and the same file sent anew',
    [change(1), change(2, byUndo), change(3, later)],
    [1],
    [1],
    { code: 'already-undone' },
  ],
  [
    'the removal is finished',
    [change(1), change(2, { ...byHand, who: 'removals', diff: { state: ['remove_pending', 'removed'] } })],
    [],
    [1],
    { code: 'removed-for-good', at: AT },
  ],
])('%s', (_, history, undone, mine, blocked) => {
  const claim = claimOf(history, new Set(undone), ({ fileId }) => fileId === MINE);
  expect(claim.mine.map(({ seq }) => seq)).toEqual(mine);
  expect(claim.blocked).toEqual(blocked);
});

it('an entry that another one of the same file stands upon stays', () => {
  const claim = claimOf([change(1), change(2)], new Set(), ({ entry }) => entry === 1);
  expect(claim.blocked).toEqual({ code: 'changed-later', by: 'mine.csv', entry: 2, at: AT });
});

it.each<[string, Diff[], Record<string, { is: unknown; was: unknown }>, string[]]>([
  [
    'goes over several changes',
    [{ a: [1, 2] }, { a: [2, 3], b: [null, 'x'] }],
    { a: { is: 3, was: 1 }, b: { is: 'x', was: null } },
    [],
  ],
  ['is none where it ends where it began', [{ a: [1, 2] }, { a: [2, 1] }], {}, []],
  [
    'knows no passwords',
    [{ password: 'changed', passwordState: [null, 'temporary'] }],
    { passwordState: { is: 'temporary', was: null } },
    ['password'],
  ],
])('the way back %s', (_, diffs, fields, secret) => {
  const way = wayBack(diffs.map((diff) => ({ diff })));
  expect(Object.fromEntries(way.fields)).toEqual(fields);
  expect([...way.secret]).toEqual(secret);
});

it('who was made by the file is known by the first change', () => {
  expect(isNew([{ diff: { state: [null, 'pending'] } }], 'state')).toBe(true);
  expect(isNew([{ diff: { state: ['active', 'suspended'] } }], 'state')).toBe(false);
  expect(isNew([{ diff: { dn: [null, 'cn=a'] } }], 'dn')).toBe(true);
});

it.each([
  ['3', [[3, 3]]],
  [
    '3,7-9',
    [
      [3, 3],
      [7, 9],
    ],
  ],
  [
    ' 3 , 7 - 9 ',
    [
      [3, 3],
      [7, 9],
    ],
  ],
  ['', null],
  ['0', null],
  ['9-7', null],
  ['3,,4', null],
  ['three', null],
])('entries %j are %j', (text, ranges) => {
  expect(entryRangesIn(text)).toEqual(ranges);
});

it('an entry is in a range, or all of them are', () => {
  expect(
    [2, 3, 7, 8, 10].map((entry) =>
      isInRanges(
        [
          [3, 3],
          [7, 9],
        ],
        entry,
      ),
    ),
  ).toEqual([false, true, true, true, false]);
  expect(isInRanges(null, 5)).toBe(true);
});

it.each([
  ['1_PRV_5.csv.undo', '1_PRV_5.csv'],
  ['1_PRV_5.csv.UNDO', '1_PRV_5.csv'],
  ['1_PRV_5.csv.undo.undo', '1_PRV_5.csv.undo'],
  ['.undo', null],
  ['1_PRV_5.csv', null],
])('%s asks to undo %s', (name, file) => {
  expect(undoneFileIn(name)).toBe(file);
});

it('what an undo writes fits any file system, whatever the file is called', () => {
  expect(undoFileNames('1_PRV_5.csv', 12)).toEqual({
    report: '1_PRV_5_undo_12.txt',
    trace: '1_PRV_5_undo_12.csv',
  });
  const { report } = undoFileNames(`1_${'ü'.repeat(120)}_PRV_5.csv`, 12);
  expect(Buffer.byteLength(report)).toBeLessThanOrEqual(255);
});

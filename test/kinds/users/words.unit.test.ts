import { expect, test } from 'vitest';
import { kinds } from '../../../src/messages/en/kinds.ts';

const ALL_ON = { create: true, update: true, createGroups: true, multipleGroups: true };

test.each([
  [{}, 'Creating users: on; updating users: on; creating groups: on'],
  [{ create: false }, 'Creating users: off; updating users: on; creating groups: on'],
  [{ update: false, createGroups: false }, 'Creating users: on; updating users: off; creating groups: off'],
  [
    { multipleGroups: false },
    'Creating users: on; updating users: on; creating groups: on; groups are ignored',
  ],
])('what is in force of %j is said in words', (changed, text) => {
  expect(kinds.userOptions({ ...ALL_ON, ...changed })).toBe(text);
});

test('the summary counts what has happened, and names what has not with 0', () => {
  expect(kinds.users.summary?.({ created: 2, skipped: 1, groups: 3 }, 'HR')).toBe(
    'Users created: 2; updated: 0; unchanged: 0; skipped: 1; failed: 0; groups created: 3',
  );
});

import { describe, expect, it } from 'vitest';
import {
  groupFields,
  membershipsOf,
  newGroup,
  type Groups,
  type Membership,
} from '../../../src/accounts/groups/groups.ts';
import { parseGroups } from '../../../src/kinds/users/groups-cell.ts';
import { planGroups } from '../../../src/kinds/users/memberships.ts';

const DEFAULT = { ...newGroup('Default Group', true), id: 1 };
const SALES = { ...newGroup('Sales'), id: 2 };
const QUIET = { ...newGroup('Quiet'), id: 3, canSend: false };

const groups: Groups = {
  byName: new Map([DEFAULT, SALES, QUIET].map((group) => [group.name, group])),
  defaultGroup: DEFAULT,
  members: new Map(),
  changed: new Set(),
};

const member = (group: typeof SALES, words = ''): Membership => ({
  group,
  isPrimary: words.includes('primary'),
  canSend: !words.includes("can't"),
  isAdmin: words.includes('admin'),
});

/** Memberships, groups that are created, and codes of warnings; or the code of the fault. */
function planned(before: readonly Membership[] | null, cell: string, mayCreate = true): unknown {
  const parsed = parseGroups(cell);
  if ('refusal' in parsed) throw new Error(`no groups: ${cell}`);
  const plan = planGroups(groups, before, parsed.definitions, mayCreate);
  if ('refusal' in plan) return plan.refusal.code;
  return [
    groupFields(plan.memberships),
    plan.created.map(({ name }) => name),
    plan.warnings.map(({ code }) => code),
  ];
}

const inDefault = membershipsOf(groups, 7);
const D = 'group.Default Group';
const S = 'group.Sales';
const Q = 'group.Quiet';

it.each<[string, readonly Membership[] | null, string, unknown]>([
  [
    'a new person without Primary: the first group is',
    null,
    'Sales[Admin];Quiet[Send]',
    [{ [S]: 'primary, send, admin', [Q]: 'send' }, [], []],
  ],
  [
    'a new person who is only removed is in the default group',
    null,
    'Sales[Remove]',
    [{ [D]: 'primary, send' }, [], [2915]],
  ],
  [
    'a new member may what the group says',
    inDefault,
    'Quiet[Admin]',
    [{ [D]: 'primary, send', [Q]: "can't send, admin" }, [], []],
  ],
  [
    'what is not named stays',
    [member(SALES, "primary can't admin")],
    'Sales[Primary]',
    [{ [S]: "primary, can't send, admin" }, [], []],
  ],
  [
    'rights change in place',
    [member(SALES, "primary can't")],
    'Sales[Send Admin]',
    [{ [S]: 'primary, send, admin' }, [], []],
  ],
  [
    'Primary moves, and the former primary stays',
    inDefault,
    'Sales[Primary]',
    [{ [D]: 'send', [S]: 'primary, send' }, [], []],
  ],
  [
    'leaving the primary one while another is made primary',
    inDefault,
    'Default Group[Remove];Sales[Primary]',
    [{ [S]: 'primary, send' }, [], []],
  ],
  [
    'leaving the primary one while others remain',
    [member(DEFAULT, 'primary'), member(SALES)],
    'Default Group[Remove]',
    2025,
  ],
  [
    'leaving the primary one for a group that is not made primary',
    inDefault,
    'Default Group[Remove];Sales[Send]',
    2025,
  ],
  [
    'leaving another one',
    [member(DEFAULT, 'primary'), member(SALES)],
    'Sales[Remove]',
    [{ [D]: 'primary, send' }, [], []],
  ],
  [
    'leaving all: the default group, its rights anew',
    [member(SALES, 'primary admin'), member(QUIET)],
    'Sales[Remove];Quiet[Remove]',
    [{ [D]: 'primary, send' }, [], []],
  ],
  [
    'leaving the default group as the only one',
    [member(DEFAULT, "primary can't admin")],
    'Default Group[Remove]',
    [{ [D]: 'primary, send' }, [], []],
  ],
  ['leaving a group that is not there', inDefault, 'Nowhere[Remove]', [{ [D]: 'primary, send' }, [], [2915]]],
  ['leaving a group of others', inDefault, 'Sales[Remove]', [{ [D]: 'primary, send' }, [], [2915]]],
  [
    'a group that is not there',
    inDefault,
    "New[Can't send];Sales[Send]",
    [{ [D]: 'primary, send', 'group.New': "can't send", [S]: 'send' }, ['New'], []],
  ],
  [
    'names keep their case',
    inDefault,
    'sales[Send]',
    [{ [D]: 'primary, send', 'group.sales': 'send' }, ['sales'], []],
  ],
])('%s', (_, before, cell, expected) => {
  const copy = structuredClone(before);
  expect(planned(before, cell)).toEqual(expected);
  expect(before, 'nothing is done yet').toEqual(copy);
  expect([...groups.byName.keys()]).toEqual(['Default Group', 'Sales', 'Quiet']);
});

it('where groups may not be created, the rest of the cell is done', () => {
  expect(planned(inDefault, 'New[Primary];Sales[Send]', false)).toEqual([
    { [D]: 'primary, send', [S]: 'send' },
    [],
    [2911],
  ]);
  expect(planned(null, 'New[Primary]', false)).toEqual([{ [D]: 'primary, send' }, [], [2911]]);
});

describe('a person is in at most 100 groups', () => {
  const many = (count: number): Membership[] =>
    Array.from({ length: count }, (_, index) => ({
      ...member({ ...newGroup(`G${index}`), id: index }),
      isPrimary: index === 0,
    }));
  const countOf = (before: Membership[], cell: string) => {
    const plan = planned(before, cell);
    return Array.isArray(plan) ? Object.keys(plan[0] as object).length : plan;
  };

  it.each<[before: number, cell: string, expected: number]>([
    [99, 'New[Send]', 100],
    [100, 'New[Send]', 2020],
    [100, 'G7[Admin]', 100],
    [100, 'New[Send];G7[Remove]', 100],
    [99, 'New[Send];Newer[Send]', 2020],
    [120, 'G7[Admin]', 120],
    [120, 'G7[Remove];New[Send]', 120],
    [120, 'G7[Remove];G8[Remove]', 118],
    [120, 'New[Send]', 2020],
  ])('%d groups and %s: %d', (before, cell, expected) => {
    expect(countOf(many(before), cell)).toBe(expected);
  });
});

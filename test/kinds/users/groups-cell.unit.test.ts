import { describe, expect, it } from 'vitest';
import { parseGroups } from '../../../src/kinds/users/groups-cell.ts';
import { USER_VALUES } from '../../../src/tables/user-values.ts';

/** `Sales: Send, Admin` for each definition; the code where there is a fault. */
function read(text: string): string[] | number {
  const parsed = parseGroups(text);
  if ('refusal' in parsed) return parsed.refusal.code;
  return parsed.definitions.map(({ name, statuses }) => `${name}: ${[...statuses].join(', ')}`);
}

it.each<[string, string[] | number]>([
  ['Sales[Send]', ['Sales: Send']],
  [
    'Default Group[Primary Admin Send];Engineering[Admin Send]',
    ['Default Group: Primary, Admin, Send', 'Engineering: Admin, Send'],
  ],
  ["Purchasing[Admin Can't send];Sales[Remove]", ["Purchasing: Admin, Can't send", 'Sales: Remove']],
  ["A[CAN'T SEND primary]", ["A: Can't send, Primary"]],
  ['A[Send ikke Administrator]', ["A: Can't send, Admin"]],
  ['A[Administrator Send ikke Primær]', ["A: Admin, Can't send, Primary"]],
  ['A[Send  Admin]', ['A: Send, Admin']],
  ['A[Send Send]', ['A: Send']],
  ['A[Send];', ['A: Send']],
  ['North [EU] team[Send]', ['North [EU] team: Send']],
  ['[EU][Send]', ['[EU]: Send']],
  ['a  b[Send]', ['a  b: Send']],
  ['A[Send];a[Send]', ['A: Send', 'a: Send']],
  ['Sales', 2020],
  ['Sales[]', 2020],
  ['Sales[ ]', 2020],
  ['Sales[ Send]', 2020],
  ['Sales[Send ]', 2020],
  ['[Send]', 2020],
  [' [Send]', 2020],
  ['Sales[Send', 2020],
  ['Sales Send]', 2020],
  ['Sales[Send]x', 2020],
  ['Sales[Send]]', 2020],
  ['Sales [Send]', 2020],
  ['Sales\u00a0[Send]', 2020],
  ['Sales[Send]; Engineering[Send]', 2020],
  ['Sales[Send] ;Engineering[Send]', 2020],
  ['Sales[Send];;Engineering[Send]', 2020],
  ['Sales[Send];;', 2020],
  [';Sales[Send]', 2020],
  [';', 2020],
  ['', 2020],
  [`${'x'.repeat(255)}[Send]`, [`${'x'.repeat(255)}: Send`]],
  [`${'😀'.repeat(255)}[Send]`, [`${'😀'.repeat(255)}: Send`]],
  [`Sales[Send];${'x'.repeat(256)}[Send]`, 2004],
  ['Sales[Owner]', 2021],
  ['Sales[Sends]', 2021],
  ['Sales[Send,Admin]', 2021],
  ['Sales[Send\tAdmin]', 2021],
  ["Sales[Can't]", 2021],
  ["Sales[Send Can't send]", 2022],
  ['Sales[Remove Admin]', 2022],
  ['Sales[Primary];Engineering[Primary]', 2023],
  ['Sales[Send];Sales[Admin]', 2024],
  ['Sales[Primary];Sales[Primary]', 2024],
])('%s: %j', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

it('a fault of the form comes before one of a word, and names the whole cell', () => {
  expect(parseGroups('A[Owner];B')).toEqual({
    refusal: { code: 2020, field: 'Groups', value: 'A[Owner];B' },
  });
  expect(parseGroups('A[Send];B[Ow ner]')).toEqual({
    refusal: { code: 2021, field: 'Groups', value: 'Ow', other: 'B' },
  });
});

it('a cell of more than 100 groups is refused', () => {
  const cell = (count: number) => Array.from({ length: count }, (_, index) => `G${index}[Send]`).join(';');
  expect(read(cell(100))).toHaveLength(100);
  expect(parseGroups(`${cell(101)};`)).toMatchObject({
    refusal: { code: 2020, reason: 'too-many-groups', limit: 100, other: '101' },
  });
});

describe('every spelling of a status', () => {
  const rows = USER_VALUES.filter(({ kind }) => kind === 'group status').flatMap((row) =>
    [row.canonical, row.seed_form, ...row.also_accepted.split(';')]
      .filter((word) => word !== '')
      .map((word) => [word, row.canonical] as const),
  );
  it.each(rows)('%s means %s, in any case and composed or not', (word, status) => {
    for (const text of [word, word.toUpperCase(), word.normalize('NFD')])
      expect(read(`A[${text}]`)).toEqual([`A: ${status}`]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  builtNotesDn,
  commonNameOf,
  foldNotesDn,
  resolveNotesDn,
} from '../../../src/accounts/subscribers/notes-name.ts';
import type { Organisation } from '../../../src/accounts/subscribers/organisation.ts';

const ENTRIES = [
  { dn: 'Jayne Hybrid06/HighAvail', email: 'jayne.hybrid06@example.com' },
  { dn: 'Sam Twin/East/Acme', email: 'sam.twin@example.com' },
  { dn: 'Sam Twin/West/Acme', email: 'sam.twin@example.com' },
];

const organisation = (notes: Organisation['notes'], taken: [string, number][] = []) =>
  ({ name: 'Acme', notes, onPremises: ENTRIES, notesDns: new Map(taken) }) as unknown as Organisation;

const request = (email: string, notesDn: string, givenName = '', familyName = '') => ({
  email: `${email}@example.com`,
  notesDn,
  givenName,
  familyName,
  owner: 7,
});

describe('a service-only organisation: a name that nobody has', () => {
  it.each([
    ['built from the names', request('sam', '', 'Sam', 'Daryn'), [], 'Sam Daryn/Acme', null],
    ['as given', request('sam', 'Sam Daryn/abx/IBM', 'X', 'Y'), [], 'Sam Daryn/abx/IBM', null],
    [
      'taken by another',
      request('sam', '', 'Sam', 'Daryn'),
      [['sam daryn/acme', 8]],
      'Sam Daryn/Acme',
      'taken',
    ],
    ['his own', request('sam', '', 'Sam', 'Daryn'), [['sam daryn/acme', 7]], 'Sam Daryn/Acme', null],
    [
      'taken in other letters',
      request('sam', 'SAM  DARYN / acme'),
      [['sam daryn/acme', 8]],
      'SAM  DARYN / acme',
      'taken',
    ],
    [
      'taken on premises',
      request('sam', 'jayne hybrid06/highavail'),
      [],
      'jayne hybrid06/highavail',
      'taken',
    ],
  ] as const)('%s', (_, asked, taken, dn, refused) => {
    const found = resolveNotesDn(
      organisation(
        'service_only',
        taken.map(([key, id]) => [key, id]),
      ),
      asked,
    );
    expect(found).toEqual({ dn, refused });
  });
});

describe('a hybrid organisation: the name of the on-premises entry', () => {
  it.each([
    ['by the names', request('jayne.hybrid06', '', 'Jayne', 'Hybrid06'), 'Jayne Hybrid06/HighAvail', null],
    [
      'by the DN, whatever the names',
      request('jayne.hybrid06', 'jayne hybrid06/HIGHAVAIL', 'J', 'H'),
      'Jayne Hybrid06/HighAvail',
      null,
    ],
    ['nobody of the name', request('jayne.hybrid06', '', 'Jayne', 'Hybrid07'), 'Jayne Hybrid07', 'unknown'],
    ['nobody of the DN', request('jayne.hybrid06', 'Jayne Hybrid06/Acme'), 'Jayne Hybrid06/Acme', 'unknown'],
    ['another address', request('jayne', '', 'Jayne', 'Hybrid06'), 'Jayne Hybrid06', 'other-address'],
    ['two of the name', request('sam.twin', '', 'Sam', 'Twin'), 'Sam Twin', 'ambiguous'],
    ['one of two, by the DN', request('sam.twin', 'Sam Twin/West/Acme'), 'Sam Twin/West/Acme', null],
  ])('%s', (_, asked, dn, refused) => {
    expect(resolveNotesDn(organisation('hybrid'), asked)).toEqual({ dn, refused });
  });
});

it.each([
  ['Sam Daryn/abx/IBM', 'sam daryn/abx/ibm', 'Sam Daryn'],
  [' Sam   Daryn / ABX /IBM', 'sam daryn/abx/ibm', ' Sam   Daryn '],
  ['Åse Ødegård', 'åse ødegård', 'Åse Ødegård'],
])('%j is compared as %j', (dn, key, common) => {
  expect(foldNotesDn(dn)).toBe(key);
  expect(commonNameOf(dn)).toBe(common);
});

it('a name is built from given name, family name and organisation', () => {
  expect(builtNotesDn({ name: 'Acme' }, 'Sam', 'Daryn')).toBe('Sam Daryn/Acme');
});

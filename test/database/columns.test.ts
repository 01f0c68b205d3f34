import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  columns,
  columnsOf,
  converted,
  jsonTimestamp,
  orNull,
  setExcluded,
  timestamp,
  type RowOf,
} from '../../src/database/columns.ts';

interface Ship {
  name: string;
  state: 'afloat' | 'sunk';
  berth: { harbour: string; pier: number | null };
  captain: { name: string; since: Date | null } | null;
  flags: readonly string[];
  launchedAt: Date;
}

const SHIP_COLUMNS = {
  name: 'name',
  state: 'state',
  berth: { harbour: 'berth_harbour', pier: 'berth_pier' },
  captain: orNull({ name: 'captain_name', since: jsonTimestamp('captain_since') }),
  flags: 'flags',
  launchedAt: jsonTimestamp('launched_at'),
} as const;

const SHIP = columns<Ship>()(SHIP_COLUMNS);

const ship: Ship = {
  name: 'Fram',
  state: 'afloat',
  berth: { harbour: 'Oslo', pier: null },
  captain: { name: 'Sverdrup', since: new Date('1893-06-24T10:00:00Z') },
  flags: ['NO'],
  launchedAt: new Date('1892-10-26T12:00:00Z'),
};

const row: RowOf<typeof SHIP> = {
  name: 'Fram',
  state: 'afloat',
  berth_harbour: 'Oslo',
  berth_pier: null,
  captain_name: 'Sverdrup',
  captain_since: '1893-06-24T10:00:00.000Z',
  flags: ['NO'],
  launched_at: '1892-10-26T12:00:00.000Z',
};

describe('a map of columns', () => {
  test('lists them', () => {
    expect(SHIP.names).toEqual(Object.keys(row));
  });

  test('makes rows of objects, and objects of rows', () => {
    expect(SHIP.to(ship)).toEqual(row);
    expect(SHIP.from(row)).toEqual(ship);
  });

  test('leaves out what it does not name', () => {
    expect(SHIP.from({ ...row, tonnage: 402 } as typeof row)).toEqual(ship);
    expect(SHIP.to({ ...ship, tonnage: 402 } as Ship)).toEqual(row);
  });

  test('a part that is null has nulls in all its columns', () => {
    const laidUp = { ...row, captain_name: null, captain_since: null };
    expect(SHIP.to({ ...ship, captain: null })).toEqual(laidUp);
    expect(SHIP.from(laidUp)).toEqual({ ...ship, captain: null });
  });

  test('a null inside a part that is there is a null, converted or not', () => {
    const captain = { name: 'Sverdrup', since: null };
    expect(SHIP.to({ ...ship, captain })).toEqual({ ...row, captain_since: null });
    expect(SHIP.from({ ...row, captain_since: null })).toEqual({ ...ship, captain });
  });

  test('the type of the row follows from it', () => {
    expectTypeOf(row).toEqualTypeOf<{
      name: string;
      state: 'afloat' | 'sunk';
      berth_harbour: string;
      berth_pier: number | null;
      captain_name: string | null;
      captain_since: string | null;
      flags: readonly string[];
      launched_at: string;
    }>();
  });

  test('that forgets a key, or stores a date as it is, does not compile', () => {
    const { name: _, ...nameless } = SHIP_COLUMNS;
    // @ts-expect-error -- name is missing
    columns<Ship>()(nameless);
    // @ts-expect-error -- a row in JSON has no dates
    columns<Ship>()({ ...SHIP_COLUMNS, launchedAt: 'launched_at' });
    // @ts-expect-error -- the captain may be null
    columns<Ship>()({ ...SHIP_COLUMNS, captain: { name: 'captain_name', since: jsonTimestamp('since') } });
  });
});

test('a column more is one line: row, list and both ways follow', () => {
  const withLength = columns<Ship & { lengthMetres: number }>()({
    ...SHIP_COLUMNS,
    lengthMetres: 'length_metres',
  });
  expectTypeOf<RowOf<typeof withLength>['length_metres']>().toEqualTypeOf<number>();
  expect(withLength.names).toEqual([...SHIP.names, 'length_metres']);
  expect(withLength.to({ ...ship, lengthMetres: 39 })).toEqual({ ...row, length_metres: 39 });
  expect(withLength.from({ ...row, length_metres: 39 })).toEqual({ ...ship, lengthMetres: 39 });
});

test('a value may be stored in a form of its own', () => {
  const table = columns<{ sails: Set<string>; seenAt: Date }>()({
    sails: converted(
      'sails',
      (stored: string) => new Set(stored.split(' ')),
      (sails: Set<string>) => [...sails].join(' '),
    ),
    seenAt: timestamp('seen_at'),
  });
  const seenAt = new Date('1895-01-08T00:00:00Z');
  const stored = { sails: 'jib main', seen_at: seenAt };
  expectTypeOf<RowOf<typeof table>>().toEqualTypeOf<{ sails: string; seen_at: Date }>();
  expect(table.to({ sails: new Set(['jib', 'main']), seenAt })).toEqual(stored);
  expect(table.from(stored)).toEqual({ sails: new Set(['jib', 'main']), seenAt });
});

test('a row of what is given lacks the other columns', () => {
  const { berth } = ship;
  expect(SHIP.toPart({ state: 'sunk', berth, captain: undefined })).toStrictEqual({
    state: 'sunk',
    berth_harbour: 'Oslo',
    berth_pier: null,
  });
});

test('an object is one column of JSON, or several', () => {
  const table = columns<{ berth: Ship['berth']; captain: Ship['captain'] }>()({
    berth: 'berth',
    captain: 'captain',
  });
  const { berth, captain } = ship;
  expectTypeOf<RowOf<typeof table>>().toEqualTypeOf<{ berth: Ship['berth']; captain: Ship['captain'] }>();
  expect(table.to({ berth, captain })).toEqual({ berth, captain });
  expect(table.from({ berth, captain: null })).toEqual({ berth, captain: null });
});

test('columns of a row are named with it', () => {
  expect(columnsOf('stored', ['state', 'berth_pier'])).toBe('stored.state, stored.berth_pier');
});

test('the update of an upsert takes what the insert brought', () => {
  expect(setExcluded(['state', 'berth_pier'])).toBe(
    'state = excluded.state, berth_pier = excluded.berth_pier',
  );
});

import { describe, expect, it } from 'vitest';
import type { KnownPerson } from '../../../src/accounts/lists/known.ts';
import { CELL_END, Values } from '../../../src/kinds/snapshot/line.ts';
import { entangled, planList } from '../../../src/kinds/snapshot/plan.ts';
import type { ListFacts, ListLine, Planned } from '../../../src/kinds/snapshot/state.ts';
import { known } from './known.ts';

const COLUMNS = ['emailAddress', 'objectId', 'status', 'givenName', 'familyName'];

/** `address objectId status`, e.g. `ann g-1 disabled`; the name is the address. */
function lineOf(text: string, index: number): ListLine {
  const [name = '', id = '', status = ''] = text.split(' ');
  const address = `${name}@example.com`;
  const objectId = id === '-' ? '' : id;
  const named = status === 'nameless' ? '' : 'X';
  return {
    entry: index + 1,
    line: index + 2,
    address,
    objectId,
    isDisabled: status === 'disabled',
    values: new Values(COLUMNS, [address, objectId, status, named, named].join(CELL_END)),
    dn: null,
  };
}

function planned(
  lines: readonly string[],
  people: readonly KnownPerson[],
  more: Partial<ListFacts> = {},
  dn: ListLine['dn'] = null,
): string[] {
  const facts: ListFacts = {
    keeps: 'accounts',
    source: 'ad',
    byObject: new Map(people.flatMap((one) => (one.objectId ? [[one.objectId, one] as const] : []))),
    byAddress: new Map(people.map((one) => [one.address, one])),
    byKey: new Map(),
    elsewhere: new Set(['taken@example.com']),
    ownedDomains: new Set(['example.com']),
    mailDomains: new Set(),
    administrators: 1,
    guarded: new Set([99]),
    ...more,
  };
  const plan = planList(
    facts,
    lines.map((text, index) => ({
      line: dn
        ? { ...lineOf(text, index), dn, values: new Values(['displayName'], 'X') }
        : lineOf(text, index),
      faults: [],
    })),
  );
  return [...plan.lines.values()].map((one) =>
    'planned' in one
      ? `${one.planned.effect}${one.planned.person ? ` ${one.planned.person.id}` : ''}`
      : String(one.faults[0]?.code),
  );
}

describe('who is who', () => {
  it.each<[title: string, lines: string[], people: KnownPerson[], outcome: string[]]>([
    ['nobody is known', ['ann g-1'], [], ['created']],
    ['by id', ['ann g-1'], [known(1, 'ann', 'g-1')], ['unchanged 1']],
    ['by id, with another address', ['anna g-1'], [known(1, 'ann', 'g-1')], ['updated 1']],
    ['by address, without an id', ['ann -'], [known(1, 'ann', 'g-1')], ['unchanged 1']],
    ['by address, with a new id', ['ann g-9'], [known(1, 'ann', 'g-1')], ['unchanged 1']],
    [
      'an address that its holder gives up',
      ['anna g-1', 'ann g-2'],
      [known(1, 'ann', 'g-1')],
      ['updated 1', 'created'],
    ],
    [
      'the same, the other way round',
      ['ann g-2', 'anna g-1'],
      [known(1, 'ann', 'g-1')],
      ['created', 'updated 1'],
    ],
    [
      'two who change their addresses',
      ['bob g-1', 'ann g-2'],
      [known(1, 'ann', 'g-1'), known(2, 'bob', 'g-2')],
      ['updated 1', 'updated 2'],
    ],
    [
      'an address whose holder stays',
      ['bob g-1'],
      [known(1, 'ann', 'g-1'), known(2, 'bob', 'g-2')],
      ['2002'],
    ],
    [
      'an address whose holder wants one that is not free',
      ['bob g-1', 'taken g-2'],
      [known(1, 'ann', 'g-1'), known(2, 'bob', 'g-2')],
      ['2002', '2002'],
    ],
    [
      'a chain that breaks at its end',
      ['bob g-1', 'cid g-2', 'taken g-3'],
      [known(1, 'ann', 'g-1'), known(2, 'bob', 'g-2'), known(3, 'cid', 'g-3')],
      ['2002', '2002', '2002'],
    ],
    ['an address of another organisation', ['taken g-1'], [], ['2002']],
    ['twice by address', ['ann g-1', 'ann g-2'], [], ['created', '2201']],
    ['twice by id', ['ann g-1', 'anna g-1'], [], ['created', '2201']],
    [
      'twice, once by id and once by address',
      ['anna g-1', 'ann -'],
      [known(1, 'ann', 'g-1')],
      ['updated 1', 'created'],
    ],
    ['of another source', ['ann g-1'], [known(1, 'ann', null, { source: 'hr' })], ['2902']],
    ['of nobody so far', ['ann g-1'], [known(1, 'ann', null, { source: null })], ['unchanged 1']],
    ['on the way out', ['ann g-1'], [known(1, 'ann', 'g-1', { isLeaving: true })], ['1054']],
    ['new and without a name', ['ann g-1 nameless'], [], ['2003']],
  ])('%s', (_title, lines, people, outcome) => {
    expect(planned(lines, people)).toEqual(outcome);
  });
});

it('a contact who gets an address of before does not overwrite whose entry is named after it', () => {
  const ann = known(1, 'ann.new', 'g-1', { key: 'cn=ann' });
  const facts: Partial<ListFacts> = { keeps: 'contacts', byKey: new Map([['cn=ann', ann]]) };
  const dn = { text: 'cn=ann', key: 'cn=ann' };
  expect(planned(['ann.new g-1', 'ann g-3'], [ann], facts, dn)).toEqual(['updated 1', '7']);
});

it('a chain through all of a list that breaks at its end is followed once', () => {
  const size = 20_000;
  const people = Array.from({ length: size }, (_, index) => known(index + 1, `p${index}`, `g-${index}`));
  // Nobody's turn comes before that of who stands behind: looked at again and again, it takes a minute.
  const lines = people.map((_, index) => `${index === size - 1 ? 'taken' : `p${index + 1}`} g-${index}`);
  const before = process.cpuUsage();
  expect(new Set(planned(lines, people))).toEqual(new Set(['2002']));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(5_000);
});

describe('status', () => {
  const disabled = known(1, 'ann', 'g-1', { isDisabled: true });
  it.each<[title: string, line: string, person: KnownPerson | null, outcome: string]>([
    ['new and disabled', 'ann g-1 disabled', null, '2903'],
    ['disabled', 'ann g-1 disabled', known(1, 'ann', 'g-1'), 'disabled 1'],
    ['disabled already', 'ann g-1 disabled', disabled, 'unchanged 1'],
    ['back', 'ann g-1', disabled, 'enabled 1'],
    ['back with another address', 'anna g-1', disabled, 'enabled 1'],
    ['suspended by other hands', 'ann g-1', { ...disabled, mayEnable: false }, 'unchanged 1'],
    ['the last administrator', 'ann g-1 disabled', known(1, 'ann', 'g-1', { administrates: true }), '2019'],
    ['who carries files out', 'ann g-1 disabled', known(99, 'ann', 'g-1'), '2019'],
  ])('%s', (_title, line, person, outcome) => {
    expect(planned([line], person ? [person] : [])).toEqual([outcome]);
  });

  it('one of two administrators may go, and not both', () => {
    const people = [
      known(1, 'ann', 'g-1', { administrates: true }),
      known(2, 'bob', 'g-2', { administrates: true }),
    ];
    const lines = ['ann g-1 disabled', 'bob g-2 disabled'];
    expect(planned(lines, people, { administrators: 2 })).toEqual(['disabled 1', '2019']);
  });
});

describe('another address', () => {
  const moving = (more: Partial<KnownPerson>) => [known(1, 'ann', 'g-1', more)];
  const outside = { ownedDomains: new Set<string>() };
  it.each<[title: string, people: KnownPerson[], facts: Partial<ListFacts>, outcome: string]>([
    [
      'of a federated person, in a domain of the organisation',
      moving({ isFederated: true }),
      {},
      'updated 1',
    ],
    ['of a federated person, in any other', moving({ isFederated: true }), outside, '1006'],
    ['of somebody without a mailbox, in any domain', moving({}), outside, 'updated 1'],
    ['of a mailbox, in a domain without mail', moving({ hasNotesMail: true }), {}, '1006'],
    [
      'of a mailbox, in a domain with mail',
      moving({ hasNotesMail: true }),
      { mailDomains: new Set(['example.com']) },
      'updated 1',
    ],
  ])('%s', (_title, people, facts, outcome) => {
    expect(planned(['anna g-1'], people, facts)).toEqual([outcome]);
  });
});

describe('contacts', () => {
  const ofContacts = (facts: Partial<ListFacts> = {}): Partial<ListFacts> => ({
    keeps: 'contacts',
    ...facts,
  });
  const fields = { givenName: ['X'], familyName: ['X'] };
  const there = known(1, 'ann', 'g-1', { key: 'cn=ann', fields });

  it.each<[title: string, line: string, people: KnownPerson[], outcome: string]>([
    ['who is disabled goes', 'ann g-1 disabled', [there], 'removed 1'],
    ['who is as the line says stays', 'ann g-1', [there], 'unchanged 1'],
    ['one without a name for the directory is refused', 'bob g-2', [there], '2003'],
  ])('%s', (_title, line, people, outcome) => {
    expect(planned([line], people, ofContacts())).toEqual([outcome]);
  });

  const dn = { text: 'cn=bob', key: 'cn=bob' };
  const asked = (of: Partial<ListLine>, people: Map<string, KnownPerson>) => {
    const line = { ...lineOf('bob -', 0), values: new Values(['displayName'], 'Bob'), ...of };
    const facts = {
      keeps: 'contacts',
      source: 'ad',
      byObject: new Map(),
      byAddress: new Map(),
      byKey: people,
      elsewhere: new Set(),
      ownedDomains: new Set(),
      mailDomains: new Set(),
      administrators: 1,
      guarded: new Set(),
    } as ListFacts;
    const plan = planList(facts, [{ line, faults: [] }]).lines.get(1);
    return plan && 'planned' in plan ? plan.planned.effect : plan?.faults[0]?.code;
  };

  it('whose address makes no name is refused', () => {
    expect(asked({}, new Map())).toBe(2001);
  });

  it('under the name of a group is refused, and under a free one made', () => {
    const group = known(7, 'all', null, { isGroup: true, key: 'cn=bob' });
    expect(asked({ dn }, new Map([['cn=bob', group]]))).toBe(7);
    expect(asked({ dn }, new Map())).toBe('created');
  });
});

describe('technicians', () => {
  it.each<[title: string, line: string, person: KnownPerson, outcome: string]>([
    ['an account becomes one', 'ann g-1', known(1, 'ann', 'g-1'), '2003'],
    ['one is disabled', 'ann g-1 disabled', known(1, 'ann', 'g-1', { isTechnician: true }), 'disabled 1'],
  ])('%s', (_title, line, person, outcome) => {
    expect(planned([line], [person], { keeps: 'technicians' })).toEqual([outcome]);
  });
});

it('those who pass their addresses on are written together', () => {
  const [ann, bob, cid] = [known(1, 'ann', null), known(2, 'bob', null), known(3, 'cid', null)];
  const to = (person: KnownPerson | null, name: string): Planned => ({
    line: lineOf(`${name} -`, 0),
    person,
    phase: 'update',
    effect: 'updated',
  });
  const all = [to(ann, 'bob'), to(bob, 'bea'), to(cid, 'cid'), to(null, 'dan'), to(null, 'eve')];
  const holders = new Map([
    ['bob@example.com', 2],
    ['cid@example.com', 3],
    ['dan@example.com', 9],
  ]);
  expect([...entangled(all, holders)].map(({ person }) => person?.id)).toEqual([2, 1]);
});

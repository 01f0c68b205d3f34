import { describe, expect, it } from 'vitest';
import type { ManagedPerson } from '../../../src/accounts/lists/absent.ts';
import { planAbsent, restOf } from '../../../src/kinds/snapshot/absent.ts';
import { isChanged } from '../../../src/kinds/snapshot/changed.ts';
import { CELL_END, Values } from '../../../src/kinds/snapshot/line.ts';
import { People, personOf } from '../../../src/kinds/snapshot/people.ts';
import type { Doubt, ListFacts, ListLine, ListState, Planned } from '../../../src/kinds/snapshot/state.ts';
import { known } from './known.ts';

type PhaseOf = Pick<Planned, 'phase' | 'person'>;

const person = (id: number, administrates = false): ManagedPerson => ({
  id,
  address: `p${id}@example.com`,
  key: null,
  administrates,
});
const facts = (administrators: number, keeps: ListFacts['keeps'] = 'accounts') =>
  ({ keeps, administrators, guarded: new Set([99]) }) as unknown as ListFacts;

describe('who is absent goes', () => {
  const plan = (people: ManagedPerson[], administrators: number, planned: PhaseOf[] = []) => {
    const { gone, kept } = planAbsent(facts(administrators), { of: 9, absent: people }, planned);
    return { gone: gone.map(({ id }) => id), kept: kept.map((one) => `${one.person.id} ${one.why}`) };
  };

  it('but for an account that carries files out', () => {
    expect(plan([person(1), person(99)], 1)).toEqual({ gone: [1], kept: ['99 guarded'] });
  });

  it('but for the last administrator', () => {
    expect(plan([person(1, true), person(2, true), person(3)], 2)).toEqual({
      gone: [1, 3],
      kept: ['2 last-administrator'],
    });
  });

  it('and those whom the list disables are no administrators any more', () => {
    const ann = known(7, 'ann', null, { administrates: true });
    const disabled: PhaseOf = { phase: 'disable', person: ann };
    const updated: PhaseOf = { phase: 'update', person: ann };
    expect(plan([person(1, true)], 2, [disabled])).toMatchObject({ kept: ['1 last-administrator'] });
    expect(plan([person(1, true)], 2, [updated])).toMatchObject({ gone: [1] });
  });

  it('from other lists without exception', () => {
    const { gone } = planAbsent(facts(1, 'contacts'), { of: 1, absent: [person(99, true)] }, []);
    expect(gone).toHaveLength(1);
  });
});

describe('what is told at the end of a list', () => {
  const rest = (doubt: Doubt | null) =>
    restOf({
      doubt,
      settings: { keeps: 'accounts' },
      absence: { of: 3, absent: [person(1), person(2)] },
      absent: { gone: [person(1)], kept: [{ person: person(2), why: 'guarded' }] },
    } as unknown as ListState);

  it('who is suspended, and who stays', () => {
    expect(rest(null)).toEqual({
      absent: [{ subject: 'p1@example.com', effect: 'suspended' }],
      warnings: [{ code: 2916, reason: 'guarded', limit: 1, value: 'p2@example.com' }],
      effects: { disabled: 1, kept: 1 },
    });
  });

  it('that nobody was taken for absent, and why', () => {
    expect(rest('twice')).toEqual({
      absent: [],
      warnings: [{ code: 2916, reason: 'twice', limit: 2 }],
      effects: { disabled: 0, kept: 2 },
    });
  });

  it('of an empty list its code alone', () => {
    expect(rest('empty').warnings).toEqual([]);
  });
});

describe('whose an address is', () => {
  const [none, own, other] = [
    known(1, 'ann', null, { source: null }),
    known(2, 'ann', 'g-2'),
    known(3, 'ann', 'g-3', { source: 'hr' }),
  ];

  it.each([
    ['of the list', [other, none, own], 2],
    ['of the list, whoever comes first', [own, none, other], 2],
    ['of nobody, before another source', [other, none], 1],
    ['of the first of two like it', [other, { ...other, id: 4 }], 3],
  ])('the person %s', (_title, people, id) => {
    expect(new People('ad', people).maps.byAddress.get('ann@example.com')?.id).toBe(id);
  });

  it('never a group, nor by an id of another source', () => {
    const group = known(5, 'all', 'g-5', { isGroup: true, key: 'cn=all' });
    const { byAddress, byObject, byKey } = new People('ad', [group, other]).maps;
    expect([byAddress.has('all@example.com'), byObject.size, byKey.get('cn=all')?.id]).toEqual([false, 0, 5]);
  });

  const line = (more: Partial<ListLine>): ListLine => ({
    entry: 1,
    line: 2,
    address: 'ann@example.com',
    objectId: '',
    isDisabled: false,
    dn: null,
    values: new Values([], ''),
    ...more,
  });

  it('a contact is found by its name, and not by that of a group', () => {
    const named = known(6, 'bea', null, { key: 'cn=ann' });
    const dn = { text: 'cn=ann', key: 'cn=ann' };
    expect(personOf(new People('ad', [named, own]).maps, new Map(), line({ dn }))?.id).toBe(6);
    const group = { ...named, isGroup: true };
    expect(personOf(new People('ad', [group, own]).maps, new Map(), line({ dn }))?.id).toBe(2);
  });

  it('nobody whom another line names by id', () => {
    const { maps } = new People('ad', [own]);
    expect(personOf(maps, new Map([[2, 5]]), line({}))).toBeNull();
    expect(personOf(maps, new Map([[2, 1]]), line({}))?.id).toBe(2);
  });
});

describe('a line changes', () => {
  const changes = (keeps: ListFacts['keeps'], value: string, stored: unknown, column = 'title') => {
    const values = new Values(['emailAddress', column], ['ann@example.com', value].join(CELL_END));
    const line = { entry: 1, address: 'ann@example.com', values } as ListLine;
    return isChanged(keeps, line, known(1, 'ann', null, { fields: { [column]: stored } }));
  };

  it.each<[keeps: ListFacts['keeps'], value: string, stored: unknown, changed: boolean]>([
    ['accounts', 'Clerk', 'Clerk', false],
    ['accounts', 'Clerk', null, true],
    ['accounts', '', 'Clerk', false],
    ['contacts', 'Clerk', ['Clerk'], false],
    ['contacts', 'Clerk', ['Clerk', 'Chief'], true],
    ['contacts', '', ['Clerk'], true],
    ['contacts', '', undefined, false],
  ])('of %s: "%s" over %j: %s', (keeps, value, stored, changed) => {
    expect(changes(keeps, value, stored)).toBe(changed);
  });

  it('never the name of a contact to none', () => {
    expect(changes('contacts', '', ['Ann'], 'displayName')).toBe(false);
  });

  it('what the store has compared already is not compared again', () => {
    const line = { entry: 1, address: 'other@example.com' } as ListLine;
    expect(
      isChanged('accounts', line, known(1, 'ann', null, { compared: { entry: 1, isChanged: false } })),
    ).toBe(false);
  });
});

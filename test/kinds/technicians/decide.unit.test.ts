import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/change-file/entry.ts';
import { decideTechnician, failedTechnician } from '../../../src/kinds/technicians/decide.ts';
import type { TechnicianRow } from '../../../src/kinds/technicians/columns.ts';
import type { TechniciansState } from '../../../src/kinds/technicians/context.ts';
import { failedUser } from '../../../src/kinds/users/decide.ts';
import type { Refusal } from '../../../src/change-file/result-code.ts';
import { emptyOrganisation } from '../fuzz/organisation.ts';

const PLACE = { entry: 1, line: 2, firstByte: 0, byteCount: 1, lineCount: 1 };
const UNREADABLE: { refusal: Refusal } = { refusal: { code: 1000, reason: 'quoting' } };
const GOOD = {
  name: 'Henk Berg',
  email: 'Henk@example.com',
  password: 'Wx7!secret-01',
  tech_group_id: '1001',
  enabled: 'true',
  standard_license: 'false',
  mobile_license: 'false',
};

function entry(values: Record<string, string>, more: { isDisplaced?: boolean } = {}): Entry<TechnicianRow> {
  return { place: PLACE, read: { record: new Map(Object.entries(values)) as TechnicianRow }, ...more };
}

function decide(one: Entry<TechnicianRow>, hash: string | null = 'a hash') {
  const organisation = { ...emptyOrganisation(), technicianGroups: new Map([[1001, 'Support']]) };
  const state: TechniciansState = {
    organisation,
    chosenGroup: null,
    inputs: {
      now: new Date('2026-05-05T12:00:00Z'),
      file: 'a.csv',
      nextSubscriberId: () => 1,
      passwordHashes: new Map(hash === null ? [] : [[1, hash]]),
    },
  };
  return { ...decideTechnician(state, one), people: [...organisation.subscribers.keys()] };
}

const codesOf = ({ refusal }: { refusal: Refusal | null }) =>
  refusal ? [refusal.code, ...(refusal.also ?? []).map(({ code }) => code)] : [];

describe('a row of a technician', () => {
  it('makes an account', () => {
    expect(decide(entry(GOOD))).toMatchObject({
      code: 0,
      subject: 'henk@example.com',
      people: ['henk@example.com'],
    });
  });

  it.each<[title: string, change: Record<string, string>, codes: number[]]>([
    ['no switch', { enabled: 'perhaps' }, [2005]],
    ['three of them', { enabled: '2', standard_license: 'x', mobile_license: 'y' }, [2005, 2005, 2005]],
    ['no address', { email: 'henk' }, [2001]],
    ['an address that is too long', { email: `${'h'.repeat(400)}@example.com` }, [2004]],
    ['a group that is not there', { tech_group_id: '7' }, [2108]],
    ['a group that is no number', { tech_group_id: 'Support' }, [2108]],
    ['a license that nobody sells', { mobile_license: 'true' }, [2109]],
  ])('is refused with %s', (_title, change, codes) => {
    const decided = decide(entry({ ...GOOD, ...change }));
    expect(codesOf(decided)).toEqual(codes);
    expect(decided.people).toEqual([]);
  });

  it('without any value is refused for each that must be there', () => {
    expect(codesOf(decide(entry({})))).toEqual([2100, 2000, 2101, 2103, 2104, 2105, 2107]);
  });

  it('that cannot be read says why, also where it cannot be written', () => {
    const expected = {
      place: PLACE,
      code: 1000,
      operation: null,
      subject: null,
      refusal: UNREADABLE.refusal,
    };
    expect(decide({ place: PLACE, read: UNREADABLE })).toMatchObject(expected);
    expect(failedTechnician({ place: PLACE, read: UNREADABLE })).toEqual(expected);
  });

  it('whose password may stand anywhere shows columns and rules, and no value', () => {
    const wrong = { ...GOOD, email: 'Wx7!secret-01', enabled: '' };
    const { refusal, subject } = decide(entry(wrong, { isDisplaced: true }));
    expect(subject).toBeNull();
    expect(refusal).toMatchObject({ code: 2001, value: '***' });
    expect(JSON.stringify(refusal)).not.toContain('Wx7!');
    expect(JSON.stringify(decide(entry(wrong)).refusal)).toContain('Wx7!');
  });

  it('that the store refuses says of whom', () => {
    const refusal = { code: 1008, reason: 'not-written', value: 'Henk@example.com' };
    expect(failedTechnician(entry(GOOD))).toMatchObject({ subject: 'henk@example.com', refusal });
    expect(failedTechnician(entry({}))).toMatchObject({ subject: '', refusal: { value: '' } });
  });

  it('whose password was not hashed is a fault of ours', () => {
    expect(() => decide(entry(GOOD), null)).toThrow('without a password');
  });
});

describe('a row of a user that the store refuses', () => {
  it('says of whom', () => {
    const read = { record: new Map([['email', 'Ann@example.com']]) } as never;
    expect(failedUser({ place: PLACE, read })).toMatchObject({
      code: 1008,
      subject: 'ann@example.com',
      refusal: { reason: 'not-written', value: 'Ann@example.com' },
    });
  });

  it('and cannot be read says why', () => {
    expect(failedUser({ place: PLACE, read: UNREADABLE })).toMatchObject({ code: 1000, subject: null });
  });
});

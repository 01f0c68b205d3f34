import { describe, expect, it } from 'vitest';
import { decideRecord, failedRecord } from '../../src/kinds/directory/decide.ts';
import { decideEntry, failedEntry } from '../../src/kinds/provisioning/decide.ts';
import type { DecisionInputs } from '../../src/kinds/provisioning/context.ts';
import { newDirectory } from '../../src/accounts/directory/entry.ts';
import type { Entry, ProvisioningRecord } from '../../src/change-file/entry.ts';
import type { Refusal } from '../../src/change-file/result-code.ts';
import { readLdif } from './directory/directory.ts';
import { emptyOrganisation } from './fuzz/organisation.ts';

const NOW = new Date('2026-05-05T12:00:00Z');
const PLACE = { entry: 1, line: 2, firstByte: 0, byteCount: 1, lineCount: 1 };
const UNREADABLE: { refusal: Refusal } = { refusal: { code: 1000, reason: 'quoting' } };

type Values = Record<string, string>;

function entry(values: Values, more: { isDisplaced?: boolean } = {}): Entry<ProvisioningRecord> {
  return { place: PLACE, read: { record: new Map(Object.entries(values)) }, ...more };
}

describe('a provisioning row', () => {
  const inputs: DecisionInputs = {
    now: NOW,
    file: 'a.csv',
    origin: 'provisioning:',
    nextSubscriberId: () => 1,
    passwordHashes: new Map(),
  };
  const decide = (one: Entry<ProvisioningRecord>) => decideEntry(emptyOrganisation(), one, inputs);

  it('that cannot be read says why', () => {
    const expected = {
      place: PLACE,
      code: 1000,
      operation: null,
      subject: null,
      refusal: UNREADABLE.refusal,
    };
    expect(decide({ place: PLACE, read: UNREADABLE })).toEqual(expected);
    expect(failedEntry({ place: PLACE, read: UNREADABLE })).toEqual(expected);
  });

  it('whose password may stand anywhere shows who it is about, and nothing else', () => {
    const values = {
      emailAddress: 'Ann@example.com',
      action: 'Add',
      language: 'Secret-1',
      timeZone: 'Secret-2',
    };
    const shown = (isDisplaced: boolean) => JSON.stringify(decide(entry(values, { isDisplaced })));
    expect(shown(false)).toMatch(/Secret-1|Secret-2/u);
    expect(shown(true)).not.toContain('Secret');
    expect(shown(true)).toContain('***');
    expect(decide(entry(values, { isDisplaced: true })).subject).toBe('ann@example.com');
  });

  it('whose password may stand anywhere shows a wrong address and a wrong action', () => {
    const { refusal } = decide(entry({ emailAddress: 'a@b.c', action: 'Ad' }, { isDisplaced: true }));
    expect(refusal).toMatchObject({ code: 1015, field: 'action', value: 'Ad' });
  });

  it.each<[Values, number, string | null]>([
    [{ emailAddress: 'a@b.c', action: 'Add' }, 1008, 'Add'],
    [{ emailAddress: 'a@b.c', action: 'Add', activation: 'Force' }, 1097, 'Add'],
    [{ emailAddress: 'a@b.c', action: 'Ad' }, 1008, null],
    [{}, 1008, null],
  ])('%j that the store refuses gives %i', (values, code, operation) => {
    const value = values['emailAddress'] ?? '';
    expect(failedEntry(entry(values))).toEqual({
      place: PLACE,
      code,
      operation,
      subject: value,
      refusal: { code, field: 'emailAddress', value, reason: 'not-written' },
      ...(operation === null ? {} : { about: { kind: 'person', id: null, name: '' } }),
    });
  });
});

describe('a directory record', () => {
  const context = { directory: newDirectory(1, [], []), lastChange: { file: 'a.ldif', line: 1, at: NOW } };

  it('that cannot be read says why', () => {
    const expected = {
      place: PLACE,
      code: 1000,
      operation: null,
      subject: null,
      refusal: UNREADABLE.refusal,
    };
    expect(decideRecord(context, { place: PLACE, read: UNREADABLE })).toEqual(expected);
    expect(failedRecord({ place: PLACE, read: UNREADABLE })).toEqual(expected);
  });

  it('that the store refuses holds a value that is not valid', async () => {
    const [record] = await readLdif('dn: cn=Ann,o=Acme\nchangetype: delete\n');
    expect(record && failedRecord(record)).toMatchObject({
      code: 9,
      operation: 'delete',
      subject: 'cn=Ann,o=Acme',
      refusal: { code: 9, field: 'dn', value: 'cn=Ann,o=Acme', reason: 'not-written' },
    });
  });

  it('that the rules skip has no result', async () => {
    const [record] = await readLdif('dn: cn=Ann,o=Acme\nchangetype: Delete\n');
    expect(record && decideRecord(context, record)).toBeNull();
  });
});

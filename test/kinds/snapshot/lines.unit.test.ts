import { describe, expect, it } from 'vitest';
import type { SnapshotSettings } from '../../../src/accounts/customers/customer.ts';
import { Breather } from '../../../src/breather.ts';
import { Comparison } from '../../../src/kinds/snapshot/compared.ts';
import { isDisabledIn } from '../../../src/kinds/snapshot/line.ts';
import { headOf, linesOf } from '../../../src/kinds/snapshot/lines.ts';
import { readList } from '../../../src/kinds/snapshot/reader.ts';

type Keeps = SnapshotSettings['keeps'];
const NOW = new Date('2026-05-05T12:00:00Z');

async function read(text: string, keeps: Keeps = 'accounts') {
  const bytes = Buffer.from(text);
  const open = async function* (from: number) {
    yield bytes.subarray(from);
  };
  const { problem, entries: reading } = await readList(open, null);
  const entries = await Array.fromAsync(reading);
  const head = headOf(entries, keeps);
  const settings = { keeps } as SnapshotSettings;
  const surroundings = { head, settings, source: 'ad', organisation: { name: 'Acme' }, now: NOW };
  const lines = await linesOf(entries, { ...surroundings, breather: new Breather() });
  return { problem, head, ...lines };
}

describe('the header of a list', () => {
  it.each<[title: string, header: string, reason: string, value: string]>([
    ['an unknown column', 'mail,shoeSize', 'header-unknown', 'shoeSize'],
    ['one column under two names', 'mail,emailAddress', 'header-repeated', 'emailAddress'],
    ['one name twice', 'mail,givenName,givenName', 'header-repeated', 'givenName'],
    ['no address', 'givenName,familyName', 'header-incomplete', 'emailAddress'],
  ])('%s makes all lines unusable', async (_title, header, reason, value) => {
    const { head, doubt, named, nameless } = await read(`${header}\n${header.replaceAll(/\w+/g, 'x')}\n`);
    expect(head.unusable).toMatchObject({ code: 1000, reason, value });
    expect(doubt).toBe('header');
    expect(named).toEqual([]);
    expect(nameless.get(1)?.faults).toMatchObject([{ reason }]);
  });

  it.each([
    ['what Excel writes first', 'sep=;\nmail\n', 'separator-line'],
    ['a quote that does not end', '"mail\nann@example.com\n', 'header-unreadable'],
  ])('%s is no header', async (_title, text, reason) => {
    const { problem, nameless } = await read(`${text}ann@example.com\n`);
    expect([problem?.reason, ...[...nameless.values()].map(({ faults }) => faults[0]?.reason)]).toContain(
      reason,
    );
  });

  it('empty last names, as a spreadsheet leaves them, do not count', async () => {
    const { head, named } = await read('mail,givenName,,\nann@example.com,Ann,,\n');
    expect(head.columns).toEqual(['emailAddress', 'givenName']);
    expect(named).toHaveLength(1);
  });
});

describe('a line that does not say whom it is about', () => {
  it.each([
    ['no address', '', 2000],
    ['no mail address', 'ann', 2001],
    ['an address that is too long', `${'a'.repeat(250)}@example.com`, 2004],
  ])('%s', async (_title, address, code) => {
    const { nameless, doubt } = await read(`mail,givenName\n${address},Ann\n`);
    expect(nameless.get(1)?.faults).toMatchObject([{ code, field: 'emailAddress' }]);
    expect(doubt).toBe('nameless');
  });

  it('an id that the store could not keep', async () => {
    const { nameless, doubt } = await read(`mail,objectId\nann@example.com,${'9'.repeat(256)}\n`);
    expect(nameless.get(1)).toMatchObject({
      faults: [{ code: 2004, limit: 255 }],
      subject: 'ann@example.com',
    });
    expect(doubt).toBe('nameless');
  });

  it('a line that cannot be read', async () => {
    const { nameless, named, doubt } = await read(
      'mail,givenName\nann@example.com,"A"nn\nbob@example.com,Bob\n',
    );
    expect(nameless.get(1)).toMatchObject({ subject: null });
    expect(named).toHaveLength(1);
    expect(doubt).toBe('unreadable');
  });
});

describe('a value of an account', () => {
  const faultsOf = async (column: string, value: string, keeps: Keeps = 'accounts') =>
    (await read(`mail,${column}\nann@example.com,"${value}"\n`, keeps)).named[0]?.faults.map(
      ({ code }) => code,
    );

  it.each<[column: string, value: string, codes: number[]]>([
    ['language', 'da_DK', []],
    ['language', 'DA_dk', []],
    ['language', 'xx_XX', [9]],
    ['language', 'Klingon', [2004, 9]],
    ['timeZone', 'Europe/Nowhere', [1023]],
    ['country', 'XX', [1050]],
    ['country', 'X', [1049]],
    ['givenName', 'x'.repeat(120), []],
    ['givenName', 'x'.repeat(121), [2004]],
    ['givenName', '\u{1f600}'.repeat(120), []],
    ['jobTitle', 'x'.repeat(100), [2004]],
    ['language', 'x'.repeat(300), [2004, 9]],
    ['status', 'enabled', []],
    ['status', 'Uitgeschakeld', []],
    ['status', 'gone', [2017]],
    ['department', '', []],
  ])('%s "%s": %j', async (column, value, codes) => {
    expect(await faultsOf(column, value)).toEqual(codes);
  });

  it('is not looked up for a contact, which has free texts', async () => {
    expect(await faultsOf('telephoneNumber', '12 ext. 3', 'contacts')).toEqual([]);
  });
});

it.each([
  ['', false],
  ['Active', false],
  ['FALSE', true],
  ['disabled', true],
])('a person with the status "%s" is disabled: %s', (status, isDisabled) => {
  expect(isDisabledIn(status)).toBe(isDisabled);
});

describe('what the store compares of a line', () => {
  const compared = async (text: string, keeps: Keeps) => {
    const { named, head } = await read(text, keeps);
    const [one] = named;
    if (!one) throw new Error('the line says nobody');
    return new Comparison(keeps, head.columns).of(one);
  };

  it('of an account the values that it has, in one order', async () => {
    const one = await compared('mail,familyName,givenName,fax\nann@example.com,Berg,Ann,\n', 'accounts');
    const other = await compared('mail,givenName,familyName\nann@example.com,Ann,Berg\n', 'accounts');
    expect(one).toEqual(other);
    expect(one?.values).toBe('Ann\u001fBerg');
  });

  it('of a technician the name', async () => {
    expect(await compared('mail,name\nann@example.com,Ann Berg\n', 'technicians')).toMatchObject({
      mask: 0,
      values: 'Ann Berg',
    });
    expect(await compared('mail\nann@example.com\n', 'technicians')).toMatchObject({ values: '' });
  });

  it('of a contact all values, an empty one as nothing', async () => {
    const text = 'mail,displayName,title\nann@example.com,Ann,\n';
    expect(await compared(text, 'contacts')).toMatchObject({ values: '["Ann"]\u001f' });
  });

  it.each<[title: string, text: string, keeps: Keeps]>([
    ['a fault', 'mail,language\nann@example.com,Klingon\n', 'accounts'],
    ['what would end a value', 'mail,givenName\nann@example.com,"A\u001fnn"\n', 'accounts'],
    ['a contact that goes', 'mail,status\nann@example.com,disabled\n', 'contacts'],
    ['a contact without a name', 'mail,displayName\nann@example.com,\n', 'contacts'],
  ])('nothing, with %s', async (_title, text, keeps) => {
    expect(await compared(text, keeps)).toBeNull();
  });
});

it.each([
  [255, []],
  [256, [2004]],
])(
  'an id of %s characters that take two units each is counted as a person counts them',
  async (length, codes) => {
    const { nameless } = await read(`mail,objectId\nann@example.com,${'\u{1f600}'.repeat(length)}\n`);
    expect([...nameless.values()].map(({ faults }) => faults[0]?.code)).toEqual(codes);
  },
);

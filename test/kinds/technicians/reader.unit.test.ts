import { describe, expect, it } from 'vitest';
import { readTechnicians } from '../../../src/kinds/technicians/reader.ts';
import { readTechniciansJson } from '../../../src/kinds/technicians/json-reader.ts';
import { maskedHeader, maskedRow, shownItem } from '../../../src/kinds/technicians/shown.ts';
import { COLUMNS, HEADERS } from '../../../src/kinds/technicians/columns.ts';
import { splitName } from '../../../src/accounts/subscribers/technician.ts';

const [ENGLISH = [], DUTCH = []] = HEADERS;
const HEAD = ENGLISH.join(',');
const ROW = 'Henk,,henk@example.com,,,Wx7!secret-01,TRUE,FALSE,FALSE,1001';

async function read(text: string, reader = readTechnicians) {
  const bytes = Buffer.from(text);
  const open = async function* (from: number) {
    yield bytes.subarray(from);
  };
  const { problem, entries } = await reader(open, null);
  return { problem, entries: await Array.fromAsync(entries) };
}
const problemOf = async (text: string) => {
  const { problem } = await read(text);
  return (
    problem &&
    [problem.reason, problem.value, problem.other, problem.limit].filter((one) => one !== undefined)
  );
};

describe('a header line', () => {
  it.each([
    ['English', HEAD],
    ['Dutch', DUTCH.join(';')],
    ['in any case', HEAD.toUpperCase()],
    ['with blanks and what a spreadsheet leaves', `${ENGLISH.join(' , ')},,`],
  ])('is fine: %s', async (_, head) => {
    expect(await problemOf(`${head}\n${ROW}\n`)).toBeNull();
  });

  it.each<[string, string, unknown[]]>([
    ['another order', 'Nickname,Name', ['header-order', 'Nickname', 'Name', 1]],
    [
      'one left out',
      ENGLISH.filter((name) => name !== 'Enabled').join(','),
      ['header-order', 'Standard License', 'Enabled', 7],
    ],
    ['the last left out', ENGLISH.slice(0, 9).join(','), ['header-short', 'Tech Group ID', 10]],
    ['one too many', `${HEAD},Name`, ['header-surplus', 'Name']],
    [
      'both languages',
      [...ENGLISH.slice(0, 5), ...DUTCH.slice(5)].join(','),
      ['header-order', 'Wachtwoord', 'Password', 6],
    ],
    ['a person', ROW, ['header-order', '***', 'Name', 1]],
    ['what Excel writes', 'sep=;', ['separator-line', 'sep=', '']],
    ['a quote that does not end', 'Name,"Nick"name', ['header-unreadable']],
  ])('is refused: %s', async (_, head, expected) => {
    expect(await problemOf(`${head}\n${ROW}\n`)).toEqual(expected);
  });
});

it('a row whose values stand in other columns is marked', async () => {
  const displaced = 'Henk,henk@example.com,x,,,Wx7!secret-01,TRUE,FALSE,FALSE,1001';
  const { entries } = await read(`${HEAD}\n${ROW}\n${displaced}\n`);
  expect(entries.map(({ isDisplaced }) => isDisplaced)).toEqual([undefined, true]);
});

describe('the trace of a row', () => {
  const shown = (line: string, head = HEAD) =>
    maskedRow(Buffer.from(`${head}\n`))(Buffer.from(line)).toString();

  it.each([
    ['has no password', ROW, 'Henk,,henk@example.com,,,***,TRUE,FALSE,FALSE,1001'],
    ['keeps everything else byte for byte', 'A, "b" ,"c,d",,,"p,""w",x\r\n', '***\r\n'],
    [
      'has none in quotes',
      'A,,a@example.com,,"x, y","Wx7!""01",TRUE,TRUE,TRUE,\r\n',
      'A,,a@example.com,,"x, y",***,TRUE,TRUE,TRUE,\r\n',
    ],
    ['with an empty cell is as it was', 'A,,a@example.com,,,,TRUE,,,', 'A,,a@example.com,,,,TRUE,,,'],
    ['that cannot be read is masked whole', 'A,"b', '***'],
    ['with a cell too many, too', `${ROW},x`, '***'],
    [
      'whose values stand a column too far left',
      'A,a@example.com,,,Wx7!secret-01,TRUE,TRUE,FALSE,1001',
      '***',
    ],
    ['or too far right', 'A,,a@example.com,,x,y,Wx7!secret-01,TRUE,TRUE,FALSE', '***'],
    ['whose address stands beside its column', 'A,a@example.com,x,,,Wx7!secret-01,TRUE,TRUE,FALSE,', '***'],
  ])('%s', (_, line, expected) => {
    expect(shown(line)).toBe(expected);
  });

  it('below a header that cannot be used is masked whole, and the header is one of columns or masked', () => {
    expect(shown(ROW, 'Nickname,Name')).toBe('***');
    expect(maskedHeader(Buffer.from('Nickname,Name')).toString()).toBe('Nickname,Name');
    expect(maskedHeader(Buffer.from(ROW)).toString()).toBe('***');
  });
});

const item = (more: Record<string, unknown> = {}) => ({
  ...Object.fromEntries(COLUMNS.map((column) => [column, ''])),
  name: 'Henk',
  email: 'h@example.com',
  password: 'Wx7!secret-01',
  ...more,
});
/** So many of them, each on a line of its own. */
const listOf = (count: number) =>
  `[\n${Array.from({ length: count }, (_, at) => JSON.stringify(item({ name: `N${at}` }))).join(',\n')}\n]\n`;

describe('a list of JSON', () => {
  it('goes on behind the item that was read last', async () => {
    const bytes = Buffer.from(listOf(5));
    const open = async function* (from: number) {
      yield bytes.subarray(from);
    };
    const all = await Array.fromAsync((await readTechniciansJson(open, null)).entries);
    const { entry, line, firstByte, byteCount } = all[2]?.place ?? {
      entry: 0,
      line: 0,
      firstByte: 0,
      byteCount: 0,
    };
    const behind = { entries: entry, line: line + 1, byte: firstByte + byteCount };
    const rest = await Array.fromAsync((await readTechniciansJson(open, behind)).entries);
    expect(rest).toEqual(all.slice(3));
  });

  it('whose disk fails is no faulty list', async () => {
    const open = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('[');
      throw new Error('EIO');
    };
    await expect(readTechniciansJson(open, null)).rejects.toThrow('EIO');
  });

  it('with a number without end is not kept in memory', async () => {
    expect((await read(`[${'1'.repeat(500)}]`, readTechniciansJson)).problem).toMatchObject({
      reason: 'json-syntax',
    });
  });
});

const without = (key: string) => Object.fromEntries(Object.entries(item()).filter(([name]) => name !== key));

describe('an item of JSON', () => {
  const readOne = async (text: string) => {
    const { problem, entries } = await read(text, readTechniciansJson);
    expect(problem).toBeNull();
    const [first] = entries;
    return first && ('record' in first.read ? Object.fromEntries(first.read.record) : first.read.refusal);
  };

  it.each<[string, unknown, unknown]>([
    [
      'has booleans and numbers as they are written',
      item({ enabled: true, tech_group_id: 1001 }),
      {
        name: 'Henk',
        email: 'h@example.com',
        password: 'Wx7!secret-01',
        enabled: 'true',
        tech_group_id: '1001',
      },
    ],
    [
      'has nothing where null stands, or blanks',
      item({ nickname: null, sso_id: '  ' }),
      { name: 'Henk', email: 'h@example.com', password: 'Wx7!secret-01' },
    ],
    [
      'is trimmed',
      item({ name: ' Henk\t' }),
      { name: 'Henk', email: 'h@example.com', password: 'Wx7!secret-01' },
    ],
  ])('%s', async (_, given, expected) => {
    expect(await readOne(JSON.stringify([given]))).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['no object', '["Wx7!secret-01"]', 'json-no-object'],
    ['an unknown key', JSON.stringify([item({ licence: true })]), 'json-key-unknown'],
    [
      'a key that programs give a meaning',
      `[${JSON.stringify(item()).replace('"name"', '"__proto__"')}]`,
      'json-key-unknown',
    ],
    ['a key left out', JSON.stringify([without('sso_id')]), 'json-key-missing'],
    ['no key', '[{}]', 'json-key-missing'],
    [
      'a key twice, by its header',
      JSON.stringify([item({ 'E-mailadres': 'x@example.com' })]),
      'json-key-twice',
    ],
    ['a key twice', `[${JSON.stringify(item()).replace('{', '{"name":"A",')}]`, 'json-key-twice'],
    ['a list as a value', JSON.stringify([item({ name: ['Henk'] })]), 'json-value'],
    ['an object as a value', JSON.stringify([item({ name: { __proto__: null } })]), 'json-value'],
    ['a character that nothing can store', JSON.stringify([item({ name: 'a\0b' })]), 'nul'],
    ['half a character', JSON.stringify([item({ name: '\ud800' })]), 'encoding'],
    ['more than is read', JSON.stringify([item({ description: 'x'.repeat(70_000) })]), 'too-long'],
  ])('is refused with %s', async (_, text, reason) => {
    expect(await readOne(text)).toMatchObject({ code: 1000, reason });
    expect(shownItem(Buffer.from(text.slice(1, -1))).toString()).toBe('***');
  });

  it('is traced by address and name', () => {
    const shown = (more: object) => shownItem(Buffer.from(JSON.stringify(item(more as never)))).toString();
    expect(shown({})).toBe('h@example.com,Henk');
    expect(shown({ name: 'de Vries, "Henk"\n' })).toBe(String.raw`h@example.com,"de Vries, ""Henk"""`);
    expect(shown({ name: 'a\u0007b' })).toBe(String.raw`h@example.com,a\u0007b`);
  });
});

it.each([
  ['Henk de Vries', 'Henk', 'de Vries'],
  ['Cher', 'Cher', ''],
  ['Jan  Piet', 'Jan', 'Piet'],
])('%s is called %s and %s', (name, givenName, familyName) => {
  expect(splitName(name)).toEqual({ givenName, familyName });
});

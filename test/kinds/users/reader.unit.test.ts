import { describe, expect, it } from 'vitest';
import { columnOf } from '../../../src/kinds/users/columns.ts';
import { readUsers } from '../../../src/kinds/users/reader.ts';
import { USER_COLUMNS } from '../../../src/tables/user-columns.ts';
import { readText, rowsOf } from './reading.ts';

describe('columns are found by their header', () => {
  it.each(USER_COLUMNS.map((row) => [row.key, row] as const))(
    '%s',
    (key, { header, header_danish, aliases }) => {
      for (const name of [header, header_danish, ...aliases.split(';')].filter((text) => text !== ''))
        for (const text of [name, name.toUpperCase(), `  ${name} `, name.normalize('NFD')])
          expect(columnOf(text), text).toBe(key);
    },
  );

  it('and only by theirs', () => {
    for (const text of ['Can Send', 'Kan sende', '', 'Frist Name', 'email_address'])
      expect(columnOf(text)).toBeUndefined();
  });
});

describe('separators', () => {
  it.each([
    ['commas', 'Email Address,Title\na@b.c,"x;y\tz"\n'],
    ['semicolons', 'Email Address;Title\na@b.c;"x;y\tz"\n'],
    ['TABs', 'Email Address\tTitle\na@b.c\t"x;y\tz"\n'],
    ['quoted headers', '"Email Address";"Title"\n"a@b.c";"x;y\tz"\n'],
  ])('%s', async (_, text) => {
    expect(await rowsOf(text)).toEqual([{ email: 'a@b.c', title: 'x;y\tz' }]);
  });

  it('a header of one column has none', async () => {
    expect(await rowsOf('Email Address\na@b.c\n')).toEqual([{ email: 'a@b.c' }]);
  });

  it('a cell of Groups with semicolons needs quotes where semicolons separate', async () => {
    expect(await rowsOf('Email Address;Groups\na@b.c;"A[Send];B[Send]"\nb@b.c;A[Send];B[Send]\n')).toEqual([
      { email: 'a@b.c', groups: 'A[Send];B[Send]' },
      'surplus',
    ]);
  });
});

describe('rows', () => {
  it.each<[string, string, unknown[]]>([
    [
      'a byte order mark and CR LF',
      '\ufeffEmail Address,Title\r\na@b.c,x\r\n',
      [{ email: 'a@b.c', title: 'x' }],
    ],
    ['blanks around values', 'Email Address, Title \n a@b.c ,  x y  \n', [{ email: 'a@b.c', title: 'x y' }]],
    [
      'empty cells, also quoted ones and blanks',
      'Email Address,Title,Company\na@b.c,"", \n',
      [{ email: 'a@b.c' }],
    ],
    ['a short row', 'Email Address,Title\na@b.c\n', [{ email: 'a@b.c' }]],
    ['separators at the end', 'Email Address,Title,,\na@b.c,x,,\n', [{ email: 'a@b.c', title: 'x' }]],
    [
      'rows without a value are none',
      'Email Address;Title\n;\n"";" "\n\na@b.c;x\n;;;\n',
      [{ email: 'a@b.c', title: 'x' }],
    ],
    ['a value too many', 'Email Address,Title\na@b.c,x,y\n', ['surplus']],
    ['a quoted line break', 'Email Address;Title\na@b.c;"x\ny"\n', [{ email: 'a@b.c', title: 'x\ny' }]],
    [
      'a quote that does not end',
      'Email Address,Title\na@b.c,"x\nb@b.c,y\n',
      ['quote-not-closed', { email: 'b@b.c', title: 'y' }],
    ],
    ['a quote in a value', 'Email Address,Title\na@b.c,x"y"\n', ['quoting']],
  ])('%s', async (_, text, rows) => {
    expect(await rowsOf(text)).toEqual(rows);
  });

  it('that are no UTF-8 cost nothing but themselves', async () => {
    const text = Buffer.concat([
      Buffer.from('Email Address\n'),
      Buffer.from([0xe6, 0x0a]),
      Buffer.from('a@b.c\n'),
    ]);
    expect(await rowsOf(text)).toEqual(['encoding', { email: 'a@b.c' }]);
  });

  it('go on where a slice has ended', async () => {
    const bytes = Buffer.from('Email Address;Title\na@b.c;"x;y"\nb@b.c;z\n');
    const open = async function* (from: number) {
      yield bytes.subarray(from);
    };
    const whole = await readText(bytes);
    const [first, second] = whole.entries;
    const { line = 0, lineCount = 0, firstByte = 0, byteCount = 0 } = first?.place ?? {};
    const rest = await readUsers(open, { entries: 1, line: line + lineCount, byte: firstByte + byteCount });
    expect(await Array.fromAsync(rest.entries)).toEqual([second]);
  });
});

describe('a header that makes rows unreadable refuses all of them', () => {
  it.each([
    ['an unknown column', 'Email Address,Frist Name\na@b.c,x\n', 'header-unknown', 'Frist Name'],
    ['a column without a name', 'Email Address,,Title\na@b.c,,x\n', 'header-unknown', ''],
    ['no address', 'First Name,Last Name\nx,y\n', 'header-incomplete', 'Email Address'],
    ['the same twice', 'Email Address,Title,TITLE\na@b.c,x,y\n', 'header-repeated', 'Title'],
    ['the same in Danish', 'Email Address,Title,Titel\na@b.c,x,y\n', 'header-repeated', 'Title'],
    ['the same by an alias', 'Email,E-mail\na@b.c,x\n', 'header-repeated', 'Email Address'],
    ['a separator line', 'sep=;\nEmail Address;Title\n', 'separator-line', 'sep='],
    ['a bad quote', 'Email "Address",Title\na@b.c,x\n', 'header-unreadable', undefined],
  ])('%s', async (_, text, reason, value) => {
    const { problem, entries } = await readText(text);
    expect(problem).toMatchObject({ code: 1000, reason, ...(value === undefined ? {} : { value }) });
    expect(entries.length).toBe(1);
    for (const { read } of entries) expect(read).toEqual({ refusal: problem });
  });

  it('a long name is cut, since every row repeats it', async () => {
    const { problem } = await readText(`Email Address,${'x'.repeat(60_000)}\na@b.c,1\n`);
    expect(problem?.value).toBe(`${'x'.repeat(200)}…`);
  });

  it('and so does none at all', async () => {
    expect(await readText('\n\n')).toEqual({
      problem: { code: 1000, reason: 'users-header-missing' },
      entries: [],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { readProvisioning } from '../../../src/kinds/provisioning/reader.ts';

async function* inPieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Every entry as `entry,line:values` or `entry,line!reason`, whatever pieces the bytes arrive in. */
async function read(text: string | Buffer, size = 7): Promise<string[]> {
  const { header, problem, entries } = await readProvisioning(() => inPieces(text, size), null);
  const lines = [
    problem ? `!${problem.reason}${problem.value ? ` ${problem.value}` : ''}` : header.toString().trimEnd(),
  ];
  for await (const { place, read } of entries)
    lines.push(
      `${place.entry},${place.line}${'record' in read ? `:${JSON.stringify(Object.fromEntries(read.record))}` : `!${read.refusal.reason}`}`,
    );
  return lines;
}

const HEADER = 'emailAddress,action,jobTitle';

describe('a provisioning file', () => {
  const cases: [string, string, string[]][] = [
    [
      'LF',
      `${HEADER}\na@b.c,Update,x\n`,
      [HEADER, '1,2:{"emailAddress":"a@b.c","action":"Update","jobTitle":"x"}'],
    ],
    ['CR LF', `${HEADER}\r\na@b.c,Add\r\n`, [HEADER, '1,2:{"emailAddress":"a@b.c","action":"Add"}']],
    ['no last line end', `${HEADER}\na@b.c,Add`, [HEADER, '1,2:{"emailAddress":"a@b.c","action":"Add"}']],
    [
      'byte order mark',
      `\uFEFF${HEADER}\na@b.c,Add`,
      [HEADER, '1,2:{"emailAddress":"a@b.c","action":"Add"}'],
    ],
    ['empty value is not given', `${HEADER}\na,b,\n`, [HEADER, '1,2:{"emailAddress":"a","action":"b"}']],
    [
      'zero-length string',
      `${HEADER}\na,b,""\n`,
      [HEADER, '1,2:{"emailAddress":"a","action":"b","jobTitle":""}'],
    ],
    [
      'surplus empty columns',
      `${HEADER}\na,b,c,,,"",\n`,
      [HEADER, '1,2:{"emailAddress":"a","action":"b","jobTitle":"c"}'],
    ],
    ['surplus value', `${HEADER}\na,b,c,,d\n`, [HEADER, '1,2!surplus']],
    ['one value alone, as in the documented trace', `${HEADER}\nbad input line\n`, [HEADER, '1,2!one-value']],
    [
      'blank lines do not count',
      `${HEADER}\n\na,b\n  \n\nc,d\n`,
      [HEADER, '1,3:{"emailAddress":"a","action":"b"}', '2,6:{"emailAddress":"c","action":"d"}'],
    ],
    [
      'doubled quotes',
      `${HEADER}\na,b,"ola ""den fyren"" N"\n`,
      [HEADER, '1,2:{"emailAddress":"a","action":"b","jobTitle":"ola \\"den fyren\\" N"}'],
    ],
    [
      'a quoted value over lines',
      `${HEADER}\na,b,"x\ny"\nc,d\n`,
      [
        HEADER,
        '1,2:{"emailAddress":"a","action":"b","jobTitle":"x\\ny"}',
        '2,4:{"emailAddress":"c","action":"d"}',
      ],
    ],
    [
      'a stray quote costs one line',
      `${HEADER}\na,b"b,c\nc,d\n`,
      [HEADER, '1,2!quote-not-closed', '2,3:{"emailAddress":"c","action":"d"}'],
    ],
    [
      'text after a closing quote',
      `${HEADER}\n"a"b,c"\nc,d\n`,
      [HEADER, '1,2!quote-not-closed', '2,3:{"emailAddress":"c","action":"d"}'],
    ],
    [
      'even, but misplaced quotes',
      `${HEADER}\na"b"c,d\nc,d\n`,
      [HEADER, '1,2!quoting', '2,3:{"emailAddress":"c","action":"d"}'],
    ],
    [
      'two stray quotes on two lines',
      `${HEADER}\na,x"\nb,y"\nc,d\n`,
      [HEADER, '1,2!quote-not-closed', '2,3!quote-not-closed', '3,4:{"emailAddress":"c","action":"d"}'],
    ],
    [
      'a quote that never closes',
      `${HEADER}\na,"x\nb,y\nc,d`,
      [
        HEADER,
        '1,2!quote-not-closed',
        '2,3:{"emailAddress":"b","action":"y"}',
        '3,4:{"emailAddress":"c","action":"d"}',
      ],
    ],
    ['NUL', `${HEADER}\na,b\u0000\n`, [HEADER, '1,2!nul']],
    [
      'header in any case',
      'EMAILADDRESS,Action\na,b\n',
      ['EMAILADDRESS,Action', '1,2:{"emailAddress":"a","action":"b"}'],
    ],
    [
      'trailing comma in the header',
      'emailAddress,action,\na,b,\n',
      ['emailAddress,action,', '1,2:{"emailAddress":"a","action":"b"}'],
    ],
    [
      'region is ignored',
      'emailAddress,region,action\na,x,b\n',
      ['emailAddress,region,action', '1,2:{"emailAddress":"a","action":"b"}'],
    ],
    [
      'unknown column',
      'emailAddress,action,colour\na,b,c\n',
      ['!header-unknown colour', '1,2!header-unknown'],
    ],
    [
      'repeated column',
      'emailAddress,action,Action\na,b,c\n',
      ['!header-repeated action', '1,2!header-repeated'],
    ],
    ['no action column', 'emailAddress\na\n', ['!header-incomplete action', '1,2!header-incomplete']],
    ['nothing at all', '', ['!header-missing']],
    ['header only', `${HEADER}\n`, [HEADER]],
  ];
  it.each(cases)('%s', async (_, text, expected) => {
    for (const size of [1, 7, 10_000]) expect(await read(text, size)).toEqual(expected);
  });

  it('refuses invalid UTF-8 in one entry only', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${HEADER}\na,b,`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\nc,d\n'),
    ]);
    expect(await read(bytes)).toEqual([HEADER, '1,2!encoding', '2,3:{"emailAddress":"c","action":"d"}']);
  });

  it('refuses a megabyte in one field and goes on', async () => {
    const text = `${HEADER}\na,b,${'x'.repeat(1_000_000)}\nc,d\n`;
    expect(await read(text, 65_536)).toEqual([
      HEADER,
      '1,2!too-long',
      '2,3:{"emailAddress":"c","action":"d"}',
    ]);
  });

  it('keeps the exact bytes of every entry for the trace', async () => {
    const text = `\uFEFF${HEADER}\r\na,b,"x\r\ny"\r\n\r\nbad"\nlast,one`;
    const bytes = Buffer.from(text);
    const { entries } = await readProvisioning(() => inPieces(text, 5), null);
    const copies: string[] = [];
    for await (const { place } of entries)
      copies.push(bytes.subarray(place.firstByte, place.firstByte + place.byteCount).toString());
    expect(copies).toEqual(['a,b,"x\r\ny"\r\n', 'bad"\n', 'last,one']);
  });
});

it('a warning shows the beginning of a value, however long it is', async () => {
  const row = `a@b.c,Update, ${'x'.repeat(60_000)}\n`;
  const { entries } = await readProvisioning(() => inPieces(`${HEADER}\n${row}`, 65_536), null);
  const [entry] = await Array.fromAsync(entries);
  expect(entry?.warnings).toEqual([
    { kind: 'leading-blank', field: 'jobTitle', before: 'action', value: ` ${'x'.repeat(199)}…` },
  ]);
});

it.each([
  ['a comma inside a value moves the password', 'a@b.c,Add,R&D, Oslo,Secret-12', '***', true],
  ['a blank after the password', 'a@b.c,Add,Sales,Secret-12, Oslo', '***', undefined],
  ['a blank that is quoted is meant', 'a@b.c,Add,Sales,Secret-12," Oslo"', undefined, undefined],
  ['a blank alone is no value', 'a@b.c,Add,Sales,Secret-12, ', undefined, undefined],
])('%s', async (_words, row, shown, isDisplaced) => {
  const text = `emailAddress,action,department,password,jobTitle\n${row}\n`;
  const [entry] = await Array.fromAsync((await readProvisioning(() => inPieces(text, 9), null)).entries);
  expect(entry?.isDisplaced).toBe(isDisplaced);
  expect(entry?.warnings?.map((warning) => 'value' in warning && warning.value)).toEqual(shown && [shown]);
});

it('a long row without a value is none', async () => {
  expect(await read(`${HEADER}\n${','.repeat(400)}\na,b\n`)).toEqual([
    HEADER,
    '1,3:{"emailAddress":"a","action":"b"}',
  ]);
});

it('a quoted value that makes a record longer than any is not closed', async () => {
  const text = `${HEADER}\na,b,"${'x'.repeat(40_000)}\n${'y'.repeat(40_000)}"\nc,d\n`;
  expect(await read(text, 65_536)).toEqual([
    HEADER,
    '1,2!quote-not-closed',
    '2,3!quote-not-closed',
    '3,4:{"emailAddress":"c","action":"d"}',
  ]);
});

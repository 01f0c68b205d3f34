import { describe, expect, it } from 'vitest';
import { ItemCutter, JsonFault, type RawItem } from '../../../src/kinds/technicians/json-items.ts';
import { seededRandom, type Random } from '../../model/random.ts';

/** The items of a text that comes in pieces of so many bytes, or why it has none. */
function cut(text: string | Buffer, pieceBytes = 7): RawItem[] | string {
  const cutter = new ItemCutter(null);
  const bytes = Buffer.from(text);
  const items: RawItem[] = [];
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      items.push(...cutter.feed(bytes.subarray(at, at + pieceBytes)));
    cutter.end();
    return items;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return `${error.reason} in line ${error.line}`;
  }
}

describe('a file that is no array', () => {
  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'json-no-list in line 1'],
    ['blanks', '\n\n ', 'json-no-list in line 3'],
    ['an object', '{"a": []}', 'json-no-list in line 1'],
    ['CSV', 'Name,Nickname\n', 'json-no-list in line 1'],
    ['a part of a byte order mark', Buffer.from([0xef, 0xbb, 0x5b, 0x5d]), 'json-encoding in line 1'],
    ['an array that is cut off', '[\n{"a": 1},\n', 'json-cut-off in line 3'],
    ['a text that is cut off', '["a', 'json-cut-off in line 1'],
    ['two arrays', '[]\n[]', 'json-after-list in line 2'],
    ['a comma too many', '[1,]', 'json-syntax in line 1'],
    ['a comma in front', '[,1]', 'json-syntax in line 1'],
    ['no comma', '[1 2]', 'json-syntax in line 1'],
    ['single quotes', "[{'a': 1}]", 'json-syntax in line 1'],
    ['a key without quotes', '[\n{a: 1}]', 'json-syntax in line 2'],
    ['a key without a value', '[{"a"}]', 'json-syntax in line 1'],
    ['a number with a leading zero', '[01]', 'json-syntax in line 1'],
    ['a word', '[True]', 'json-syntax in line 1'],
    ['a comment', '[ // none\n]', 'json-syntax in line 1'],
    ['a line break in a text', '["a\nb"]', 'json-syntax in line 1'],
    ['an unknown escape', String.raw`["\x41"]`, 'json-syntax in line 1'],
    ['half an escape', String.raw`["\u00g0"]`, 'json-syntax in line 1'],
    ['the wrong bracket', '[{"a": 1]]', 'json-syntax in line 1'],
    ['no UTF-8', Buffer.from('["\xe5"]', 'latin1'), 'json-encoding in line 1'],
    ['an array in an array without end', '['.repeat(100), 'json-too-deep in line 1'],
  ])('%s', (_, text, fault) => {
    expect(cut(text)).toBe(fault);
    expect(cut(text, 1)).toBe(fault);
  });
});

describe('of an item it is known', () => {
  const places = (text: string) => {
    const items = cut(text);
    if (typeof items === 'string') throw new Error(items);
    return items.map(({ line, firstByte, byteCount, lineCount, bytes }) => {
      expect(
        Buffer.from(text)
          .subarray(firstByte, firstByte + byteCount)
          .equals(bytes),
      ).toBe(true);
      return [line, lineCount, bytes.toString()];
    });
  };

  it.each<[string, string, unknown[]]>([
    [
      'where its bracket stands',
      '[\n\n  {"a":\n1},\n{}]',
      [
        [3, 2, '{"a":\n1}'],
        [5, 1, '{}'],
      ],
    ],
    [
      'also where lines end with CR LF',
      '[\r\n{},\r\n{}\r\n]\r\n',
      [
        [2, 1, '{}'],
        [3, 1, '{}'],
      ],
    ],
    [
      'or with CR CR LF',
      '[\r\r\n{}\r\r\n,{}]',
      [
        [2, 1, '{}'],
        [3, 1, '{}'],
      ],
    ],
    [
      'or with CR',
      '[\r{}\r,{}]',
      [
        [2, 1, '{}'],
        [3, 1, '{}'],
      ],
    ],
    [
      'what it is if it is no object',
      '[ "a" ,\n-1.5e3\n, null]',
      [
        [1, 1, '"a"'],
        [2, 1, '-1.5e3'],
        [3, 1, 'null'],
      ],
    ],
    ['behind byte order marks', '\ufeff\ufeff[{}]', [[1, 1, '{}']]],
    ['and before an end mark', '[{}]\n\u001a', [[1, 1, '{}']]],
    ['what holds brackets and quotes', String.raw`[{"a":"]}\"\\"}]`, [[1, 1, String.raw`{"a":"]}\"\\"}`]]],
  ])('%s', (_, text, expected) => {
    expect(places(text)).toEqual(expected);
  });

  it('where the next one is read from, in a later slice', () => {
    const text = '[\n{"a": 1},\n"b"\n,\n{}]';
    const bytes = Buffer.from(text);
    const all = cut(text);
    if (typeof all === 'string') throw new Error(all);
    for (const [index, { line, lineCount, firstByte, byteCount }] of all.entries()) {
      const start = { line: line + lineCount - 1, byte: firstByte + byteCount };
      const cutter = new ItemCutter(start);
      expect([...cutter.feed(bytes.subarray(start.byte))]).toEqual(all.slice(index + 1));
      cutter.end();
    }
  });

  it('no more than is read of it', () => {
    const [item] = cut(`[{"a": "${'x'.repeat(300_000)}"}]`, 4_096);
    expect(item).toMatchObject({ byteCount: 300_009 });
    expect((item as RawItem).bytes.length).toBe(65_537);
  });
});

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  'a',
  '1',
  '-',
  '0',
  '.',
  'e',
  'true',
  'null',
  ' ',
  '\n',
  '"a":',
  '{}',
  '\\u0041',
  'å',
];

function randomJson(random: Random, depth = 0): unknown {
  const draw = random.below(depth > 3 ? 4 : 6);
  if (draw === 0) return random.below(1000) - 500;
  if (draw === 1) return random.pick([true, false, null, 1.5e10, -0.25]);
  if (draw < 4) return random.pick(['', 'a"b', 'å\\n', '\n', '{[', '\u2028😀']);
  const size = random.below(4);
  if (draw === 4) return Array.from({ length: size }, () => randomJson(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length: size }, (_, key) => [`k${key}"`, randomJson(random, depth + 1)]),
  );
}

it('a text is an array exactly where JSON.parse says so, and its items are the same', () => {
  let valid = 0;
  for (let run = 0; run < 20_000; run += 1) {
    const random = seededRandom(4_711 + run);
    const whole = Array.from({ length: random.below(4) }, () => randomJson(random));
    const text = [...JSON.stringify(whole, null, random.below(3))];
    for (let spoils = random.below(3); spoils > 0; spoils -= 1)
      text.splice(1 + random.below(text.length), random.below(2), random.pick(PIECES));
    const spoilt = text.join('');
    const found = cut(spoilt, 1 + random.below(40));
    let expected: unknown = null;
    try {
      expected = JSON.parse(spoilt);
    } catch {}
    expect(Array.isArray(found), `run ${run}: ${spoilt}`).toBe(Array.isArray(expected));
    if (typeof found === 'string' || !Array.isArray(expected)) continue;
    valid += 1;
    expect(found.map(({ bytes }): unknown => JSON.parse(bytes.toString()))).toEqual(expected);
  }
  expect(valid).toBeGreaterThan(5_000);
});

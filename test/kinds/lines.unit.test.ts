import { expect, it } from 'vitest';
import { LineCutter, withoutLineEnd, type Line } from '../../src/kinds/lines.ts';

const MAX = 20;

/** Every line as `number@firstByte:text`, whatever pieces the bytes arrive in. */
function cut(text: string, size: number, from = { line: 1, byte: 0 }): string[] {
  const bytes = Buffer.from(text);
  const cutter = new LineCutter(from, MAX);
  const lines: string[] = [];
  const keep = ({ number, firstByte, byteCount, bytes: kept }: Line) =>
    lines.push(
      `${number}@${firstByte}:${JSON.stringify(kept.toString())}${kept.length < byteCount ? ` of ${byteCount}` : ''}`,
    );
  for (let at = 0; at < bytes.length; at += size)
    for (const line of cutter.feed(bytes.subarray(at, at + size))) keep(line);
  for (const line of cutter.end()) keep(line);
  return lines;
}
it.each<[string, string, string[]]>([
  ['LF', 'a\nb\n', ['1@0:"a\\n"', '2@2:"b\\n"']],
  ['CR LF', 'a\r\nb', ['1@0:"a\\r\\n"', '2@3:"b"']],
  ['CR CR LF', 'a\r\r\nb', ['1@0:"a\\r\\r\\n"', '2@4:"b"']],
  ['CR alone', 'a\rb\r', ['1@0:"a\\r"', '2@2:"b\\r"']],
  ['two CRs are two line ends', 'a\r\rb', ['1@0:"a\\r"', '2@2:"\\r"', '3@3:"b"']],
  ['three CRs and LF', 'a\r\r\r\n', ['1@0:"a\\r"', '2@2:"\\r\\r\\n"']],
  ['a mixture', 'a\rb\nc\r\nd', ['1@0:"a\\r"', '2@2:"b\\n"', '3@4:"c\\r\\n"', '4@7:"d"']],
  ['LF CR', 'a\n\rb', ['1@0:"a\\n"', '2@2:"\\r"', '3@3:"b"']],
  ['empty lines', '\n\r\n', ['1@0:"\\n"', '2@1:"\\r\\n"']],
  ['a byte order mark', '\ufeffa\n', ['1@3:"a\\n"']],
  ['two byte order marks', '\ufeff\ufeffa\n', ['1@6:"a\\n"']],
  ['an end mark', 'a\r\n\u001a', ['1@0:"a\\r\\n"']],
  ['an end mark with a line end', 'a\n\u001a\r\n', ['1@0:"a\\n"']],
  ['an end mark on the last line', 'a\nb\u001a', ['1@0:"a\\n"', '2@2:"b"']],
  ['an end mark in the middle is text', '\u001a\na\n', ['1@0:"\\u001a\\n"', '2@2:"a\\n"']],
  ['nothing', '', []],
])('%s', (_, text, lines) => {
  for (const size of [1, 2, 3, 100]) expect(cut(text, size), `in pieces of ${size}`).toEqual(lines);
});

it('of a line longer than any record only the beginning is kept', () => {
  const [line, next] = cut(`${'x'.repeat(1_000)}\ny`, 7);
  expect(line).toMatch(/^1@0:"x{21,27}" of 1001$/);
  expect(next).toBe('2@1001:"y"');
});

it('goes on from a byte in the middle, where a mark is text', () => {
  expect(cut('\ufeffa\n', 2, { line: 9, byte: 100 })).toEqual(['9@100:"\ufeffa\\n"']);
});

it.each(['a', 'a\n', 'a\r\n', 'a\r\r\n', 'a\r'])('%j without its line end', (text) => {
  expect(withoutLineEnd(Buffer.from(text)).toString()).toBe('a');
});

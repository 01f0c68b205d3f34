import { expect, it } from 'vitest';
import { linesOf, splitRequest } from '../../src/http/control-wire.ts';

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

it.each([
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b', '\n\n', 'c\u2028d'],
    ['ab', '', 'c\u2028d'],
  ],
  [[], []],
])('%j has the lines %j', async (texts, lines) => {
  expect(await Array.fromAsync(linesOf(chunks(...texts)))).toEqual(lines);
});

it.each([
  [['{}'], '{}', ''],
  [['{', '}\n'], '{}', ''],
  [['{}\nab', '\ncd'], '{}', 'ab\ncd'],
])('the request %j is %s with %j', async (texts, line, rest) => {
  const split = await splitRequest(chunks(...texts));
  expect(split.line).toBe(line);
  expect(Buffer.concat(await Array.fromAsync(split.content)).toString()).toBe(rest);
});

import { expect, test } from 'vitest';
import { escapeHidden, quoted, unescapeHidden } from '../src/shown-text.ts';

test.each([
  ['acme', '"acme"'],
  ['DOMAIN\\user', '"DOMAIN\\user"'],
  ['a b ', '"a b "'],
  ['', '""'],
  ['Zoë 日本', '"Zoë 日本"'],
  ['\u001b[2J', '"\\u001b[2J"'],
  ['a\r\nb', '"a\\u000d\\u000ab"'],
  ['\u009b31m\u2028', '"\\u009b31m\\u2028"'],
  ['abc\u202egpj', '"abc\\u202egpj"'],
  ['\u{e0041}', '"\\udb40\\udc41"'],
  ['x": banned', '"x\\u0022: banned"'],
])('%j is shown as %s, and can be given back so', (text, shown) => {
  expect(quoted(text)).toBe(shown);
  expect(unescapeHidden(shown.slice(1, -1))).toBe(text);
});

test('a JSON text stays the same JSON', () => {
  const value = { name: 'a\u0000\u009b\u202e"\\', at: 1 };
  const shown = escapeHidden(JSON.stringify(value));
  expect(JSON.parse(shown)).toEqual(value);
  expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test.each(['\u00a0', '\u2003', '\u3000', '\u200b', '\ufeff', '\u202a', '\u00ad', '\ud800'])(
  '%j is invisible and shown by its number',
  (character) => {
    expect(escapeHidden(`a${character}b`)).toBe(
      `a\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}b`,
    );
  },
);

test('a blank, letters of any script and emoji are shown as they are', () => {
  expect(escapeHidden('Åse Đorđević 日本 😀')).toBe('Åse Đorđević 日本 😀');
});

import { expect, it } from 'vitest';
import { isBlankText } from '../src/blank-text.ts';
import { escapeHidden } from '../src/shown-text.ts';

it.each(
  [
    '',
    ' ',
    '\t',
    '\r\n',
    '\u0085',
    '\u00a0',
    '\u1680',
    '\u2003',
    '\u2028',
    '\u202f',
    '\u3000',
    '\u00ad',
    '\u200b',
  ]
    .concat([
      '\u200e',
      '\u202e',
      '\u2060',
      '\ufeff',
      '\u115f',
      '\u3164',
      '\u2800',
      '\ufe0f',
      ' \u00a0\u200b ',
    ])
    .map((text) => [escapeHidden(text), text]),
)('nobody sees anything of "%s"', (_, text) => {
  expect(isBlankText(text)).toBe(true);
});

it.each(['a', ' a ', '-', '.', '0', 'Åse', '李', '\u200bx', '👩', '\u0301e'])('%j says something', (text) => {
  expect(isBlankText(text)).toBe(false);
});

import { expect, test } from 'vitest';
import { CommandLines, LINE_BYTES_MAX, parseCommandLine } from '../../../src/doors/ftps/command-line.ts';

const texts = (lines: (Buffer | null)[]) => lines.map((line) => line && line.toString('latin1'));

test.each([
  ['CRLF', ['NOOP\r\n'], ['NOOP']],
  ['LF alone', ['NOOP\n'], ['NOOP']],
  ['two in one packet', ['NOOP\r\nQUIT\r\n'], ['NOOP', 'QUIT']],
  ['one in many packets', ['NO', 'OP', '\r', '\n'], ['NOOP']],
  ['a rest is kept back', ['NOOP\r\nQUI'], ['NOOP']],
  ['an empty line', ['\r\n'], ['']],
  ['a line of the greatest length', ['x'.repeat(LINE_BYTES_MAX) + '\n'], ['x'.repeat(LINE_BYTES_MAX)]],
  ['a longer one, and the next is read again', ['x'.repeat(LINE_BYTES_MAX + 1) + '\nNOOP\n'], [null, 'NOOP']],
  ['a longer one in packets', ['x'.repeat(4000), 'x'.repeat(4000), '\nNOOP\n'], [null, 'NOOP']],
])('cuts lines: %s', (_title, packets, lines) => {
  const reader = new CommandLines();
  expect(texts(packets.flatMap((packet) => reader.feed(Buffer.from(packet))))).toEqual(lines);
});

test.each([
  ['NOOP', { verb: 'NOOP', argument: '' }],
  ['noop', { verb: 'NOOP', argument: '' }],
  ['STOR a b.csv', { verb: 'STOR', argument: 'a b.csv' }],
  ['STOR  a ', { verb: 'STOR', argument: ' a ' }],
  ['PASS ', { verb: 'PASS', argument: '' }],
  ['STOR Größe.csv', { verb: 'STOR', argument: 'Größe.csv' }],
  ['', { verb: '', argument: '' }],
  ['STOR a\0b', 'badCharacter'],
  ['STOR a\rDELE b', 'badCharacter'],
])('reads %j', (line, command) => {
  expect(parseCommandLine(Buffer.from(line))).toEqual(command);
});

test.each([
  [
    'Telnet signals before ABOR',
    [0xff, 0xf4, 0xff, 0xf2, 0x41, 0x42, 0x4f, 0x52],
    { verb: 'ABOR', argument: '' },
  ],
  ['Latin-1 in a name', [0x44, 0x45, 0x4c, 0x45, 0x20, 0xf6], 'notUtf8'],
  ['nothing but signals', [0xff, 0xf4], { verb: '', argument: '' }],
])('reads bytes: %s', (_title, bytes, command) => {
  expect(parseCommandLine(Buffer.from(bytes))).toEqual(command);
});

test('a line that was too long is no command', () => {
  expect(parseCommandLine(null)).toBe('tooLong');
});

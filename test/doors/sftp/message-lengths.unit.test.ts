import { expect, test } from 'vitest';
import { MessageLengths, REQUEST_LENGTH_MAX } from '../../../src/doors/sftp/message-lengths.ts';

const [INIT, WRITE, STAT] = [1, 6, 17];

function message(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(4 + length, 'x');
  bytes.writeUInt32BE(length);
  if (length > 0) bytes[4] = type;
  return bytes;
}

const CASES: [string, Buffer[], boolean][] = [
  ['a short request', [message(STAT, 20)], true],
  ['a request of the greatest length', [message(STAT, REQUEST_LENGTH_MAX)], true],
  ['a request that is a byte longer', [message(STAT, REQUEST_LENGTH_MAX + 1)], false],
  ['a long write', [message(WRITE, 262_144)], true],
  ['a long write, then a long request', [message(WRITE, 262_144), message(STAT, 40_000)], false],
  ['a long request after the greeting', [message(INIT, 5), message(STAT, 200_000)], false],
  ['a length beyond 31 bits', [Buffer.from([0xff, 0xff, 0xff, 0xff, STAT])], false],
  ['only a length so far', [Buffer.from([0xff, 0xff, 0xff, 0xff])], true],
];

test.each(CASES)('%s', (_name, messages, allowed) => {
  const all = Buffer.concat(messages);
  for (const size of [all.length, 1_000, 7, 1]) {
    const lengths = new MessageLengths();
    let verdict = true;
    for (let at = 0; at < all.length && verdict; at += size)
      verdict = lengths.allows(all.subarray(at, at + size));
    expect(verdict, `in pieces of ${size}`).toBe(allowed);
  }
});

/** Hostile directory files: nothing crashes, nothing hangs, and what it costs grows no faster than the file. */
import { describe, expect, it } from 'vitest';
import { positionAfter } from '../../../src/change-file/entry.ts';
import { messageFor } from '../../../src/messages/result-text.ts';
import { readDirectory } from '../../../src/kinds/directory/reader.ts';
import { tracedRecord } from '../../../src/kinds/directory/ldif-trace.ts';
import { chunksOf, MemoryDirectory, readLdif } from '../directory/directory.ts';
import { fuzzed } from '../directory/fuzzed-files.ts';
import { seededRandom } from '../../model/random.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';

const FILES = 10_000;
const CODES = new Set([0, 7, 8, 9, 10, 11, 12]);

describe(`${FILES} fuzzed files`, () => {
  it('are read, decided, traced and reported, and nothing else', async () => {
    const random = seededRandom(2849);
    let directory = new MemoryDirectory();
    const seen = new Set<number | null>();
    for (let file = 0; file < FILES; file += 1) {
      if (file % 200 === 0) directory = new MemoryDirectory();
      const bytes = fuzzed(random);
      for (const result of await directory.apply(bytes)) {
        seen.add(result?.code ?? null);
        if (!result) continue;
        const { place, code, refusal } = result;
        // The account store holds no NUL: such a result could never be saved.
        expect(JSON.stringify(result)).not.toContain('\\u0000');
        expect(CODES.has(code), `${code} in ${JSON.stringify(bytes.toString('latin1'))}`).toBe(true);
        expect(refusal?.code ?? 0).toBe(code);
        const original = bytes.subarray(place.firstByte, place.firstByte + place.byteCount);
        expect(original).toHaveLength(place.byteCount);
        expect(tracedRecord(original).includes(0x0a)).toBe(false);
        if (refusal) expect(messageFor(refusal)).not.toMatch(/undefined|\n|\0/);
      }
    }
    expect(seen).toEqual(new Set([...CODES, null]));
  }, 60_000);

  it('are the same in chunks of any size, and after a stop at any entry', async () => {
    const random = seededRandom(8492);
    for (let file = 0; file < FILES / 20; file += 1) {
      const bytes = fuzzed(random);
      const whole = await readLdif(bytes);
      expect(await readLdif(bytes, 1 + random.below(9))).toEqual(whole);
      const stop = random.below(whole.length + 1);
      const last = whole[stop - 1];
      const { entries } = await readDirectory(
        (first) => chunksOf(bytes.subarray(first), 16),
        last ? positionAfter(last.place) : null,
      );
      expect(await Array.fromAsync(entries)).toEqual(whole.slice(stop));
    }
  }, 60_000);
});

describe('time is linear in the size', () => {
  const BYTES = 500_000;
  const shapes: [string, (bytes: number) => string][] = [
    ['empty lines', (bytes) => '\n'.repeat(bytes)],
    ['lines of a blank', (bytes) => ' \n'.repeat(bytes / 2)],
    ['comments', (bytes) => '#\n'.repeat(bytes / 2)],
    ['folded comments', (bytes) => `#${'\n x'.repeat(bytes / 3)}`],
    ['one folded line', (bytes) => `dn: cn=x${'\n x'.repeat(bytes / 3)}`],
    ['one line', (bytes) => `dn: ${'x'.repeat(bytes)}`],
    ['one line of blanks', (bytes) => `dn:${' '.repeat(bytes)}x`],
    ['one base64 value', (bytes) => `dn: cn=x\nchangetype: add\nphoto:: ${'A'.repeat(bytes - 1)}`],
    ['a deep DN', (bytes) => `dn: ${'a=b,'.repeat(bytes / 4)}o=x\nchangetype: delete\n`],
    ['deep DNs', (bytes) => `dn: ${'a=b,'.repeat(400)}o=x\nchangetype: delete\n\n`.repeat(bytes / 1_640)],
    [
      'long escapes in DNs',
      (bytes) => `dn: cn=${String.raw`\20`.repeat(600)}x\nchangetype: delete\n\n`.repeat(bytes / 1_830),
    ],
    ['one-byte records', (bytes) => 'x\n\n'.repeat(bytes / 3)],
    [
      'a modify of many parts',
      (bytes) => `dn: cn=x\nchangetype: modify\n${'delete: a\n'.repeat(bytes / 10)}`,
    ],
    [
      'an add of many values',
      (bytes) => `dn: cn=x\nchangetype: add\nobjectclass: inetOrgPerson\n${'mail: a\n'.repeat(bytes / 8)}`,
    ],
    [
      'renames to and fro',
      (bytes) =>
        'dn: cn=x\nchangetype: modrdn\nnewrdn: y\n\ndn: cn=y\nchangetype: modrdn\nnewrdn: x\n\n'.repeat(
          bytes / 88,
        ),
    ],
  ];

  it.each(shapes)('%s', async (_, shape) => {
    const timeOf = async (bytes: number) => {
      const text = Buffer.from(shape(bytes));
      return cpuMsOf(() => new MemoryDirectory().apply(text));
    };
    await timeOf(BYTES / 10);
    const ms = await timeOf(BYTES);
    // Twice what linear growth allows; small times are noise. What is quadratic takes 16 times as long.
    expect(await timeOf(4 * BYTES)).toBeLessThan(8 * ms + 500);
  });
});

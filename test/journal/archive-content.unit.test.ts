import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { archiveContent } from '../../src/journal/archive-content.ts';
import { archiveLines } from '../../src/journal/archive-lines.ts';

const TEXT = Array.from({ length: 50_000 }, (_, at) => `line ${at} ${(at * 7919) % 10_007}\n`).join('');
const CUT = gzipSync(TEXT).subarray(0, -100);

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** @returns characters up to the damage */
async function lengthRead(pauseMs: number): Promise<number> {
  let length = 0;
  try {
    for await (const chunk of archiveContent(once(CUT))) {
      length += chunk.length;
      if (pauseMs > 0) await delay(pauseMs);
    }
  } catch {
    return length;
  }
  throw new Error('a cut archive passed for a whole one');
}

it('who reads slowly gets as much of a cut archive', async () => {
  const length = await lengthRead(0);
  expect(length).toBeGreaterThan(TEXT.length * 0.9);
  expect(await lengthRead(2)).toBe(length);
});

it('a line without an end needs no memory', async () => {
  const piece = Buffer.alloc(65_536, 'x');
  async function* endless(): AsyncGenerator<Buffer> {
    for (let megabytes = 0; megabytes < 1_024; megabytes += 1)
      for (let part = 0; part < 16; part += 1) yield piece;
  }
  const before = process.resourceUsage().maxRSS;
  const lines = [];
  for await (const some of archiveLines(endless())) lines.push(...some);
  expect(lines).toEqual([
    { number: 1, text: `${'x'.repeat(1_024)}…`, fault: { kind: 'too long', bytesMax: 1_048_576 } },
  ]);
  // In kilobytes. It would be a gigabyte.
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(300_000);
});

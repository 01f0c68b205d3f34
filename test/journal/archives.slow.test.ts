import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { formatRecord, type JournalRecord } from '../../src/journal/record.ts';
import { readArchive, type ReadLine } from '../../src/journal/read-archive.ts';
import { seededRandom, type Random } from '../model/random.ts';
import { anyRecord } from './any-record.ts';
import { spoiltLine } from './spoilt-line.ts';

const ARCHIVES = Number(process.env['SPOOLGATE_FUZZ_FILES'] ?? 10_000);
const SEED = Number(process.env['SPOOLGATE_FUZZ_SEED'] ?? 20_260_901);

interface Written {
  content: Buffer;
  /** By the number of their line. */
  records: Map<number, JournalRecord>;
}

/** Good lines among spoilt ones, with all ends of lines that there are. */
function anyText(random: Random): Written {
  const records = new Map<number, JournalRecord>();
  const pieces: Buffer[] = [];
  const lines = random.below(30);
  for (let number = 1; number <= lines; number += 1) {
    const record = anyRecord(random, 'plain ids');
    const isGood = random.percent(60);
    if (isGood) records.set(number, record);
    const text = isGood
      ? formatRecord(record)
      : random.pick([spoiltLine(random).replaceAll('\n', ' '), '', ' ']);
    const encoding = isGood || random.percent(80) ? 'utf8' : 'latin1';
    pieces.push(Buffer.from(text, encoding), Buffer.from(random.pick(['\n', '\n', '\r\n'])));
  }
  return { content: Buffer.concat(pieces), records };
}

type Damage = 'none' | 'cut' | 'spoilt';

function packed({ content }: Written, random: Random): { bytes: Buffer; damage: Damage } {
  const middle = random.below(content.length + 1);
  const bytes = random.pick([
    () => content,
    () => gzipSync(content),
    () => Buffer.concat([gzipSync(content.subarray(0, middle)), gzipSync(content.subarray(middle))]),
  ])();
  if (random.percent(50) || bytes === content) return { bytes, damage: 'none' };
  const at = random.below(bytes.length);
  if (random.percent(50)) return { bytes: bytes.subarray(0, at), damage: 'cut' };
  const spoilt = Buffer.from(bytes);
  spoilt[at] = random.below(256);
  return { bytes: spoilt, damage: 'spoilt' };
}

async function* inChunks(bytes: Buffer, random: Random): AsyncGenerator<Buffer> {
  const most = random.pick([3, 100, 70_000]);
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random.below(most);
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function read(bytes: Buffer, random: Random): Promise<ReadLine[]> {
  const lines: ReadLine[] = [];
  for await (const some of readArchive(inChunks(bytes, random))) lines.push(...some);
  return lines;
}

it(
  `${ARCHIVES} archives, whole, cut and spoilt: every good line is read, and no other`,
  { timeout: 600_000 },
  async () => {
    const random = seededRandom(SEED);
    const counts = { whole: 0, damaged: 0 };
    for (let round = 0; round < ARCHIVES; round += 1) {
      const written = anyText(random);
      const { bytes, damage } = packed(written, random);
      const lines = await read(bytes, random);
      const isDamaged = lines.some(({ fault }) => fault?.kind === 'damaged');
      counts[isDamaged ? 'damaged' : 'whole'] += 1;
      if (damage === 'none')
        expect([isDamaged, ...goodOf(written, lines)]).toEqual([false, ...written.records.keys()]);
      // A spoilt byte may have made other letters before it is noticed.
      if (damage !== 'spoilt') expectGood(written, lines, isDamaged);
      const numbers = lines.map(({ number }) => number);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    }
    expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(ARCHIVES / 10);
  },
);

function goodOf({ records }: Written, lines: ReadLine[]): number[] {
  return lines.map(({ number }) => number).filter((number) => records.has(number));
}

/** An archive of two parts that is cut between them is whole, as far as anyone can tell. */
function expectGood({ records }: Written, lines: ReadLine[], isDamaged: boolean): void {
  const whole = isDamaged ? lines.slice(0, -1) : lines;
  const good = whole.filter(({ number }) => records.has(number));
  expect(good.map(({ number, record }) => [number, record])).toEqual([...records].slice(0, good.length));
  if (!isDamaged) return;
  const { number: broken = 0, fault, record } = lines.at(-1) ?? {};
  expect([fault?.kind, record]).toEqual(['damaged', null]);
  expect([...records.keys()].filter((number) => number < broken)).toHaveLength(good.length);
}

import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { decideEntries, NO_COUNTS } from '../../../src/change-file/outcome.ts';
import { decideEntry } from '../../../src/kinds/provisioning/decide.ts';
import { readProvisioning } from '../../../src/kinds/provisioning/reader.ts';
import { messageFor } from '../../../src/messages/result-text.ts';
import { mulberry } from '../../support/random.ts';
import { emptyOrganisation } from './organisation.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';

const SEED = Number(process.env.SPOOLGATE_FUZZ_SEED ?? 11);
const FILES = Number(process.env.SPOOLGATE_FUZZ_FILES ?? 10_000);
const SAMPLES = new URL('../../samples/prv/', import.meta.url);
const FILE_CPU_MS_MAX = 1_000;

const random = mulberry(SEED);
const below = (limit: number) => Math.floor(random() * limit);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

/** Text that has broken other readers. */
const POISON = [
  '"',
  '""',
  '"""',
  ',',
  ',,,,,,',
  '\n',
  '\r',
  '\r\n',
  '\u0000',
  '\uFEFF',
  '\u2028',
  '€',
  '😀',
  ' ',
  '\t',
  '=cmd()',
  'x'.repeat(5_000),
  ','.repeat(10_000),
  '"'.repeat(999),
  '\n'.repeat(500),
];
const RAW = [
  Buffer.from([0xff]),
  Buffer.from([0xc3, 0x28]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf0, 0x9f]),
];

type Mutation = (bytes: Buffer) => Buffer;

const MUTATIONS: Mutation[] = [
  (bytes) => splice(bytes, below(bytes.length + 1), 0, Buffer.from(pick(POISON))),
  (bytes) => splice(bytes, below(bytes.length + 1), 0, pick(RAW)),
  (bytes) => splice(bytes, below(bytes.length + 1), below(20), Buffer.alloc(0)),
  (bytes) => bytes.subarray(0, below(bytes.length + 1)),
  (bytes) => splice(bytes, below(bytes.length + 1), 1, Buffer.from([below(256)])),
  (bytes) => Buffer.concat([bytes, bytes.subarray(below(bytes.length + 1))]),
  (bytes) =>
    Buffer.from(
      bytes.toString('latin1', 0, 2_000).replaceAll(pick([',', '\n', '@', 'Add']), pick(POISON)),
      'latin1',
    ),
];

function splice(bytes: Buffer, at: number, remove: number, insert: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

function mutated(sample: Buffer): Buffer {
  let bytes = sample;
  for (let times = 1 + below(4); times > 0; times -= 1) bytes = pick(MUTATIONS)(bytes).subarray(0, 100_000);
  return bytes;
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0, size = 1 + below(9_000); at < bytes.length; at += size)
    yield bytes.subarray(at, at + size);
}

/** Reads and decides a file as the daemon does; every entry must end in one result that can be told in one line. */
async function workOff(bytes: Buffer): Promise<number> {
  const { problem, entries } = await readProvisioning((from) => inPieces(bytes.subarray(from)), null);
  const list = await Array.fromAsync(entries);
  const organisation = emptyOrganisation();
  let id = 0;
  const moment = {
    now: new Date(0),
    file: 'f',
    origin: 'fuzz',
    nextSubscriberId: () => (id += 1),
    passwordHashes: new Map<number, string>(),
  };
  const { results } = decideEntries(list, problem, NO_COUNTS, (entry) =>
    decideEntry(organisation, entry, moment),
  );
  for (const { place, refusal } of results) {
    expect(place.firstByte + place.byteCount).toBeLessThanOrEqual(bytes.length);
    if (refusal) expect(messageFor(refusal)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  }
  return results.length;
}

it(
  `${FILES} broken files each end in results, none takes long (seed ${SEED})`,
  { timeout: 120_000 },
  async () => {
    const names = await readdir(SAMPLES);
    const samples = await Promise.all(names.map((name) => readFile(new URL(name, SAMPLES))));
    for (let file = 0; file < FILES; file += 1) {
      const bytes =
        below(50) === 0
          ? Buffer.from(Array.from({ length: below(2_000) }, () => below(256)))
          : mutated(pick(samples));
      const cpuMs = await cpuMsOf(() =>
        workOff(bytes).catch((error: unknown) => {
          throw new Error(
            `file ${file} of seed ${SEED}: ${JSON.stringify(bytes.toString('latin1').slice(0, 500))}`,
            { cause: error },
          );
        }),
      );
      expect(cpuMs, `file ${file} of seed ${SEED}`).toBeLessThan(FILE_CPU_MS_MAX);
    }
  },
);

it.each([
  ['half a megabyte of quotes', '"'.repeat(500_000)],
  ['a quarter of a million empty lines', '\n'.repeat(250_000)],
  ['20,000 lines with a stray quote each', 'a,b"\n'.repeat(20_000)],
  ['10,000 columns', `${'a,'.repeat(10_000)}\n${'x,'.repeat(10_000)}`],
])('%s cost time in proportion to their size', async (_, text) => {
  const time = (bytes: Buffer) => cpuMsOf(() => workOff(bytes));
  const header = 'emailAddress,action\n';
  // The shortest of three each: the first has the compiler at work.
  let [half, whole] = [Infinity, Infinity];
  for (let round = 0; round < 3; round += 1) {
    half = Math.min(half, await time(Buffer.from(header + text.slice(0, text.length / 2))));
    whole = Math.min(whole, await time(Buffer.from(header + text)));
  }
  // Twice the size may take twice the time; what is quadratic takes four times as long. Small times are noise.
  expect(whole).toBeLessThan(Math.max(half * 3.5, 400));
});

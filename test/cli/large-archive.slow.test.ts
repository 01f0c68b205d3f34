import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtempDisposable, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const COMMAND = path.join(import.meta.dirname, '../../daemon/cli.ts');
const [RECORDS, UNREADABLE] = [1_000_000, 300_000];
/** The records alone have 300 MB. */
const HEAP_MB = 64;
const RESIDENT_MB_MAX = 250;
const PER_PART = 10_000;

/** In parts, which gzip allows. */
async function writeArchive(place: string): Promise<void> {
  await using file = await open(place, 'w');
  for (let at = 0; at < RECORDS; at += PER_PART) {
    const lines = Array.from({ length: PER_PART }, (_, offset) => recordText(at + offset));
    const noise = Array.from({ length: UNREADABLE / (RECORDS / PER_PART) }, () => 'no record '.repeat(30));
    await file.write(gzipSync([...lines, ...noise, ''].join('\n'), { level: 1 }));
  }
}

const recordText = (number: number) =>
  `2026-03-04T05:06:07+0000 user ann${number % 977}@acme.example (id=${number % 977}, customerid=1000001) performed FILE_SHARING_UPDATED on object (type=USER, id=${number}, name="Bo Lund ${number}", customerid=1000001) targeted at (type=FILE, id=48b871e9-c0a1-4b2f-a36d-${number}, name="plan ${number}.odp", customerid=1000001) with outcome SUCCESS (ROLE="READER", OPERATION="MEMBER_ADDED")`;

it.each([[[]], [['--json']]])(
  `${RECORDS} records and ${UNREADABLE} other lines need no more memory than a few: %j`,
  { timeout: 600_000 },
  async (options) => {
    await using folder = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-journal-'));
    const archive = path.join(folder.path, '2026-03-04.FILES2.txt.gz');
    await writeArchive(archive);
    const output = path.join(folder.path, 'output');
    const teller = path.join(folder.path, 'resident.mjs');
    await writeFile(
      teller,
      `import { writeFileSync } from 'node:fs';
       process.on('exit', () => writeFileSync('${output}.rss', String(process.resourceUsage().maxRSS)));`,
    );
    const node = `'${process.execPath}' --max-old-space-size=${HEAP_MB} --import '${teller}' '${COMMAND}'`;
    const line = `${node} journal '${archive}' ${options.join(' ')} > '${output}' 2> '${output}.err'`;
    const code = await new Promise((resolve) => {
      const child = execFile('sh', ['-c', line], () => resolve(child.exitCode));
    });
    expect(code).toBe(1);
    const [counts, kilobytes] = [await countLines(output), await lastLine(`${output}.rss`)];
    expect(counts).toBe(options.length === 0 ? RECORDS : RECORDS + UNREADABLE + 5);
    expect(await countLines(`${output}.err`)).toBe(UNREADABLE);
    if (options.length > 0)
      expect(await lastLine(output)).toBe(`"counts":{"records":${RECORDS},"unreadable":${UNREADABLE}}}`);
    expect(Number(kilobytes) / 1024).toBeLessThan(RESIDENT_MB_MAX);
  },
);

async function countLines(place: string): Promise<number> {
  let count = 0;
  for await (const chunk of createReadStream(place))
    count += (chunk as Buffer).filter((byte) => byte === 10).length;
  return count;
}

async function lastLine(place: string): Promise<string> {
  let last = '';
  for await (const line of createInterface({ input: createReadStream(place) })) last = line;
  return last;
}

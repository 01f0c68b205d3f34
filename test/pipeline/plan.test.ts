import { open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'csv-parse/sync';
import { asChangeFile, checkFile } from '../../src/actions/check.ts';
import { Breather } from '../../src/breather.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import type { PreviewSettings } from '../../src/pipeline/preview.ts';
import { checksum } from '../support/checksum.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { ACME } from '../support/organisation.ts';

const SAMPLES = new URL('../samples/', import.meta.url);
const SETTINGS = {
  kinds: KINDS,
  caps: { perFile: 200, hourly: 750, daily: 10_000 },
  maskPasswords: false,
};

let world: TestStation;

beforeAll(async () => {
  world = await openStation();
});
afterAll(() => world[Symbol.asyncDispose]());

async function preview(file: string, settings: PreviewSettings = SETTINGS) {
  await using handle = await open(file);
  const { size, mtimeMs, dev, ino } = await handle.stat();
  const opened = { handle, bytes: size, modifiedMs: mtimeMs, inode: `${dev}:${ino}` };
  return await checkFile(world.database, asChangeFile(path.basename(file), ACME), opened, settings);
}

interface Row {
  file: string;
}

test('the plans of all examples write nothing', async () => {
  const index = parse<Row>(await readFile(new URL('INDEX.csv', SAMPLES)), {
    columns: true,
  });
  const files = index.map(({ file }) => path.join(SAMPLES.pathname, file));
  const own = path.join(world.folder, '..', `${ACME}_PRV_900.csv`);
  await writeFile(
    own,
    'emailAddress,action,givenName,familyName,password\nnew@example.com,Add,Ann,One,Secr3t!pass\n',
  );
  const before = await checksum(world.database);
  const previews = [];
  for (const file of [own, ...files]) previews.push(await preview(file));
  expect(previews[0]?.outcome?.results).toHaveLength(1);
  expect(await checksum(world.database)).toEqual(before);
  await world.upload(path.basename(own), await readFile(own, 'utf8'));
  await world.workOff();
  // The checksum sees what a commit writes.
  expect(await checksum(world.database)).not.toEqual(before);
});

test('what a file would do is told also where it would have to wait for its caps', async () => {
  const file = path.join(world.folder, '..', `${ACME}_PRV_950.csv`);
  const lines = [
    'emailAddress,action,givenName,familyName',
    'a1@example.com,Add,Ann,One',
    'a2@example.com,Add,Ann,Two',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const caps = { perFile: 200, hourly: 1, daily: 10_000 };
  const { reported, outcome } = await preview(file, { ...SETTINGS, caps });
  expect(reported.refusal).toBeNull();
  expect(outcome?.results.map(({ code }) => code)).toEqual([0, 0]);
});

test('however many entries there are, other work goes on between two of them', async () => {
  const file = path.join(world.folder, '..', `${ACME}_PRV_951.csv`);
  const rows = Array.from({ length: 50 }, (_, n) => `p${n}@example.com,Suspend`);
  await writeFile(file, ['emailAddress,action', ...rows, ''].join('\n'));
  const breathe = vi.spyOn(Breather.prototype, 'breathe');
  const due = vi.spyOn(Breather.prototype, 'isDue').mockReturnValue(true);
  const { outcome } = await preview(file);
  const breaths = breathe.mock.calls.length;
  due.mockRestore();
  breathe.mockRestore();
  expect(outcome?.results).toHaveLength(50);
  // Once for each entry that is read, and once for each that is decided.
  expect(breaths).toBeGreaterThanOrEqual(100);
});

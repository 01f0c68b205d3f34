import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrowFault, placeOf } from '../../lint/arrows-rule.ts';
import { ARROWS, BACK_ARROWS, NOUNS } from '../../lint/arrows.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OXLINT = path.join(ROOT, 'node_modules/oxlint/bin/oxlint');
const PLACES = Object.keys(ARROWS);

/** A file of the folder that no other test has; a line that names a file stands for that file. */
function fileIn(place: string): string {
  return place.endsWith('.ts') ? place : `${place}/planted.ts`;
}

function allowedFrom(place: string): string[] {
  return [...new Set([...NOUNS, ...(ARROWS[place] ?? [])])].filter((target) => target !== place);
}

function forbiddenFrom(place: string): string | undefined {
  return PLACES.find((target) => target !== place && !allowedFrom(place).includes(target));
}

describe('oxlint with the rule', () => {
  let faults: Map<string, number[]>;
  let copy: string;

  /** Every way to import there is, forbidden, then allowed. */
  function plantedText(place: string): string {
    const to = (target: string) => {
      const relative = path.posix.relative(path.posix.dirname(fileIn(place)), fileIn(target));
      return relative.startsWith('.') ? relative : `./${relative}`;
    };
    const forbidden = to(forbiddenFrom(place) ?? '');
    return [
      `import { a } from '${forbidden}';`,
      `import type { B } from '${forbidden}';`,
      `import { type C } from '${forbidden}';`,
      `import '${forbidden}';`,
      `export { d } from '${forbidden}';`,
      `export type { E } from '${forbidden}';`,
      `export * from '${forbidden}';`,
      `export const f = import('${forbidden}');`,
      `export type G = import('${forbidden}').G;`,
      ...allowedFrom(place).map((target) => `import '${to(target)}';`),
      place.endsWith('.ts') ? '' : `import './neighbour.ts';`,
      `import 'node:path';`,
      `import 'zod';`,
    ].join('\n');
  }
  const FORBIDDEN_LINES = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  beforeAll(async () => {
    copy = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-arrows-'));
    for (const part of ['lint', '.oxlintrc.json', 'package.json'])
      await cp(path.join(ROOT, part), path.join(copy, part), { recursive: true });
    for (const place of PLACES) {
      const file = path.join(copy, fileIn(place));
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, plantedText(place));
    }
    faults = arrowFaults(await lint(copy));
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  test.each(PLACES)(
    '%s: refuses what the list does not name, however it is imported, and nothing else',
    (place) => {
      expect(faults.get(fileIn(place))).toEqual(FORBIDDEN_LINES);
    },
  );
});

/** What oxlint prints about a folder. It exits with 1 where it has found anything. */
function lint(folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [OXLINT, '--format', 'json', '.'],
      { cwd: folder, maxBuffer: 64 << 20 },
      (_, out) => resolve(out),
    );
  });
}

interface Report {
  diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
}

/** By file, the lines in which the rule has found something. */
function arrowFaults(report: string): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  for (const { code, filename, labels } of (JSON.parse(report) as Report).diagnostics)
    if (code === 'house(arrows)')
      lines.set(
        filename,
        [...(lines.get(filename) ?? []), ...labels.map(({ span }) => span.line)].toSorted((a, b) => a - b),
      );
  return lines;
}

test.each([
  // The nouns may be imported from everywhere, and import each other alone.
  ['src/order/turns.ts', 'src/clock.ts', true],
  ['src/clock.ts', 'src/change-file/entry.ts', true],
  ['src/clock.ts', 'src/database/open.ts', false],
  ['src/change-file/entry.ts', 'src/kinds/kind.ts', false],
  // Folders below one that has a line belong to it, as long as they have none of their own.
  ['src/report/report.ts', 'src/messages/result-text.ts', true],
  ['src/messages/result-text.ts', 'src/report/report.ts', false],
  ['src/doors/sessions.ts', 'src/doors/ftps/door.ts', false],
  ['src/doors/ftps/door.ts', 'src/doors/sessions.ts', true],
  ['src/doors/ftps/door.ts', 'src/doors/sftp/door.ts', false],
  // A kind knows no other kind, and those that carry files know none but by the list.
  ['src/kinds/directory/kind.ts', 'src/kinds/provisioning/kind.ts', false],
  ['src/kinds/provisioning/kind.ts', 'src/kinds/kind.ts', true],
  ['src/pipeline/plan.ts', 'src/kinds/directory/kind.ts', false],
  ['src/kinds/registry.ts', 'src/kinds/directory/kind.ts', true],
  ['src/kinds/kind.ts', 'src/kinds/registry.ts', false],
  // A file with a line of its own.
  ['src/doors/folder/store-upload.ts', 'src/spool/staging.ts', true],
  ['src/doors/folder/store-upload.ts', 'src/spool/intake.ts', false],
  ['src/order/turns.ts', 'src/configuration.ts', false],
  // Tests and tools look at everything, and nothing of the product at them.
  ['test/order/turns.test.ts', 'src/order/turns.ts', true],
  ['bench/backlog.ts', 'daemon/main.ts', true],
  ['src/order/turns.ts', 'test/random.ts', false],
  ['cli/status.ts', 'bench/backlog.ts', false],
  ['src/order/turns.ts', 'lint/arrows.ts', false],
])('%s imports %s: %s', (from, to, allowed) => {
  expect(arrowFault(from, to) === null).toBe(allowed);
});

test('says which folders, and where the list is', () => {
  expect(arrowFault('src/order/turns.ts', 'src/ledger/rows.ts')).toBe(
    'src/order must not import src/ledger: lint/arrows.ts has no such arrow',
  );
});

test('every folder of the product has a line, and every line names something', async () => {
  const files: string[] = [];
  for await (const file of glob('{cli,daemon,demo,src}/**/*.{ts,js}', { cwd: ROOT })) files.push(file);
  // What has no line of its own, nor a folder above it, falls to the nouns, which everybody may import.
  const nowhere = files.filter((file) => placeOf(file) === 'src' && path.dirname(file) !== 'src');
  expect(nowhere).toEqual([]);
  expect(PLACES.filter((place) => !files.some((file) => placeOf(file) === place))).toEqual([]);
  expect(
    Object.values(ARROWS)
      .flat()
      .filter((target) => !PLACES.includes(target)),
  ).toEqual([]);
});

test('no folder can be reached from itself but by the arrows that are said to lead back', () => {
  const forth = (place: string) =>
    (ARROWS[place] ?? []).filter((target) => !BACK_ARROWS[place]?.includes(target));
  /** The way back to a place, as far as it has been gone. */
  const circleFrom = (way: readonly string[]): readonly string[] | null => {
    const at = way.at(-1) ?? '';
    if (way.indexOf(at) < way.length - 1) return way.slice(way.indexOf(at));
    for (const target of forth(at)) {
      const circle = circleFrom([...way, target]);
      if (circle) return circle;
    }
    return null;
  };
  expect(PLACES.map((place) => circleFrom([place])).find((circle) => circle !== null)).toBeUndefined();
  for (const [place, targets] of Object.entries(BACK_ARROWS))
    expect(ARROWS[place]).toEqual(expect.arrayContaining([...targets]));
});

/** Acceptance cases of full lists: organisations before, lists, and what must come of each step. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { expect } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { showEntry, showSubscriber } from '../../src/actions/show.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { spoolgate } from './command-line.ts';
import { Courier, poll, type Filed } from './courier.ts';
import { startAfresh, type TestDaemon } from './daemon.ts';
import { ACME, declared, type WrittenOrganisation } from './organisation.ts';

export interface ListCase {
  case: string;
  upload_as: string;
  file: string;
  what_it_shows: string;
}

interface Outcome {
  result_codes?: number[];
  warnings?: Record<string, number[]>;
  file_code?: number;
  folder?: string;
  counts_line?: string;
  summary_line?: string;
  report_contains?: string[];
  trace?: { lines_end?: string[] };
  show?: Record<string, Record<string, unknown> | null>;
}

interface Expected extends Outcome {
  before_of_first?: string;
  state: 'filed' | 'held';
  first?: { upload_as: string; file: string }[];
  check?: { exit: number; contains: string[] };
  then?: (Outcome & { do: 'approve' | 'upload'; people?: number; upload_as?: string; file?: string })[];
}

export class ListCases {
  readonly #folder: URL;

  /** @param name below `test/samples` */
  constructor(name: string) {
    this.#folder = new URL(`../samples/${name}/`, import.meta.url);
  }

  /** Those of lists. */
  all(): ListCase[] {
    const rows = parseCsv<ListCase>(this.text('INDEX.csv'), { columns: true });
    return rows.filter(({ upload_as: name }) => name.includes('_SNAPSHOT_'));
  }

  text(file: string): string {
    return readFileSync(new URL(file, this.#folder), 'utf8');
  }

  expected({ case: name }: ListCase): Expected {
    return JSON.parse(this.text(`expected/${name}.json`)) as Expected;
  }

  organisation(file: string): WrittenOrganisation {
    const { customers } = parseYaml(this.text(file)) as WrittenOrganisation & {
      customers: { types?: string[]; accounts?: unknown }[];
    };
    return {
      customers: customers.map(({ types = [], ...rest }) => ({
        ...rest,
        accounts: [],
        types: types.filter((type) => KINDS.types.has(type)),
      })),
    };
  }
}

export async function runListCase(
  world: TestDaemon,
  { client }: Courier,
  cases: ListCases,
  one: ListCase,
): Promise<void> {
  // Names come again from case to case, and no case knows of those before.
  const courier = new Courier(client, world.database);
  const expected = cases.expected(one);
  const before = `before/${one.case}.yaml`;
  await startAfresh(world, cases.organisation(expected.before_of_first ?? before));
  for (const { upload_as: name, file } of expected.first ?? [])
    expect((await courier.send(name, cases.text(file))).folder).toBe('_processed');
  if (expected.before_of_first)
    await setUpOrganisations(
      world.database,
      world.clock,
      { customers: declared(cases.organisation(before)).customers.map((c) => ({ ...c, accounts: [] })) },
      'enforce',
    );
  if (expected.check) await expectCheck(world, one, cases.text(one.file), expected.check);
  await courier.upload(one.upload_as, cases.text(one.file));
  if (expected.state === 'held') {
    await expectHeld(world, courier, one.upload_as);
    await expectShown(world, expected.show);
  } else await expectOutcome(world, await courier.outcome(one.upload_as), expected);
  for (const step of expected.then ?? []) {
    const name = step.upload_as ?? one.upload_as;
    if (step.do === 'upload') await courier.upload(name, cases.text(step.file ?? ''));
    else
      expect(await spoolgate(world.home, 'approve', String(ACME), name)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(`is approved for ${step.people} people.`) as unknown,
      });
    await expectOutcome(world, await courier.outcome(name), step);
  }
}

async function expectCheck(
  world: TestDaemon,
  one: ListCase,
  content: string,
  { exit, contains }: NonNullable<Expected['check']>,
): Promise<void> {
  const file = path.join(world.home, one.upload_as);
  await writeFile(file, content);
  const checked = await spoolgate(world.home, 'check', file);
  for (const piece of contains) expect(checked.stdout).toContain(piece);
  expect(checked.code).toBe(exit);
}

/** It stays in the upload folder, and the status says so. */
async function expectHeld({ database }: TestDaemon, courier: Courier, name: string): Promise<void> {
  await poll(`${name} to be held`, 20, async () => {
    const { rows } = await database.query<{ state: string }>(
      'select state from change_file where name = $1 order by id desc limit 1',
      [name],
    );
    return rows[0]?.state === 'held' ? true : null;
  });
  expect(await courier.names('/')).toContain(name);
}

async function expectOutcome(world: TestDaemon, filed: Filed, expected: Outcome): Promise<void> {
  if (expected.result_codes)
    expect(listedCodes(filed.trace ?? ''), filed.report).toEqual(expected.result_codes);
  if (expected.folder) expect(filed.folder, filed.report).toBe(expected.folder);
  if (expected.counts_line) expect(filed.lines.at(-1)).toBe(expected.counts_line);
  if (expected.summary_line) expect(filed.lines.at(-2)).toBe(expected.summary_line);
  for (const piece of expected.report_contains ?? []) expect(filed.report).toContain(piece);
  if (expected.file_code !== undefined)
    expect(filed.lines.filter((line) => line.startsWith('Result code: '))).toEqual([
      expect.stringMatching(new RegExp(`^Result code: ${expected.file_code} `)),
    ]);
  const warned = filed.lines.flatMap((line) => /^Result code: (29[1-9]\d) /.exec(line)?.[1] ?? []);
  expect(warned.map(Number)).toEqual(Object.values(expected.warnings ?? {}).flat());
  const end = expected.trace?.lines_end;
  if (end) expect(filed.trace?.trimEnd().split('\n').slice(-end.length)).toEqual(end);
  await expectShown(world, expected.show);
}

/** Without the lines of absent people. */
function listedCodes(trace: string): number[] {
  return [...trace.matchAll(/^\d+,([1-9]\d*),(\d+),/gm)].map(([, , code]) => Number(code));
}

async function expectShown({ database, clock }: TestDaemon, show: Outcome['show'] = {}): Promise<void> {
  for (const [name, part] of Object.entries(show)) {
    const found = name.includes('=')
      ? showEntry(database, ACME, name)
      : showSubscriber(database, ACME, name, { hasMailServer: true, now: clock.now() });
    if (part === null) await expect(found, name).rejects.toThrow(/no (subscriber|directory entry)/);
    else expect(withoutEmpty(await found), name).toMatchObject(withoutEmpty(part));
  }
}

/** An attribute without a value is not there. */
function withoutEmpty(shown: object): object {
  const { attributes, ...rest } = shown as { attributes?: Record<string, string[]> };
  if (!attributes) return rest;
  return {
    ...rest,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, values]) => values.length > 0)),
  };
}

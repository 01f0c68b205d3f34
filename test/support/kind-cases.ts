/** Acceptance cases in files: an organisation before, a change file, and what must come of it. */
import { readFileSync } from 'node:fs';
import { parse as parseCsv } from 'csv-parse/sync';
import { expect } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { groupCounts } from '../../src/accounts/groups/load.ts';
import { showSubscriber } from '../../src/actions/show.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import type { Courier, Filed } from './courier.ts';
import { startAfresh, type TestDaemon } from './daemon.ts';
import { ACME, type WrittenOrganisation } from './organisation.ts';

export interface KindCase {
  case: string;
  upload_as: string;
  file: string;
  what_it_shows: string;
}

interface Expected {
  result_codes?: number[];
  warnings?: Record<string, number[]>;
  folder?: string;
  counts_line?: string;
  summary_line?: string;
  report_contains?: string[];
  show?: Record<string, Record<string, unknown> | null>;
  groups?: Record<string, object | null>;
  trace?: { name: string; lines: string[] };
}

export class CaseFolder {
  readonly #folder: URL;

  /** @param name below `test/samples` */
  constructor(name: string) {
    this.#folder = new URL(`../samples/${name}/`, import.meta.url);
  }

  cases(): KindCase[] {
    return parseCsv<KindCase>(this.text('INDEX.csv'), { columns: true });
  }

  text(file: string): string {
    return readFileSync(new URL(file, this.#folder), 'utf8');
  }

  expected({ case: name }: KindCase): Expected {
    return JSON.parse(this.text(`expected/${name}.json`)) as Expected;
  }

  /** Without what other kinds of file need; `claim.daysAgo` stands for a moment so many days before now. */
  before({ case: name }: KindCase, now: Date): WrittenOrganisation {
    const { customers } = parseYaml(this.text(`before/${name}.yaml`)) as { customers: RawCustomer[] };
    return {
      customers: customers.map((customer) => {
        const { types = [], subscribers, ...rest } = customer;
        Reflect.deleteProperty(rest, 'accounts');
        return {
          ...rest,
          types: types.filter((type) => KINDS.types.has(type)),
          subscribers: subscribers.map((person) => ({
            ...person,
            ...(person.claim ? { claim: { since: daysBefore(now, person.claim.daysAgo) } } : {}),
          })),
        };
      }),
    } as WrittenOrganisation;
  }
}

interface RawCustomer {
  types?: string[];
  subscribers: { claim?: { daysAgo: number } }[];
}

function daysBefore(now: Date, days: number): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString();
}

/** Carries a case out from the upload on, and compares all that it says. */
export async function runCase(
  world: TestDaemon,
  courier: Courier,
  folder: CaseFolder,
  one: KindCase,
): Promise<Filed> {
  const expected = folder.expected(one);
  await startAfresh(world, folder.before(one, world.clock.now()));
  const filed = await courier.send(one.upload_as, folder.text(one.file));
  if (expected.result_codes) expect(filed.codes).toEqual(expected.result_codes);
  if (expected.folder) expect(filed.folder).toBe(expected.folder);
  expect(codedWarnings(filed)).toEqual(expected.warnings ?? {});
  const lines = filed.lines;
  if (expected.counts_line) expect(lines.at(-1)).toBe(expected.counts_line);
  if (expected.summary_line) expect(lines.at(-2)).toBe(expected.summary_line);
  if (expected.trace) expect(filed.trace?.trimEnd().split('\n')).toEqual(expected.trace.lines);
  for (const piece of expected.report_contains ?? []) expect(filed.report).toContain(piece);
  const failures = (expected.result_codes ?? []).filter((code) => code !== 0);
  const coded = Object.values(expected.warnings ?? {}).flat();
  expect(lines.filter((line) => line.startsWith('Result code: '))).toHaveLength(
    failures.length + coded.length,
  );
  await expectStored(world, expected);
  return filed;
}

/** Entry number → codes from 2910 on. */
function codedWarnings({ lines }: Filed): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const [index, line] of lines.entries()) {
    const entry = /^WARNING: (?:CSV|JSON) entry #(\d+): /.exec(line)?.[1];
    const code = Number(/^Result code: (\d+) /.exec(lines[index + 1] ?? '')?.[1]);
    if (entry !== undefined && code >= 2910) (found[entry] ??= []).push(code);
  }
  return found;
}

async function expectStored(
  { database, clock }: TestDaemon,
  { show = {}, groups = {} }: Expected,
): Promise<void> {
  for (const [address, part] of Object.entries(show)) {
    const found = showSubscriber(database, ACME, address, { hasMailServer: true, now: clock.now() });
    if (part === null) await expect(found).rejects.toThrow(/no subscriber/);
    else expect(asSets(await found), address).toMatchObject(asSets(part));
  }
  const counts = await groupCounts(database, ACME);
  for (const [name, part] of Object.entries(groups)) {
    const found = counts.find((group) => group.name === name);
    if (part === null) expect(found).toBeUndefined();
    else expect(found, name).toMatchObject(part);
  }
}

/** Roles and groups have no order. */
function asSets(shown: object): Record<string, unknown> {
  const { roles, groups, ...rest } = shown as { roles?: string[]; groups?: { name: string }[] };
  return {
    ...rest,
    ...(roles ? { roles: roles.toSorted() } : {}),
    ...(groups ? { groups: groups.toSorted((one, other) => one.name.localeCompare(other.name)) } : {}),
  };
}

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Queryable } from '../../src/database/open.ts';
import { CODE_GROUPS } from './code-rows.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, person } from '../support/organisation.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));

/** Every row of every table but those of followers and jobs, which go on by themselves; and where the sequences stand. */
async function dump(db: Queryable): Promise<string> {
  const { rows: tables } = await db.query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
        and relname not in ('event_follower', 'job_run') order by relname`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await db.query<{ row: string }>(`select t::text as row from ${name} t order by 1`);
    parts.push(name, ...rows.map(({ row }) => row));
  }
  const { rows: sequences } = await db.query<{ row: string }>(
    'select s::text as row from (select sequencename, last_value from pg_sequences order by 1) s',
  );
  return [...parts, ...sequences.map(({ row }) => row)].join('\n');
}

async function check(one: TestDaemon, name: string, text: string, ...flags: string[]) {
  const file = path.join(one.home, 'drafts', name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  const words = [COMMAND_LINE, 'check', file, ...flags, '--config', path.join(one.home, 'spoolgate.yaml')];
  return new Promise<{ code: number; output: string; errors: string }>((resolve) => {
    execFile(process.execPath, words, (error, output, errors) => {
      resolve({ code: error ? Number(error.code) : 0, output, errors });
    });
  });
}

const [group] = CODE_GROUPS;
const records = (group?.rows ?? []).filter(({ record }) => !JSON.stringify(record).includes('refused'));
const columns = [...new Set(records.flatMap(({ record }) => Object.keys(record)))];
const everyCode = `${[columns.join(','), ...records.map(({ record }) => columns.map((c) => record[c] ?? '').join(','))].join('\n')}\n`;

describe('spoolgate check', () => {
  it('says what the real thing then does, and writes nothing', async () => {
    const people = group?.people ?? [];
    await using one = await startTestDaemon({ organisation: await fixtures({ subscribers: people }) });
    const before = await dump(one.database);
    const name = `${ACME}_PRV_1.csv`;
    const checked = await check(one, name, everyCode, '--json');
    expect(checked.code).toBe(1);
    expect(await dump(one.database)).toBe(before);
    const [said] = JSON.parse(checked.output) as {
      trace: string;
      report: string;
      results: { code: number }[];
    }[];
    await using courier = await one.courier();
    const done = await courier.send(name, everyCode);
    expect(said?.trace).toBe(done.trace);
    expect(said?.results.map(({ code }) => code)).toEqual(done.codes);
    // A check has no retry file to send.
    const asChecked = (text: string) =>
      text.replaceAll(/^\S+ \S+ [AP]M - /gm, '').replaceAll(/; correct what failed in [^)]*\)$/gm, ')');
    expect(asChecked(said?.report ?? '')).toBe(asChecked(done.report));
  });

  it('shows passwords as traces do: masked where trace.maskPasswords is on, as text and as JSON', async () => {
    const header = 'emailAddress,action,subscriptionId,givenName,familyName,password\n';
    const text = `${header}kim@example.com,Add,86796,Kim,Berg,s3cret-one\nann@example.com,Add,1,Ann,"s3cret"two\n`;
    for (const maskPasswords of [true, false]) {
      await using one = await startTestDaemon({ configuration: { trace: { maskPasswords } } });
      for (const flags of [[], ['--json']]) {
        const { output } = await check(one, `${ACME}_PRV_1.csv`, text, ...flags);
        expect(output.includes('s3cret-one')).toBe(!maskPasswords);
        expect(output.includes('s3cret"two') || output.includes(String.raw`s3cret\"two`)).toBe(
          !maskPasswords,
        );
        expect(output.includes('Kim,Berg,***')).toBe(maskPasswords);
      }
    }
  });

  it('f12: shows invisible characters and those that move the cursor', async () => {
    const values = await readFile(new URL('../samples/field/invisible/values.csv', import.meta.url), 'utf8');
    await using one = await startTestDaemon();
    for (const flags of [[], ['--json']]) {
      const { output } = await check(
        one,
        `${ACME}_PRV_1.csv`,
        `${values}\u001b[2Jx@example.com,\u009bAdd\n`,
        ...flags,
      );
      for (const shown of ['00a0', '200b', '202a', '202c', '001b', '009b'])
        expect(output).toContain(`\\u${shown}`);
      // oxlint-disable-next-line no-control-regex -- what must not reach a terminal
      expect(output).not.toMatch(/[\u00a0\u200b\u202a\u202c\u001b\u009b]/);
    }
  });
});

describe('spoolgate check ends with its exit code', () => {
  let one: TestDaemon;
  beforeAll(async () => {
    const subscribers = [person('sam@example.com')];
    one = await startTestDaemon({ organisation: await fixtures({ subscribers }) });
  });
  afterAll(() => one[Symbol.asyncDispose]());

  it.each([
    ['a clean file', `${ACME}_PRV_1.csv`, 'emailAddress,action\nsam@example.com,Suspend\n', [], 0],
    ['a failing entry', `${ACME}_PRV_1.csv`, 'emailAddress,action\nnobody@example.com,Suspend\n', [], 1],
    [
      'a bad name, with the customer given',
      'draft.csv',
      'emailAddress,action\n',
      ['--customer', String(ACME)],
      1,
    ],
    ['a bad name', 'draft.csv', 'emailAddress,action\n', [], 2],
    ['a customer that is not there', '999_PRV_1.csv', 'emailAddress,action\n', [], 1],
    ['no number', `${ACME}_PRV_1.csv`, 'emailAddress,action\n', ['--customer', 'Acme'], 2],
  ])('%s', async (_, name, text, flags, code) => {
    expect((await check(one, name, text, ...flags)).code).toBe(code);
  });
});

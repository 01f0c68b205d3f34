/**
 * A provisioning file that waits for a person, with another one behind it, and daemons that are killed at every step of
 * deciding it: after the death two others, on one database and one spool, carry out what was decided, once.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { ACME, fixtures, person } from '../support/organisation.ts';
import { isDead } from './world.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));
const TEST_MS_MAX = 180_000;
const PEOPLE = 30;

let opened: AsyncDisposableStack;
let database: TestDatabase;
let folder: string;
/** One for each daemon. */
let files: string[];
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  database = await cloneDatabase();
  opened.defer(() => database.drop());
  const spool = path.join(home, 'spool');
  folder = path.join(spool, 'acme');
  const subscribers = Array.from({ length: PEOPLE }, (_, index) => person(`p${index}@example.com`));
  const organisation = await fixtures({
    subscribers,
    sources: { careful: { guards: { secondPerson: true } } },
  });
  files = [];
  for (let daemon = 0; daemon < 2; daemon += 1) {
    const own = await temporaryHome();
    opened.defer(() => rm(own, { recursive: true, force: true }));
    const written = await writeConfiguration(own, database.url, { organisation, configuration: { spool } });
    files.push(written.file);
  }
});
afterEach(() => opened.disposeAsync());

async function start(which: number, dieAt?: string): Promise<DaemonProcess> {
  const environment = dieAt === undefined ? {} : { SPOOLGATE_DIE_AT: dieAt };
  const daemon = await spawnDaemon(files[which] ?? '', environment);
  opened.defer(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

const name = (number: number, source = 'HR') => `${ACME}_${source}_PRV_${number}.csv`;

const suspend = (first: number, last: number) =>
  `emailAddress,action\n${Array.from({ length: last - first + 1 }, (_, index) => `p${first + index}@example.com,Suspend\n`).join('')}`;

/** Nobody writes it any more. */
async function drop(file: string, content: string): Promise<void> {
  const part = path.join(folder, `${file}.part`);
  await writeFile(part, content);
  const before = new Date(Date.now() - 60_000);
  await utimes(part, before, before);
  await rename(part, path.join(folder, file));
}

async function settled(file: string, state: string): Promise<void> {
  await poll(`${file} to be ${state}`, 20, async () => {
    const { rows } = await database.query<{ state: string; open: number }>(
      `select state, (select count(*)::int from batch where closed_at is null) as open
         from change_file where name = $1 order by id desc limit 1`,
      [file],
    );
    return rows[0]?.state === state && rows[0].open === 0 ? true : null;
  });
}

async function died(daemon: DaemonProcess): Promise<void> {
  await poll('the daemon to die', 20, async () => (isDead(daemon) ? true : null));
  expect(daemon.child.signalCode, daemon.output()).toBe('SIGKILL');
}

async function command(...words: string[]): Promise<void> {
  const child = spawn(process.execPath, [COMMAND_LINE, ...words, '--config', files[0] ?? ''], {
    stdio: 'ignore',
  });
  await once(child, 'close');
}

/** How often each of these was told. */
async function told(file: string): Promise<Record<string, number>> {
  const { rows } = await database.query<{ type: string; count: number }>(
    `select type, count(*)::int as count from event where subject = $1 and type in
       ('file.held', 'file.approved', 'file.discarded', 'file.applied', 'file.applied_with_errors', 'file.refused') group by type`,
    [file],
  );
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
}

async function suspended(): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from subscriber where customer_id = ${ACME} and state = 'suspended'`,
  );
  return rows[0]?.count ?? 0;
}

const APPROVED = { 'file.held': 1, 'file.approved': 1, 'file.applied': 1 };
const DISCARDED = { 'file.held': 1, 'file.discarded': 1, 'file.refused': 1 };
const approve = (...more: string[]) => command('approve', String(ACME), name(1), ...more);

/** What is done while a daemon is about to die at the step; eight of the people would be suspended, and one by the file behind. */
const DEATHS: [step: string, title: string, act: () => Promise<unknown>, events: object, gone: number][] = [
  ['ruled', 'approved by file', () => drop(`${name(1)}.approve`, '8\nthey left\n'), APPROVED, 9],
  ['decision-removed', 'discarded by file', () => drop(`${name(1)}.discard`, 'no\n'), DISCARDED, 1],
  ['ruled', 'without removals', () => drop(`${name(1)}.approve-without-removals`, '8\n'), APPROVED, 1],
  ['saved', 'approved by command', () => approve('--reason', 'they left'), APPROVED, 9],
  ['committed', 'without removals by command', () => approve('--without-removals'), APPROVED, 1],
  ['taken', 'discarded by command', () => command('discard', String(ACME), name(1)), DISCARDED, 1],
];

it.each(DEATHS)(
  'a death at "%s" while a held file is decided (%s) leaves it decided once, and what is behind goes on',
  async (step, _title, act, events, gone) => {
    const before = await start(0);
    await drop(name(1), suspend(0, 7));
    await settled(name(1), 'held');
    await drop(name(2), suspend(20, 20));
    await settled(name(2), 'waiting');
    await before.stop();
    const dying = await start(0, `${step}:1`);
    await act();
    await died(dying);
    const both = await Promise.all([start(0), start(1)]);
    await settled(name(1), 'filed');
    await settled(name(2), 'filed');
    expect(await told(name(1))).toEqual(events);
    expect(await told(name(2))).toEqual({ 'file.applied': 1 });
    expect(await suspended()).toBe(gone);
    expect((await readdir(folder)).filter((file) => /\.(approve.*|discard)$/.test(file))).toEqual([]);
    for (const daemon of both) expect(daemon.output()).not.toContain('"level":"error"');
  },
  TEST_MS_MAX,
);

it(
  'a death at "held" holds the file once, and what was in its batch goes on or waits behind it',
  async () => {
    const dying = await start(0, 'held:1');
    await drop(name(1), suspend(0, 7));
    await drop(name(2), suspend(20, 20));
    await drop(name(1, 'other'), suspend(21, 21));
    await died(dying);
    await Promise.all([start(0), start(1)]);
    await settled(name(1), 'held');
    await settled(name(1, 'other'), 'filed');
    await settled(name(2), 'waiting');
    expect(await told(name(1))).toEqual({ 'file.held': 1 });
    expect(await suspended()).toBe(1);
  },
  TEST_MS_MAX,
);

it(
  'a death right after the first of two approvals keeps it, and does not make it two',
  async () => {
    const file = name(1, 'careful');
    const before = await start(0);
    await drop(file, suspend(0, 7));
    await settled(file, 'held');
    await before.stop();
    const dying = await start(0, 'ruled:1');
    await command('approve', String(ACME), file);
    await died(dying);
    await Promise.all([start(0), start(1)]);
    await command('approve', String(ACME), file);
    await settled(file, 'held');
    const { rows } = await database.query<{ approvals: number }>(
      `select jsonb_array_length(hold->'approvals') as approvals from change_file where name = $1`,
      [file],
    );
    expect(rows).toEqual([{ approvals: 1 }]);
    expect(await suspended()).toBe(0);
  },
  TEST_MS_MAX,
);

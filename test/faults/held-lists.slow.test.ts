/**
 * Lists that wait for a person, and daemons that are killed at every step of it: after the death two others, on one database
 * and one spool, find what was begun. Whatever was decided is carried out once, and told once.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { ACME, fixtures } from '../support/organisation.ts';
import { isDead } from './world.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));
const TEST_MS_MAX = 180_000;

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
  const organisation = await fixtures({
    types: ['SNAPSHOT'],
    sources: { google: { snapshot: { keeps: 'contacts', scope: 'all' } } },
  });
  files = [];
  for (let daemon = 0; daemon < 2; daemon += 1) {
    const own = await temporaryHome();
    opened.defer(() => rm(own, { recursive: true, force: true }));
    const written = await writeConfiguration(own, database.url, { organisation, configuration: { spool } });
    files.push(written.file);
  }
  const first = await start(0);
  await drop(name(1), list(1, 50));
  await settled(name(1), 'filed');
  await first.stop();
});
afterEach(() => opened.disposeAsync());

async function start(which: number, dieAt?: string): Promise<DaemonProcess> {
  const environment = dieAt === undefined ? {} : { SPOOLGATE_DIE_AT: dieAt };
  const daemon = await spawnDaemon(files[which] ?? '', environment);
  opened.defer(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

const name = (number: number) => `${ACME}_google_SNAPSHOT_${number}.csv`;

function list(first: number, last: number): string {
  const lines = Array.from({ length: last - first + 1 }, (_, index) => {
    const person = first + index;
    return `p${person}@example.com,Person ${person}\n`;
  });
  return `mail,displayName\n${lines.join('')}`;
}

/** Nobody writes it any more. */
async function drop(file: string, content: string): Promise<void> {
  const part = path.join(folder, `${file}.part`);
  await writeFile(part, content);
  const before = new Date(Date.now() - 60_000);
  await utimes(part, before, before);
  await rename(part, path.join(folder, file));
}

async function statesOf(file: string): Promise<string[]> {
  const { rows } = await database.query<{ state: string }>(
    'select state from change_file where name = $1 order by id',
    [file],
  );
  return rows.map(({ state }) => state);
}

async function settled(file: string, state: string): Promise<void> {
  await poll(`${file} to be ${state}`, 20, async () =>
    (await statesOf(file)).at(-1) === state && (await openBatches()) === 0 ? true : null,
  );
}

async function openBatches(): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from batch where closed_at is null',
  );
  return rows[0]?.count ?? 0;
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
async function told(): Promise<Record<string, number>> {
  const { rows } = await database.query<{ type: string; count: number }>(
    `select type, count(*)::int as count from event where subject = $1
        and type in ('file.held', 'file.approved', 'file.discarded', 'file.applied', 'file.refused') group by type`,
    [name(2)],
  );
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
}

async function people(): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from directory_entry where managed_by_source = 'google'`,
  );
  return rows[0]?.count ?? 0;
}

/** In how many reports the file stands. */
async function reportsOf(file: string): Promise<number> {
  const reports = await readdir(path.join(folder, '_report'));
  const texts = await Promise.all(
    reports.map((report) => readFile(path.join(folder, '_report', report), 'utf8')),
  );
  return texts.filter((text) => text.includes(`/${file}\n`)).length;
}

async function expire(): Promise<void> {
  await database.query(`update change_file set held_until = $1 where state = 'held'`, [
    new Date(Date.now() - 1_000),
  ]);
}

const APPROVED = { 'file.held': 1, 'file.approved': 1, 'file.applied': 1 };
const DISCARDED = { 'file.held': 1, 'file.discarded': 1, 'file.refused': 1 };

/** What is done while a daemon is about to die at the step; six of fifty people are absent from the list. */
const DEATHS: [step: string, title: string, act: () => Promise<unknown>, events: object][] = [
  ['ruled', 'approved by file', () => drop(`${name(2)}.approve`, '6\n'), APPROVED],
  ['decision-removed', 'approved by file', () => drop(`${name(2)}.approve`, '6\n'), APPROVED],
  ['ruled', 'discarded by file', () => drop(`${name(2)}.discard`, ''), DISCARDED],
  ['decision-removed', 'discarded by file', () => drop(`${name(2)}.discard`, ''), DISCARDED],
  ['ruled', 'approved by command', () => command('approve', String(ACME), name(2)), APPROVED],
  ['ruled', 'discarded by command', () => command('discard', String(ACME), name(2)), DISCARDED],
  ['saved', 'approved by command', () => command('approve', String(ACME), name(2)), APPROVED],
  ['committed', 'approved by file', () => drop(`${name(2)}.approve`, '6\n'), APPROVED],
  ['taken', 'a newer list comes', () => drop(name(3), list(2, 50)), DISCARDED],
  ['saved', 'a newer list comes', () => drop(name(3), list(2, 50)), DISCARDED],
];

it.each(DEATHS)(
  'a death at "%s" while a held list is decided (%s) leaves it decided once',
  async (step, title, act, events) => {
    const before = await start(0);
    await drop(name(2), list(7, 50));
    await settled(name(2), 'held');
    await before.stop();
    const dying = await start(0, `${step}:1`);
    await act();
    await died(dying);
    const both = await Promise.all([start(0), start(1)]);
    await settled(name(2), 'filed');
    const isApproved = events === APPROVED;
    const isReplaced = title === 'a newer list comes';
    if (isReplaced) await settled(name(3), 'filed');
    expect(await told()).toEqual(events);
    expect(await people()).toBe(isApproved ? 44 : isReplaced ? 49 : 50);
    expect(await reportsOf(name(2))).toBe(1);
    expect(await readdir(path.join(folder, isApproved ? '_processed' : '_error'))).toContain(name(2));
    expect((await readdir(folder)).filter((file) => /\.(approve|discard)$/.test(file))).toEqual([]);
    for (const daemon of both) expect(daemon.output()).not.toContain('"level":"error"');
  },
  TEST_MS_MAX,
);

it(
  'a death at "held" holds the list once',
  async () => {
    const dying = await start(0, 'held:1');
    await drop(name(2), list(7, 50));
    await died(dying);
    await Promise.all([start(0), start(1)]);
    await settled(name(2), 'held');
    expect(await told()).toEqual({ 'file.held': 1 });
    expect(await statesOf(name(2))).toEqual(['held']);
    expect(await readdir(folder)).toContain(name(2));
    expect(await people()).toBe(50);
  },
  TEST_MS_MAX,
);

it(
  'a list that nobody has decided in time is discarded once, by two daemons and after a death',
  async () => {
    const before = await start(0);
    await drop(name(2), list(7, 50));
    await settled(name(2), 'held');
    await before.stop();
    await expire();
    const dying = await spawnDaemon(files[0] ?? '', { SPOOLGATE_DIE_AT: 'taken:1' }).catch(() => null);
    if (dying) await died(dying);
    await Promise.all([start(0), start(1)]);
    await settled(name(2), 'filed');
    expect(await told()).toEqual(DISCARDED);
    expect(await people()).toBe(50);
    expect(await reportsOf(name(2))).toBe(1);
  },
  TEST_MS_MAX,
);

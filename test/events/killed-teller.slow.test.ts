/** Real daemons that are killed between the commit of an event and its line in the log, or just after the line. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';

let opened: AsyncDisposableStack;
let database: TestDatabase;
let outputs: DaemonProcess[];
/** Of two daemons on one database and one spool. */
let files: string[];

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  outputs = [];
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  database = await cloneDatabase();
  opened.defer(() => database.drop());
  const spool = path.join(home, 'spool');
  files = [];
  for (let daemon = 0; daemon < 2; daemon += 1) {
    const own = await temporaryHome();
    opened.defer(() => rm(own, { recursive: true, force: true }));
    files.push((await writeConfiguration(own, database.url, { configuration: { spool } })).file);
  }
  // What an empty database is told of at its first start is not what is looked at here.
  const first = await start(0);
  expect(await first.stop()).toBe(0);
});
afterEach(() => opened.disposeAsync());

async function start(which: number, dieAt?: string): Promise<DaemonProcess> {
  const daemon = await spawnDaemon(
    files[which] ?? '',
    dieAt === undefined ? {} : { SPOOLGATE_DIE_AT: dieAt },
  );
  opened.defer(() => daemon[Symbol.asyncDispose]());
  outputs.push(daemon);
  return daemon;
}

interface Line {
  event: string;
  message: string;
  at: string;
}

/** Lines of recorded events of all daemons so far. */
function lines(): Line[] {
  return outputs
    .flatMap((daemon) => daemon.output().split('\n'))
    .filter((line) => line.includes('"event":"'))
    .map((line) => ({ ...(JSON.parse(line) as Line), timestamp: null }));
}

async function recordedIds(): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>('select id::text from event order by event.id');
  return rows.map(({ id }) => id);
}

const untold = async () => {
  const told = new Set(lines().map(({ event }) => event));
  return (await recordedIds()).filter((id) => !told.has(id));
};

/** Uploads, and goes on where the daemon dies of it. */
async function upload(daemon: DaemonProcess, name: string): Promise<void> {
  try {
    const courier = await daemon.courier();
    await courier.upload(name, 'emailAddress,action\nsam.daryn@example.com,Suspend\n');
    courier.client.close();
  } catch {
    // The daemon died meanwhile.
  }
}

async function expectAllTold(): Promise<void> {
  await poll('every event to have its line', 50, async () => ((await untold()).length === 0 ? true : null));
  const byId = Map.groupBy(lines(), ({ event }) => event);
  for (const same of byId.values()) expect(new Set(same.map((line) => JSON.stringify(line))).size).toBe(1);
}

it.each([
  ['telling', 1],
  ['telling', 3],
  ['told', 1],
  ['told', 3],
])(
  'killed at "%s" number %i: the next start tells what is missing',
  async (step, count) => {
    const dying = await start(0, `${step}:${count}`);
    for (let number = 1; dying.child.signalCode === null && number < 20; number += 1)
      await upload(dying, `1000001_PRV_${number}.csv`);
    await poll('the daemon to die', 20, async () => dying.child.signalCode);
    const before = lines();
    if (step === 'telling') expect(await untold()).not.toEqual([]);
    await start(0);
    await expectAllTold();
    const again = lines().slice(before.length);
    const told = new Set(before.map(({ event }) => event));
    const isTwice = again.some(({ event }) => told.has(event));
    expect(isTwice).toBe(step === 'told');
  },
  120_000,
);

it('of two daemons one tells, and the other goes on when that one is killed', async () => {
  const dying = await start(0, 'telling:2');
  const other = await start(1);
  for (let number = 1; dying.child.signalCode === null && number < 20; number += 1)
    await upload(other, `1000001_PRV_${number}.csv`);
  await upload(other, '1000001_PRV_100.csv');
  await poll('the report', 50, async () => {
    const { rowCount } = await database.query(
      `select 1 from change_file where name = '1000001_PRV_100.csv' and state = 'filed'`,
    );
    return rowCount === 1 ? true : null;
  });
  await expectAllTold();
  const twice = lines().length - new Set(lines().map(({ event }) => event)).size;
  expect(twice).toBe(0);
}, 120_000);

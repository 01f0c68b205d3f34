/** A daemon dies at every step of taking a file back: it is taken back exactly once all the same. */
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { fixtures, person, PASSWORDS } from '../support/organisation.ts';
import { UNDO_STEPS } from './deaths.ts';

const FILE = '1000001_HR_PRV_1.csv';
const CONTENT =
  'emailAddress,action,givenName,familyName,department\n' +
  'new@example.com,Add,New,Person,\nann.lee@example.com,Remove,,,\nbob.lee@example.com,Update,Robert,,Sales\n';

let home: string;
let database: TestDatabase;
beforeEach(async () => {
  home = await temporaryHome();
  database = await cloneDatabase();
});
afterEach(async () => {
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

async function start(environment: NodeJS.ProcessEnv = {}, data = 'one'): Promise<DaemonProcess> {
  const own = path.join(home, data);
  await mkdir(own, { recursive: true });
  const accounts = [
    {
      login: 'acme',
      password: PASSWORDS.acme,
      rights: ['upload' as const, 'download' as const, 'decide' as const],
    },
  ];
  const organisation = await fixtures({
    accounts,
    undo: { byFile: true },
    subscribers: [person('ann.lee'), person('bob.lee')],
  });
  const configuration = { spool: path.join(home, 'spool') };
  return spawnDaemon(
    (await writeConfiguration(own, database.url, { organisation, configuration })).file,
    environment,
  );
}

async function accounts() {
  const { rows } = await database.query(
    `select id, email, given_name, department, state, (select count(*) from seat where subscriber_id = s.id) as seats
       from subscriber s where state <> 'removed' order by id`,
  );
  return rows;
}

async function undos() {
  const { rows } = await database.query<{ state: string; taken: number; changes: number }>(
    `select state, taken_back as taken, (select count(*) from change c where c.undo_id = u.id) as changes from undo u`,
  );
  return rows;
}

/** The file is applied. @returns the accounts before it */
async function applied(daemon: DaemonProcess) {
  const before = await accounts();
  const courier = await daemon.courier();
  await courier.upload(FILE, CONTENT);
  courier.client.close();
  await poll('the file to be filed', 30, async () => {
    const { rows } = await database.query(`select 1 from change_file where state = 'filed'`);
    return rows[0] ?? null;
  });
  expect(await accounts()).not.toEqual(before);
  return before;
}

/** A daemon that dies may do so before it answers. */
async function askToUndo(daemon: DaemonProcess): Promise<void> {
  const courier = await daemon.courier();
  await courier.upload(`${FILE}.undo`, 'a slip\n').catch(() => undefined);
  courier.client.close();
}

async function expectUndone(before: unknown): Promise<void> {
  await poll('the undo to be done', 30, async () => ((await undos())[0]?.state === 'done' ? true : null));
  await poll('the wish to go', 30, async () =>
    (await readdir(path.join(home, 'spool/acme'))).includes(`${FILE}.undo`) ? null : true,
  );
  expect(await accounts()).toEqual(before);
  expect(await undos()).toEqual([{ state: 'done', taken: 3, changes: 3 }]);
  const reports = await readdir(path.join(home, 'spool/acme/_report'));
  const own = reports.filter((name) => name.includes('_undo_'));
  expect(own.map((name) => name.replace(/_\d+\./, '_N.')).sort()).toEqual([
    '1000001_HR_PRV_1_undo_N.csv',
    '1000001_HR_PRV_1_undo_N.txt',
  ]);
}

const STEPS = [
  'undo-asked:1',
  'undo-request-removed:1',
  'undo-saved:1',
  'undo-committed:1',
  'undo-traced:1',
  'undo-reported:1',
  'undo-done:1',
];

it('every step is died at', () => {
  expect(STEPS).toEqual(UNDO_STEPS.map((step) => `${step}:1`));
});

it.each(STEPS)(
  'a daemon that dies at %s has taken the file back exactly once when another goes on',
  async (step) => {
    await using dying = await start({ SPOOLGATE_DIE_AT: step });
    const before = await applied(dying);
    const died = once(dying.child, 'exit');
    await askToUndo(dying);
    await died;
    expect(dying.child.signalCode, dying.output()).toBe('SIGKILL');
    await using next = await start();
    await expectUndone(before);
    expect(await next.stop(), next.output()).toBe(0);
  },
  120_000,
);

it('of two daemons one takes the file back, also where the first dies in the middle', async () => {
  await using dying = await start({ SPOOLGATE_DIE_AT: 'undo-saved:1' });
  await using other = await start({ SPOOLGATE_DIE_AT: 'undo-reported:1' }, 'two');
  const before = await applied(dying);
  await askToUndo(dying);
  await Promise.race([once(dying.child, 'exit'), once(other.child, 'exit')]);
  await using last = await start({}, 'three');
  await expectUndone(before);
  expect(await last.stop(), last.output()).toBe(0);
}, 120_000);

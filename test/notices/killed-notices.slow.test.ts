/** Real daemons that are killed between the commit and the delivery, and between the delivery and its note. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { fixtures } from '../support/organisation.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { SECRET } from './world.ts';

let opened: AsyncDisposableStack;
let database: TestDatabase;
let receiver: Receiver;
/** Of two daemons on one database and one spool. */
let files: string[];

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  receiver = opened.use(await startReceiver());
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  database = await cloneDatabase();
  opened.defer(() => database.drop());
  const secrets = path.join(home, 'secrets');
  await mkdir(secrets);
  await writeFile(path.join(secrets, 'erp'), SECRET);
  await chmod(path.join(secrets, 'erp'), 0o600);
  const organisation = await fixtures({
    notices: { webhooks: [{ name: 'erp', url: receiver.url, secret: 'erp', types: ['file.*'] }] },
  });
  const notices = { secrets, allowHttp: true, allowNetworks: ['127.0.0.1'] };
  const configuration = { spool: path.join(home, 'spool'), notices };
  files = [];
  for (let daemon = 0; daemon < 2; daemon += 1) {
    const own = await temporaryHome();
    opened.defer(() => rm(own, { recursive: true, force: true }));
    files.push((await writeConfiguration(own, database.url, { organisation, configuration })).file);
  }
});
afterEach(() => opened.disposeAsync());

async function start(which: number, dieAt?: string): Promise<DaemonProcess> {
  const environment = dieAt === undefined ? {} : { SPOOLGATE_DIE_AT: dieAt };
  return opened.use(await spawnDaemon(files[which] ?? '', environment));
}

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

/** A claim of a daemon that is dead ends after minutes: they are over. */
async function endClaims(): Promise<void> {
  await database.query('update notice_delivery set next_try_at = now() where done_at is null');
}

async function undelivered(): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*) from event where type in ('file.received', 'file.applied', 'file.applied_with_errors', 'file.refused')
        and customer_id = 1000001 and not exists (select 1 from notice_delivery where event_id = event.id and done_at is not null)`,
  );
  return rows[0]?.count ?? 0;
}

async function expectAllDelivered(): Promise<void> {
  await poll('all notices', 60, async () => ((await undelivered()) === 0 ? true : null));
  const { rows } = await database.query<{ id: string }>(
    `select 'evt_' || event_id as id from notice_delivery where type like 'file.%' order by 1`,
  );
  const got = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
  expect(rows.map(({ id }) => id).filter((id) => !got.has(id))).toEqual([]);
}

function twice(): number {
  return (
    receiver.received.length - new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size
  );
}

it.each([
  ['notice-claimed', 0],
  ['notice-delivered', 1],
])(
  'killed at "%s": the next start delivers it, %i twice under one id',
  async (step, repeated) => {
    const dying = await start(0, `${step}:1`);
    await upload(dying, '1000001_PRV_1.csv');
    await poll('the daemon to die', 30, async () => dying.child.signalCode);
    await endClaims();
    await start(0);
    await expectAllDelivered();
    expect(twice()).toBe(repeated);
  },
  120_000,
);

it('of two daemons the other one goes on when one is killed', async () => {
  const dying = await start(0, 'notice-delivered:3');
  const other = await start(1);
  for (let number = 1; dying.child.signalCode === null && number < 30; number += 1) {
    await upload(other, `1000001_PRV_${number}.csv`);
    await poll('the file', 30, async () => {
      const { rowCount } = await database.query(
        `select 1 from change_file where name = '1000001_PRV_${number}.csv' and state = 'filed'`,
      );
      return rowCount === 1 ? true : null;
    });
  }
  await poll('the daemon to die', 30, async () => dying.child.signalCode);
  await endClaims();
  await expectAllDelivered();
  // It dies after its third delivery, and several are noted together.
  expect(twice()).toBeLessThanOrEqual(3);
}, 180_000);

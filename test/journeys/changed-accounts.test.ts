import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { spoolgate } from '../support/command-line.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';
import { Speaker } from '../support/speaker.ts';
import {
  passwordOf,
  spawnDaemon,
  startTestDaemon,
  writeConfiguration,
  type TestDaemon,
} from '../support/daemon.ts';

const { OPEN_MODE: OPEN } = ssh2.utils.sftp;
const NEW_FILE = OPEN.WRITE | OPEN.CREAT | OPEN.TRUNC;
const LOGIN = 'acme';

let world: TestDaemon;
let kept: Record<string, unknown>;
beforeAll(async () => {
  world = await startTestDaemon();
  const { rows } = await world.database.query('select * from access_account where login = $1', [LOGIN]);
  kept = rows[0] ?? {};
});
afterAll(() => world[Symbol.asyncDispose]());

async function ftps(port: number): Promise<Speaker> {
  const client = await Speaker.connect(port);
  await client.ask(`USER ${LOGIN}`);
  expect(await client.ask(`PASS ${passwordOf(LOGIN)}`)).toMatch(/^230 /);
  return client;
}

const sftp = (port: number) => SftpSpeaker.connect(port, { username: LOGIN, password: passwordOf(LOGIN) });

const restored = () =>
  world.database.query(
    `insert into access_account (login, customer_id, password_hash, keys, rights, networks)
     select login, customer_id, password_hash, keys, rights, networks from jsonb_to_record($1) as row
       (login text, customer_id bigint, password_hash text, keys text[], rights text[], networks text[])
     on conflict (login) do update set rights = excluded.rights, networks = excluded.networks, keys = excluded.keys,
       password_hash = excluded.password_hash`,
    [JSON.stringify(kept)],
  );

test.each([
  ['its rights', `update access_account set rights = '{download}' where login = 'acme'`],
  ['its password', `update access_account set password_hash = password_hash || 'x' where login = 'acme'`],
  ['its keys', `update access_account set keys = '{ssh-ed25519 AAAA}' where login = 'acme'`],
  ['its networks', `update access_account set networks = '{192.0.2.0/24}' where login = 'acme'`],
  ['everything: it is removed', `delete from access_account where login = 'acme'`],
])('open sessions at both doors end when an account loses %s', async (_name, change) => {
  const { ftpsPort, sftpPort } = world.daemon;
  await using explained = await ftps(ftpsPort);
  await using client = await sftp(sftpPort);
  await world.database.query(change);
  expect(await explained.reply()).toMatch(/^421 Account changed/);
  await client.ended;
  await restored();
});

test('uploads of a removed account fail at both doors, nothing is kept, and the command says what it did', async () => {
  const { ftpsPort, sftpPort } = world.daemon;
  const folder = world.folder(LOGIN);
  await using control = await ftps(ftpsPort);
  const data = await control.dataConnection();
  data.on('error', () => undefined);
  control.socket.write('STOR ftps.csv\r\n');
  expect(await control.reply()).toMatch(/^150 /);
  data.write('half a file');
  await using client = await sftp(sftpPort);
  const handle = await client.open('sftp.csv', NEW_FILE);
  await client.write(handle, 0, 'half a file');
  await vi.waitFor(async () => expect(await readdir(path.join(folder, '.staging'))).toHaveLength(2));

  const removed = await spoolgate(world.home, 'account', 'remove', LOGIN);
  expect(removed).toEqual({ code: 0, stdout: '', stderr: 'Account "acme" removed.\n' });
  const replies = [await control.reply(), await control.reply()];
  expect(replies.join('\n')).toMatch(/^4(21|26) .*Account changed/m);
  await client.ended;
  await vi.waitFor(async () => expect(await readdir(path.join(folder, '.staging'))).toEqual([]));
  expect([existsSync(path.join(folder, 'ftps.csv')), existsSync(path.join(folder, 'sftp.csv'))]).toEqual([
    false,
    false,
  ]);
  await vi.waitFor(() =>
    expect(world.log.filter((line) => line.includes('"upload failed"'))).toHaveLength(2),
  );
  await vi.waitFor(() =>
    expect(world.log.some((line) => line.includes('sessions closed: account removed'))).toBe(true),
  );
  const { rows } = await world.database.query(
    `select customer_id, subject as login, data->'before' ? 'password_hash' as told from event where type = 'account.removed'`,
  );
  expect(rows).toEqual([{ customer_id: kept.customer_id, login: LOGIN, told: false }]);

  const again = await spoolgate(world.home, 'account', 'remove', LOGIN);
  expect(again).toEqual({ code: 3, stdout: '', stderr: 'spoolgate: There is no account "acme".\n' });
  const wrong = await spoolgate(world.home, 'account', 'rename', LOGIN);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('account remove LOGIN')]);
  await restored();
});

test('another daemon on the same database ends its sessions too, also without a daemon of the command', async () => {
  const own = path.join(world.home, 'other');
  await mkdir(own, { recursive: true });
  const configuration = { spool: path.join(world.home, 'spool'), data: path.join(own, 'data') };
  const { file } = await writeConfiguration(own, world.database.url, { configuration });
  await using other = await spawnDaemon(file);
  await using client = await sftp(other.sftpPort);
  await using nearby = await sftp(world.daemon.sftpPort);
  // The home of nobody's daemon: the command works on the database alone.
  const idle = path.join(world.home, 'idle');
  await mkdir(idle, { recursive: true });
  await writeConfiguration(idle, world.database.url, {
    configuration: { ...configuration, data: path.join(idle, 'data') },
  });
  expect(await spoolgate(idle, 'account', 'remove', LOGIN)).toMatchObject({ code: 0 });
  await Promise.all([client.ended, nearby.ended]);
});

/** A backup that is cut in the middle, on either side: nothing that is left may look like a whole one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { restore } from '../../src/backup/backup.ts';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { ACME } from '../support/organisation.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));

let opened: AsyncDisposableStack;
let database: TestDatabase;
let home: string;
let daemon: DaemonProcess;

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  database = await cloneDatabase();
  opened.defer(() => database.drop());
  const { file } = await writeConfiguration(home, database.url, {});
  daemon = opened.use(await spawnDaemon(file));
  // Some 20 MB that no compression makes small: far more than a socket holds.
  await database.query(
    `insert into directory_entry (customer_id, dn_key, dn, class, attributes, created_at)
     select $1::bigint, 'o=acme,cn=p' || n, 'cn=P' || n || ',o=Acme', 'person', json_build_object('displayName', json_build_array(
       (select string_agg(md5(random()::text || m), '') from generate_series(1, 3000 + n % 2) m))), now() from generate_series(1, 200) n`,
    [ACME],
  );
});
afterEach(() => opened.disposeAsync());

const folder = () => path.join(home, 'saved');

/** The command, standing still while the largest table comes. */
async function halfWay() {
  const words = [COMMAND_LINE, 'backup', folder(), '--config', path.join(home, 'spoolgate.yaml')];
  const env = { ...process.env, DATABASE_URL: undefined, SPOOLGATE_CONFIG: undefined };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close') as Promise<[number | null]>;
  await poll('the large table to come', 2, async () => {
    const found = await stat(path.join(folder(), 'tables/directory_entry.copy.gz')).catch(() => null);
    return found;
  });
  child.kill('SIGSTOP');
  return { child, ended, said: () => said };
}

async function expectNoBackup(): Promise<void> {
  expect(await readdir(folder())).not.toContain('manifest.json');
  const told = await database.query(`select 1 from event where type = 'backup.written'`);
  expect(told.rows).toEqual([]);
  await using other = await emptyDatabase();
  await expect(restore({ database: other, spool: path.join(home, 'restored') }, folder())).rejects.toThrow(
    /is not a complete backup/,
  );
}

async function emptyDatabase(): Promise<TestDatabase & AsyncDisposable> {
  const made = await cloneDatabase();
  return { ...made, [Symbol.asyncDispose]: () => made.drop() };
}

it('the daemon dies: the command says so, and what it has written is no backup', async () => {
  const { child, ended, said } = await halfWay();
  await daemon.kill();
  child.kill('SIGCONT');
  expect((await ended)[0]).toBe(1);
  expect(said()).toContain('the daemon stopped');
  expect(said()).toContain(`The backup in ${folder()} is not complete and cannot be restored. Delete it.`);
  await expectNoBackup();
});

it('the command dies: the daemon lets go of its snapshot, tells of no backup, and makes the next one', async () => {
  const { child, ended } = await halfWay();
  child.kill('SIGKILL');
  await ended;
  await poll('the snapshot to be given back', 20, async () => {
    const { rows } = await database.query(
      `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null`,
    );
    return rows.length === 0 ? true : null;
  });
  await expectNoBackup();
  expect(daemon.output()).not.toContain('"level":"error"');
  await rm(folder(), { recursive: true });
  const again = await halfWay();
  again.child.kill('SIGCONT');
  expect([(await again.ended)[0], again.said()]).toEqual([
    0,
    expect.stringMatching(/^Saved \d+ tables and \d+ files to /) as string,
  ]);
  const { rows } = await database.query(
    `select who is not null as by from event where type = 'backup.written'`,
  );
  expect(rows).toEqual([{ by: true }]);
});

import { execFile } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { openEmbedded } from '../../src/database/embedded.ts';
import { openDatabase } from '../../src/database/open.ts';
import { codeOf } from '../../src/fault.ts';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration } from '../support/daemon.ts';
import { openStation } from '../support/services.ts';

const run = promisify(execFile);
const PEOPLE = 190;
const content = `emailAddress,action,givenName,familyName\n${Array.from({ length: PEOPLE }, (_, n) => `u${n}@example.com,Add,Ann,${'x'.repeat(100)}\n`).join('')}`;
/** Enough for the server and little more. */
const DISK = 'size=160m,mode=755';

afterEach(() => listenToFailpoints(null));

/** @returns null where this process may not mount a disk */
async function mountDisk(folder: string): Promise<AsyncDisposable | null> {
  await mkdir(folder);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder]);
  } catch {
    return null;
  }
  return { [Symbol.asyncDispose]: async () => void (await run('umount', [folder])) };
}

it('a full disk under the database: files wait, and are applied once when there is room', async () => {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const disk = path.join(home, 'disk');
  const mounted = await mountDisk(disk);
  if (mounted) opened.use(mounted);
  await (mounted ? onSmallDisk(home, disk) : byHook());
}, 60_000);

async function onSmallDisk(home: string, disk: string): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const server = await openEmbedded(path.join(disk, 'server'));
  opened.defer(() => server.stop());
  const { host, port, user, password, database: name } = server.connection;
  const url = `postgres://${user}:${encodeURIComponent(String(password))}@${encodeURIComponent(String(host))}:${port}/${name}`;
  const { file } = await writeConfiguration(home, url, {});
  const daemon = opened.use(await spawnDaemon(file));
  const database = await openDatabase(server.connection, () => {});
  opened.defer(() => database.close());
  const courier = opened.use(await daemon.courier());
  const { bavail, bsize } = await statfs(disk);
  const ballast = path.join(disk, 'ballast');
  // The server writes meanwhile: the last bytes may not be there any more.
  await writeFile(ballast, Buffer.alloc(bavail * bsize)).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOSPC') throw error;
  });
  await courier.upload('1000001_PRV_1.csv', content);
  await poll('a fault of the full disk', 20, async () =>
    /No space left on device|53100/.test(daemon.output()) ? true : null,
  );
  const { rows } = await database.query('select 1 from entry_result');
  expect(rows).toEqual([]);
  await rm(ballast);
  await poll('the file to be applied', 50, async () => {
    const { rowCount } = await database.query(
      `select 1 from change_file where state = 'filed' and written = ${PEOPLE}`,
    );
    return rowCount ? true : null;
  });
  const counted = await database.query<{ people: number }>(
    `select count(*) as people from subscriber where given_name = 'Ann'`,
  );
  expect(counted.rows).toEqual([{ people: PEOPLE }]);
  expect(await daemon.stop(), daemon.output()).toBe(0);
}

/** The server's own error stands in for the disk. */
async function byHook(): Promise<void> {
  await using world = await openStation();
  await world.upload('1000001_PRV_1.csv', content);
  let left = 5;
  listenToFailpoints((passed) => {
    if (passed === 'saved' && (left -= 1) >= 0)
      throw Object.assign(new Error('could not extend file'), { code: '53100' });
  });
  await world.workOff();
  const { rows } = await world.database.query('select state, written from change_file');
  expect(rows).toEqual([{ state: 'filed', written: PEOPLE }]);
}

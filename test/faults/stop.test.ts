import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { cloneDatabase } from '../database.ts';
import { poll, signIn } from '../journeys/courier.ts';
import { passwordOf, spawnDaemon, temporaryHome, writeConfiguration } from '../journeys/daemon.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';

async function prepare(graceSeconds: number) {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await cloneDatabase();
  opened.defer(() => database.drop());
  const { file } = await writeConfiguration(home, database.url, {
    configuration: { stop: { graceSeconds } },
  });
  const daemon = opened.use(await spawnDaemon(file));
  const all = opened.move();
  const folder = path.join(home, 'spool', 'acme');
  return { daemon, database, folder, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Begins an upload that goes on until the stream ends. */
async function beginUpload({ daemon, folder }: Awaited<ReturnType<typeof prepare>>, stream: PassThrough) {
  const { client } = await daemon.courier();
  const result = client.uploadFrom(stream, '/1000001_PRV_1.csv').then(
    () => 'stored',
    () => 'dropped',
  );
  stream.write(HEADER);
  await poll('a staged upload', 10, async () =>
    (await readdir(path.join(folder, '.staging')).catch(() => [])).length > 0 ? true : null,
  );
  return { client, result };
}

const nobodyListens = ({ daemon }: Awaited<ReturnType<typeof prepare>>) =>
  poll('the door to close', 10, async () =>
    signIn(daemon.ftpsPort, 'acme', passwordOf('acme')).then(
      (client) => (client.close(), null),
      () => true,
    ),
  );

describe('SIGTERM', () => {
  it('lets a running upload finish and nobody sign in any more, and exits 0', async () => {
    await using world = await prepare(8);
    const stream = new PassThrough();
    const { client, result } = await beginUpload(world, stream);
    const ended = world.daemon.stop();
    await nobodyListens(world);
    stream.end('late@example.com,Add,Ann,Late\n');
    expect(await result).toBe('stored');
    client.close();
    expect(await ended, world.daemon.output()).toBe(0);
    const there = await readdir(world.folder);
    const { rowCount } = await world.database.query('select 1 from change_file');
    expect(there.includes('1000001_PRV_1.csv') || rowCount === 1).toBe(true);
    expect(await readdir(path.join(world.folder, '.staging'))).toEqual([]);
  });

  it('drops an upload that does not end within the grace, leaves nothing of it, and exits 0 within 10 s', async () => {
    await using world = await prepare(1);
    const { client, result } = await beginUpload(world, new PassThrough());
    const began = Date.now();
    expect(await world.daemon.stop(), world.daemon.output()).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(await result).toBe('dropped');
    client.close();
    expect((await readdir(world.folder)).filter((name) => name.endsWith('.csv'))).toEqual([]);
    expect(await readdir(path.join(world.folder, '.staging'))).toEqual([]);
  });

  it('finishes the file in hand, and leaves the others for the next start', async () => {
    await using world = await prepare(5);
    const courier = await world.daemon.courier();
    const people = (file: number) =>
      Array.from({ length: 150 }, (_, n) => `u${file}x${n}@example.com,Add,Ann,One\n`);
    for (const file of [1, 2, 3, 4])
      await courier.upload(`1000001_PRV_${file}.csv`, HEADER + people(file).join(''));
    courier.client.close();
    await poll('the first file to be taken', 1, async () => {
      const { rowCount } = await world.database.query('select 1 from change_file where taken');
      return rowCount ? true : null;
    });
    expect(await world.daemon.stop(), world.daemon.output()).toBe(0);
    const { rows } = await world.database.query<{ name: string; entries: number; results: number }>(
      `select name, entries, (select count(*) from entry_result where change_file_id = f.id) as results
         from change_file f where decision is not null`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { entries, results } of rows) expect([entries, results]).toEqual([150, 150]);
    expect(world.daemon.output()).not.toContain('"level":"error"');
  });
});

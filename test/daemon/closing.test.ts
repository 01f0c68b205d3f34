/** In which order the daemon closes, seen from outside: doors, jobs, dispatcher, database. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';

const ENTRY = 'emailAddress,action,givenName,familyName\na1@example.com,Add,A,B\n';

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const complaints = ({ log }: TestDaemon) => log.filter((line) => !line.startsWith('{"level":"info"'));

it('the doors are shut while a job is in hand, and the job ends with a database', async () => {
  await using world = await startTestDaemon();
  const { daemon, database } = world;
  const jobEnds = Promise.withResolvers<void>();
  const jobWaits = Promise.withResolvers<void>();
  using cleanUp = new DisposableStack();
  cleanUp.defer(jobEnds.resolve);
  const lock = database.transaction(async (tx) => {
    await tx.query('lock table outbox in access exclusive mode');
    jobWaits.resolve();
    await jobEnds.promise;
  });
  await jobWaits.promise;
  const job = daemon.jobs.run('removals');
  let closed = false;
  const closing = world.stop().then(() => (closed = true));
  for (const port of [daemon.ftpsPort, daemon.sftpPort])
    await expect.poll(() => isOpen(port), { timeout: 30_000 }).toBe(false);
  expect(closed).toBe(false);
  expect((await daemon.database.query('select 1')).rowCount).toBe(1);
  jobEnds.resolve();
  await lock;
  await job;
  await closing;
  expect(complaints(world)).toEqual([]);
  expect(world.log.at(-1)).toContain('daemon stopped');
  await expect(daemon.database.query('select 1')).rejects.toThrow();
});

it('an upload that ends while the doors close is entered and told of before the database closes', async () => {
  await using world = await startTestDaemon({ configuration: { stop: { graceSeconds: 8 } } });
  const { daemon, database } = world;
  const courier = await world.courier();
  const content = new PassThrough();
  content.write(ENTRY.slice(0, 20));
  const stored = courier.client.uploadFrom(content, '/1000001_PRV_1.csv');
  await expect
    .poll(() => courier.client.ftp.dataSocket?.bytesWritten ?? 0, { timeout: 30_000 })
    .toBeGreaterThan(0);
  const closing = world.stop();
  await expect.poll(() => isOpen(daemon.ftpsPort), { timeout: 30_000 }).toBe(false);
  content.end(ENTRY.slice(20));
  expect((await stored).code).toBe(226);
  await closing;
  const { rows } = await database.query('select name from change_file');
  expect(rows).toEqual([{ name: '1000001_PRV_1.csv' }]);
  expect(complaints(world)).toEqual([]);
});

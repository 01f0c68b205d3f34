/** A daemon dies while a pause, or a word on a missing number, takes effect: another one goes on, and nothing is lost. */
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spoolgate } from '../support/command-line.ts';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { ACME, fixtures } from '../support/organisation.ts';

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

async function start(environment: NodeJS.ProcessEnv = {}): Promise<DaemonProcess> {
  const organisation = await fixtures({ strictSequence: { HR: 3_600 } });
  const configuration = { spool: path.join(home, 'spool') };
  const written = await writeConfiguration(home, database.url, { organisation, configuration });
  return spawnDaemon(written.file, environment);
}

const fileOf = (number: number) => `${ACME}_HR_PRV_${number}.csv`;

async function upload(daemon: DaemonProcess, ...numbers: number[]): Promise<void> {
  const courier = await daemon.courier();
  for (const number of numbers)
    await courier.upload(
      fileOf(number),
      `emailAddress,action,givenName,familyName\np${number}@example.com,Add,P,${number}\n`,
    );
  courier.client.close();
}

async function states(): Promise<string[]> {
  const { rows } = await database.query<{ state: string }>('select state from change_file order by sequence');
  return rows.map(({ state }) => state);
}

const statesToBe = (...expected: string[]) =>
  poll(`files to be ${expected.join(', ')}`, 50, async () =>
    (await states()).join() === expected.join() ? true : null,
  );

/** Each file was applied once. */
async function expectAppliedOnce(...numbers: number[]): Promise<void> {
  const { rows } = await database.query(
    `select subject from event where type = 'file.applied' order by subject`,
  );
  expect(rows).toEqual(numbers.map((number) => ({ subject: fileOf(number) })));
  const processed = await readdir(path.join(home, 'spool/acme/_processed'));
  for (const number of numbers) expect(processed).toContain(fileOf(number));
}

async function died(daemon: DaemonProcess): Promise<void> {
  if (daemon.child.signalCode === null) await once(daemon.child, 'exit');
  expect(daemon.child.signalCode, daemon.output()).toBe('SIGKILL');
}

it('a batch that a pause ends is ended by the next daemon, and its files go on when it is resumed', async () => {
  {
    await using first = await start();
    expect((await spoolgate(home, 'pause', String(ACME))).code).toBe(0);
    await upload(first, 1, 2);
    await statesToBe('waiting', 'waiting');
    expect(await first.stop(), first.output()).toBe(0);
  }
  await using dying = await start({ SPOOLGATE_DIE_AT: 'batch-left:1' });
  // As though it had been paused when the batch was open.
  await database.query(
    `with begun as (insert into batch (customer_id, started_at) values (${ACME}, now()) returning id)
     update change_file set batch_id = begun.id from begun`,
  );
  await database.query(`update turn_queue set phase = 'running', next_turn_at = now()`);
  await died(dying);
  await using next = await start();
  await poll('the batch to be closed', 50, async () => {
    const { rows } = await database.query('select 1 from batch where closed_at is null');
    return rows.length === 0 ? true : null;
  });
  expect(await states()).toEqual(['waiting', 'waiting']);
  expect((await spoolgate(home, 'resume', String(ACME))).code).toBe(0);
  await statesToBe('filed', 'filed');
  await expectAppliedOnce(1, 2);
  expect(await next.stop(), next.output()).toBe(0);
}, 120_000);

it('what was said of a number before a death is heard by the next daemon', async () => {
  await using dying = await start({ SPOOLGATE_DIE_AT: 'sequence-ruled:1' });
  await upload(dying, 5);
  await statesToBe('filed');
  await upload(dying, 7);
  await statesToBe('filed', 'deferred');
  await spoolgate(home, 'sequence', String(ACME), 'HR', '--skip', '6', '--reason', 'it is lost');
  await died(dying);
  const { rows } = await database.query('select verdict from sequence_ruling');
  expect(rows).toEqual([{ verdict: 'skip' }]);
  await using next = await start();
  await statesToBe('filed', 'filed');
  await expectAppliedOnce(5, 7);
  expect(await next.stop(), next.output()).toBe(0);
}, 120_000);

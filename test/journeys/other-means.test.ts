import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { linesAbout, poll } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';
const add = (name: string) => `${name}@example.com,Add,Given,Family\n`;
const suspend = (name: string) => `${name}@example.com,Suspend\n`;

const place = (world: TestDaemon, name: string) => path.join(world.folder('acme'), name);

/** Writes like another program, which leaves the time of the test's clock on the file. */
async function write(world: TestDaemon, name: string, text: string, how = writeFile): Promise<void> {
  const file = place(world, name);
  await how(file, text);
  await utimes(file, world.clock.now(), world.clock.now());
}

/** What the ledger knows of a file; undefined while it has not been admitted. */
async function stateOf(world: TestDaemon, name: string): Promise<string | undefined> {
  const { rows } = await world.database.query<{ state: string }>(
    'select state from change_file where name = $1 order by id desc limit 1',
    [name],
  );
  return rows[0]?.state;
}

async function look(world: TestDaemon): Promise<void> {
  await world.daemon.dispatcher.sweep();
}

/** Uploads wait until the test lets time pass. */
const PATIENT = { cycle: { settleMs: 60_000, quietSeconds: 3 } };

/** Lets the uploads settle, and looks. */
async function settle(world: TestDaemon): Promise<void> {
  world.clock.advance(60_001);
  await look(world);
}

it('a file copied slowly by other means is taken only once it has stopped changing', async () => {
  await using world = await startTestDaemon();
  const acme = await world.courier();
  const name = '1000001_PRV_1.csv';
  await write(world, name, `${HEADER}${add('a')}b@exam`);
  await look(world);
  world.clock.advance(2_500);
  await write(world, name, `ple.com,Add,Given,Family\n`, appendFile);
  await look(world);
  world.clock.advance(2_500);
  await look(world);
  expect(await stateOf(world, name)).toBeUndefined();
  world.clock.advance(501);
  await look(world);
  expect((await acme.outcome(name)).codes).toEqual([0, 0]);
});

it('a later upload does not overtake a file that is still being copied', async () => {
  await using world = await startTestDaemon();
  const acme = await world.courier();
  await write(world, '1000001_PRV_1.csv', HEADER + add('a'));
  await look(world);
  await acme.upload('1000001_PRV_2.csv', HEADER + suspend('a'));
  await poll(
    'the upload to be admitted',
    10,
    async () => (await stateOf(world, '1000001_PRV_2.csv')) ?? null,
  );
  world.clock.advance(1_000);
  await look(world);
  await world.daemon.dispatcher.idle();
  expect(await stateOf(world, '1000001_PRV_2.csv')).toBe('waiting');
  world.clock.advance(3_001);
  await look(world);
  expect((await acme.outcome('1000001_PRV_1.csv')).codes).toEqual([0]);
  expect((await acme.outcome('1000001_PRV_2.csv')).codes).toEqual([0]);
});

it('links, folders, hidden and temporary names in the upload folder are left alone', async () => {
  await using world = await startTestDaemon();
  const acme = await world.courier();
  const outside = path.join(world.home, 'outside.csv');
  await writeFile(outside, HEADER + add('outside'));
  await symlink(outside, place(world, '1000001_PRV_1.csv'));
  await mkdir(place(world, '1000001_PRV_2.csv'));
  const names = [
    '.1000001_PRV_3.csv',
    '1000001_PRV_4.csv.part',
    '1000001_PRV_5.tmp',
    '1000001_PRV_6.csv.filepart',
  ];
  for (const name of names) await write(world, name, HEADER);
  world.clock.advance(10_000);
  await look(world);
  expect((await acme.send('1000001_PRV_7.csv', HEADER + add('a'))).lines).toHaveLength(2);
  const { rows } = await world.database.query('select name from change_file');
  expect(rows).toEqual([{ name: '1000001_PRV_7.csv' }]);

  await rename(place(world, '1000001_PRV_4.csv.part'), place(world, '1000001_PRV_8.csv'));
  await look(world);
  expect(await acme.outcome('1000001_PRV_8.csv')).toMatchObject({ folder: '_processed', codes: [] });
});

it('a waiting file replaced before its batch starts is carried out as it is then', async () => {
  await using world = await startTestDaemon({ configuration: PATIENT });
  const acme = await world.courier();
  const name = '1000001_PRV_1.csv';
  await acme.upload(name, HEADER + add('first'));
  await poll('the file to be admitted', 10, async () => (await stateOf(world, name)) ?? null);
  await acme.client.uploadFrom(await fileWith(world, HEADER + add('second') + add('third')), name);
  await poll('the replacement to be noticed', 10, async () =>
    world.log.some((line) => line.includes('file replaced while waiting')) ? true : null,
  );
  await settle(world);
  expect((await acme.outcome(name)).codes).toEqual([0, 0]);
  const { rows } = await world.database.query(
    `select email from subscriber where email <> all($1) order by email`,
    [['admin@example.com', 'admin@other.example']],
  );
  expect(rows).toEqual([{ email: 'second@example.com' }, { email: 'third@example.com' }]);
});

async function fileWith(world: TestDaemon, text: string): Promise<string> {
  const file = path.join(world.home, 'upload');
  await writeFile(file, text);
  return file;
}

it('a waiting file that is being overwritten when its batch starts is not carried out half', async () => {
  await using world = await startTestDaemon({ configuration: PATIENT });
  const acme = await world.courier();
  const name = '1000001_PRV_1.csv';
  await acme.upload(name, HEADER + add('first'));
  await poll('the file to be admitted', 10, async () => (await stateOf(world, name)) ?? null);
  world.clock.advance(60_001);
  await write(world, name, `${HEADER}${add('second')}thi`);
  await look(world);
  await world.daemon.dispatcher.idle();
  expect(await stateOf(world, name)).toBe('waiting');
  await write(world, name, `rd@example.com,Add,Given,Family\n`, appendFile);
  await look(world);
  world.clock.advance(3_001);
  await look(world);
  await settle(world);
  expect((await acme.outcome(name)).codes).toEqual([0, 0]);
});

it.each(['over FTPS', 'by other means'])(
  'a waiting file deleted %s is withdrawn: no result, no report',
  async (how) => {
    await using world = await startTestDaemon({ configuration: PATIENT });
    const acme = await world.courier();
    await acme.upload('1000001_PRV_1.csv', HEADER + add('first'));
    await acme.upload('1000001_PRV_2.csv', HEADER + add('second'));
    await poll(
      'both files to be admitted',
      10,
      async () => (await stateOf(world, '1000001_PRV_2.csv')) ?? null,
    );
    if (how === 'over FTPS') await acme.client.remove('1000001_PRV_1.csv');
    else await rm(place(world, '1000001_PRV_1.csv'));
    await settle(world);
    const { report, codes } = await acme.outcome('1000001_PRV_2.csv');
    expect(codes).toEqual([0]);
    expect(linesAbout(report, '1000001_PRV_1.csv')).toEqual([]);
    expect(await stateOf(world, '1000001_PRV_1.csv')).toBe('withdrawn');
    // Nothing was decided about its number.
    expect((await acme.names('/_processed')).filter((name) => name.startsWith('1000001_PRV_1'))).toEqual([]);
  },
);

it('uploads are batched: one report, in the order of the numbers and, where they are equal, of the sources', async () => {
  await using world = await startTestDaemon({ configuration: PATIENT });
  const acme = await world.courier();
  const order = [
    'nonsense.txt',
    '1000001_PRV_3.csv',
    '1000001_Z_PRV_20.csv',
    '1000001_PRV_100.csv',
    '1000001_A_PRV_100.csv',
    '1000001_a_PRV_100.csv',
    '1000001_A_PRV_9223372036854775807.csv',
  ];
  for (const name of order.toReversed()) await acme.upload(name, HEADER);
  await poll('all files to be admitted', 10, async () => (await stateOf(world, 'nonsense.txt')) ?? null);
  await settle(world);
  const { report } = await acme.outcome(order.at(-1) ?? '');
  expect([...report.matchAll(/Processing file: llis\/acme\/(.*)$/gm)].map(([, name]) => name)).toEqual(order);
  expect((await acme.names('/_report')).filter((name) => name.endsWith('.txt'))).toHaveLength(1);
});

it('a file that comes while a batch is in hand is the next batch, without waiting for a sweep', async () => {
  await using world = await startTestDaemon();
  const acme = await world.courier();
  const header = 'emailAddress,action,subscriptionId,givenName,familyName,password\n';
  const slow = Array.from(
    { length: 90 },
    (_, index) => `p${index}@example.com,Add,85292,Given,Family,passw0rd${index}\n`,
  );
  await acme.upload('1000001_PRV_1.csv', header + slow.join(''));
  await poll('the batch to begin', 5, async () => {
    const { rowCount } = await world.database.query('select 1 from batch where closed_at is null');
    return rowCount ? true : null;
  });
  await acme.upload('1000001_PRV_2.csv', HEADER + add('late'));
  const first = await acme.outcome('1000001_PRV_1.csv');
  const second = await acme.outcome('1000001_PRV_2.csv');
  expect(first.reportName).not.toBe(second.reportName);
  expect(second.codes).toEqual([0]);
});

it('files that lay there before the daemon started are carried out', async () => {
  await using world = await startTestDaemon({
    configuration: PATIENT,
    before: async (home) => {
      await mkdir(path.join(home, 'spool', 'acme'), { recursive: true });
      const file = path.join(home, 'spool', 'acme', '1000001_PRV_1.csv');
      await writeFile(file, HEADER + add('early'));
      await utimes(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    },
  });
  const acme = await world.courier();
  await settle(world);
  expect((await acme.outcome('1000001_PRV_1.csv')).codes).toEqual([0]);
});

import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isReceiptName } from '../../src/change-file/receipt-names.ts';
import { checkFiles } from '../../src/receipts/check-files.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { mulberry } from '../support/random.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';
import type { WrittenOrganisation } from '../support/organisation.ts';
import { isStagingName } from '../../src/durable.ts';
import { removeStrays } from '../../src/spool/recover.ts';

const CUSTOMERS = 50;
const FILES = 20;
const KILLS = 3;
const SEED = Number(process.env.SPOOLGATE_TWO_DAEMONS_SEED ?? 7);
const WAIT_MS_MAX = 150_000;

const id = (customer: number) => 3_000_000 + customer;
const organisation: WrittenOrganisation = {
  customers: Array.from({ length: CUSTOMERS }, (_, customer) => ({
    id: id(customer),
    name: `Customer ${customer}`,
    folder: `c${customer}`,
  })),
};

/** File n adds a subscriber and gives the title n to the one that every file touches: the last one must win. */
function content(customer: number, number: number): string {
  const [common, own] = [`everyone@c${customer}.example.com`, `own${number}@c${customer}.example.com`];
  const first = number === 1 ? `${common},Add,Every,One,\n` : '';
  return `emailAddress,action,givenName,familyName,jobTitle\n${first}${own},Add,Own,Number,\n${common},Update,,,${number}\n`;
}

async function dropFiles(spool: string): Promise<void> {
  const old = new Date(Date.now() - 60_000);
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    const folder = path.join(spool, `c${customer}`);
    await mkdir(folder, { recursive: true });
    for (let number = 1; number <= FILES; number += 1) {
      const file = path.join(folder, `${id(customer)}_PRV_${number}.csv`);
      await writeFile(file, content(customer, number));
      await utimes(file, old, old);
    }
  }
}

async function unfinished(database: TestDatabase): Promise<number> {
  const { rows } = await database.query<{ filed: number; closed: boolean }>(
    `select count(*) filter (where state = 'filed') as filed, (select bool_and(closed_at is not null) from batch) as closed
       from change_file`,
  );
  return CUSTOMERS * FILES - (rows[0]?.filed ?? 0) + (rows[0]?.closed ? 0 : 1);
}

it(
  `two daemons share one database and one spool, and one of them is killed (seed ${SEED})`,
  { timeout: 180_000 },
  async () => {
    const random = mulberry(SEED);
    await using opened = new AsyncDisposableStack();
    const home = await temporaryHome();
    opened.defer(() => rm(home, { recursive: true, force: true }));
    const database = await cloneDatabase();
    opened.defer(() => database.drop());
    await dropFiles(path.join(home, 'spool'));
    const start = async (name: string): Promise<DaemonProcess> => {
      const own = path.join(home, name);
      await mkdir(own, { recursive: true });
      const configuration = { spool: path.join(home, 'spool'), data: path.join(own, 'data') };
      const { file } = await writeConfiguration(own, database.url, { organisation, configuration });
      return opened.use(await spawnDaemon(file));
    };
    const steady = await start('steady');
    let killed = await start('killed');
    for (let kills = 0; kills < KILLS; kills += 1) {
      await delay(100 + random() * 700);
      await killed.kill();
      killed = await start('killed');
    }
    for (const end = Date.now() + WAIT_MS_MAX; (await unfinished(database)) > 0 && Date.now() < end;)
      await delay(100);
    expect(await unfinished(database)).toBe(0);
    await Promise.all([steady.stop(), killed.stop()]);
    await checkResults(database);
    await checkFolders(path.join(home, 'spool'));
  },
);

async function checkResults(database: TestDatabase): Promise<void> {
  const { rows: results } = await database.query<{ failed: number; entries: number; files: number }>(
    `select count(*) filter (where code <> 0) as failed, count(*) as entries, count(distinct change_file_id) as files
       from entry_result`,
  );
  expect(results).toEqual([{ failed: 0, entries: CUSTOMERS * (FILES * 2 + 1), files: CUSTOMERS * FILES }]);
  const { rows: disorder } = await database.query(
    `select customer_id from (select customer_id, sequence, lag(sequence) over (partition by customer_id order by finished_at, id) as before
       from change_file) f where before > sequence`,
  );
  expect(disorder).toEqual([]);
  const { rows: titles } = await database.query(
    `select distinct job_title from subscriber where email like 'everyone@%'`,
  );
  expect(titles).toEqual([{ job_title: String(FILES) }]);
}

/** One for every file, in one chain, although each daemon signs with a key of its own. */
async function checkReceipts(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter(isReceiptName);
  const { good, faults } = await checkFiles(
    names.map((name) => path.join(folder, name)),
    null,
  );
  expect(faults).toEqual([]);
  expect(good.map(({ receipt }) => receipt.number)).toEqual(Array.from({ length: FILES }, (_, at) => at + 1));
}

async function checkFolders(spool: string): Promise<void> {
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    const folder = path.join(spool, `c${customer}`);
    const processed = await readdir(path.join(folder, '_processed'));
    expect(processed.filter((name) => !isStagingName(name))).toHaveLength(FILES * 2);
    expect(await readdir(path.join(folder, '.taken'))).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.csv'))).toEqual([]);
    // What the killed daemon had begun to write lies under hidden names, until the sweep takes it for abandoned.
    await removeStrays(folder, new Date(Date.now() + 60_000));
    const hidden = (await readdir(path.join(folder, '_processed'))).filter((name) => name.startsWith('.'));
    expect(hidden).toEqual([]);
    await checkReceipts(path.join(folder, '_report'));
  }
}

import { KINDS } from '../../src/kinds/registry.ts';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { createIntake } from '../../src/spool/intake.ts';
import { Settling } from '../../src/spool/settling.ts';
import type { Database } from '../../src/database/open.ts';
import { journalTo } from '../../src/events/events.ts';
import { followEvents } from '../../src/events/follow.ts';
import { logTo } from '../../src/events/log.ts';
import { logSink } from '../../src/events/sinks/log.ts';
import { noteUpload, wakeCustomer } from '../../src/ledger/turn-queue.ts';
import { hashPassword } from '../../src/accounts/passwords/password-hash.ts';
import type { Services } from '../../src/pipeline/services.ts';
import { takeTurn } from '../../src/pipeline/turn.ts';
import { Preparations } from '../../src/pipeline/preparations.ts';
import { Readings } from '../../src/pipeline/readings.ts';
import { loadOrCreateReceiptKey, PublishedKey } from '../../src/receipts/key.ts';
import { TestClock } from './clock.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';
import { ACME, declared, fixtures } from './organisation.ts';

/** The pipeline without doors and timers: a test uploads by a rename and takes the turns itself, at its own time. */
export interface TestStation extends AsyncDisposable {
  services: Services;
  database: TestDatabase;
  /** Absolute path of the customer Acme's folder. */
  folder: string;
  /** Messages of the log so far. */
  log: string[];
  advance(ms: number): void;
  upload(name: string, content: string): Promise<void>;
  /** Takes turns until the first slice of a large file is applied: reading it may take more than one. */
  beginLarge(): Promise<void>;
  /** Takes turns until it is nobody's; each failing customer is given its time. @returns how many */
  workOff(turnsMax?: number): Promise<number>;
}

/**
 * @param wrap puts something between the pipeline and its database
 * @param disk called with the empty spool, before anything is in it
 * @param makeDatabase one of its own server, migrated; default: a clone on the server of all tests, which waits for no disk
 * @param receipts whether files get receipts, as those of a daemon do
 */
export async function openStation(
  wrap: (database: Database) => Database = (same) => same,
  disk: (spool: string) => Promise<void> = async () => {},
  makeDatabase: () => Promise<TestDatabase> = cloneDatabase,
  receipts = false,
): Promise<TestStation> {
  await using opened = new AsyncDisposableStack();
  const spool = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-station-'));
  opened.defer(() => rm(spool, { recursive: true, force: true }));
  await disk(spool);
  const database = await makeDatabase();
  opened.defer(() => database.drop());
  const clock = new TestClock();
  const organisation = declared(await fixtures());
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(database, clock, organisation, 'enforce');
  const log: string[] = [];
  const collecting = logTo((_, message) => void log.push(message));
  const journal = journalTo(collecting);
  const follow = () => followEvents(database, logSink(collecting));
  const caps = { perFile: 200, hourly: 750, daily: 10_000 };
  const preparations = new Preparations(hashPassword);
  const readings = new Readings();
  const services: Services = {
    database: wrap(database),
    clock,
    journal,
    spool,
    kinds: KINDS,
    caps,
    settleMs: 0,
    settling: new Settling(),
    preparations,
    readings,
    ...(receipts ? { receipts: await newReceipts() } : {}),
  };
  let prepared: Promise<void> = Promise.resolve();
  const wakeAfter = (customer: number, finished: Promise<void>) => {
    prepared = finished.then(() => wakeCustomer(database, customer, clock.now()));
  };
  preparations.listen(wakeAfter);
  readings.listen(wakeAfter);
  opened.defer(() => readings.close());
  const intake = createIntake({ database, clock, journal, spool, types: KINDS.types });
  await intake.customers();
  const folder = path.join(spool, 'acme');
  await mkdir(folder, { recursive: true });
  const all = opened.move();
  return {
    services,
    database,
    folder,
    log,
    advance: (ms) => clock.advance(ms),
    upload: async (name, content) => {
      await writeFile(path.join(folder, name), content);
      await intake.announced(ACME, name);
      await noteUpload(database, ACME, clock.now(), 0);
    },
    beginLarge: async () => {
      for (let turns = 0; turns < 1_000; turns += 1) {
        await prepared;
        await takeTurn(services);
        const { rowCount } = await database.query(`select 1 from change_file where state = 'applying'`);
        if (rowCount !== 0) return;
      }
      throw new Error('no large file was begun');
    },
    workOff: async (turnsMax = 50) => {
      for (let turns = 0; turns < turnsMax; turns += 1) {
        await prepared;
        if ((await takeTurn(services)) !== null) continue;
        const { rows } = await database.query<{ phase: string }>(
          `select phase from turn_queue where phase = 'failing' limit 1`,
        );
        if (rows.length === 0) {
          await follow();
          return turns;
        }
        clock.advance(60_000);
      }
      throw new Error(`after ${turnsMax} turns the line is not empty`);
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function newReceipts(): Promise<NonNullable<Services['receipts']>> {
  const data = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-key-'));
  const key = await loadOrCreateReceiptKey(data);
  await rm(data, { recursive: true });
  return { key, published: new PublishedKey(key) };
}

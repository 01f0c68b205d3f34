/** The control socket itself: faults, ends and lengths, whatever the action. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actionServices } from '../../src/actions/services.ts';
import { systemClock } from '../../src/clock.ts';
import { checkConfiguration } from '../../src/configuration.ts';
import type { Database } from '../../src/database/open.ts';
import { answers, askDaemon } from '../../src/http/ask-daemon.ts';
import { openControlFolder } from '../../src/http/control-socket.ts';
import { REQUEST_BYTES_MAX } from '../../src/http/control-wire.ts';
import { startControlServer } from '../../src/http/control.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { poll } from '../support/courier.ts';

let data: string;
let database: TestDatabase;
let faults: string[];
let stop: () => Promise<void>;

async function serve(used: Database) {
  const configuration = { ...checkConfiguration('', 'defaults'), readFrom: null, data };
  const services = actionServices(configuration, {
    database: used,
    clock: systemClock,
    scratch: data,
    changed: () => {},
  });
  const server = await startControlServer(data, services, (action, error) =>
    faults.push(`${action}: ${String(error)}`),
  );
  stop = () => server.close();
}

beforeEach(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-control-'));
  database = await cloneDatabase();
  faults = [];
  return async () => {
    await database.drop();
    await rm(data, { recursive: true, force: true });
  };
});
afterEach(() => stop());

const EXPORT = { action: 'export', input: { customer: 1, content: false, containers: false }, who: 'ola' };
const RECORDS = 4_000;

async function fillDirectory(): Promise<void> {
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  await database.query(
    `insert into directory_entry (customer_id, dn_key, dn, class, attributes, created_at)
     select 1, 'o=acme,cn=p' || n, 'cn=P' || n || ',o=Acme', 'person', json_build_object('displayName', json_build_array(repeat('x', 500))), now()
       from generate_series(1, ${RECORDS}) n`,
  );
}

describe('an answer of many pieces', () => {
  it('comes whole', async () => {
    await fillDirectory();
    await serve(database);
    let pieces = 0;
    expect(await askDaemon(data, { ...EXPORT, take: () => void (pieces += 1) })).toEqual({});
    expect(pieces).toBe(RECORDS + 1);
  });

  it('waits for who takes it, and ends with who goes away: its transaction is over', async () => {
    await fillDirectory();
    await serve(database);
    const inTransaction = async () => {
      const { rows } = await database.query<{ state: string }>(
        `select state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
            and backend_type = 'client backend' and xact_start is not null`,
      );
      return rows.length > 0;
    };
    await using folder = await openControlFolder(data);
    const asking = request({ socketPath: folder.socket, method: 'POST' });
    asking.end(`${JSON.stringify(EXPORT)}\n`);
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    // Some 3 MB are to come, and nothing of it is taken.
    expect(await inTransaction()).toBe(true);
    response.on('error', () => {});
    response.destroy();
    await poll('the transaction to end', 20, async () => ((await inTransaction()) ? null : true));
    expect(faults).toEqual([]);
  });
});

it('a fault of ours is for the log, not for the command', async () => {
  const broken = { ...database, query: () => Promise.reject(new Error('secret detail')) };
  await serve(broken);
  await expect(askDaemon(data, { action: 'status', input: {}, who: 'ola' })).rejects.toThrow(
    /^Internal error\. See the log of the daemon\.$/,
  );
  expect(faults).toEqual(['status: Error: secret detail']);
});

it('a daemon that runs is known without being asked to do anything', async () => {
  expect(await answers(data)).toBe(false);
  await serve({ ...database, query: () => Promise.reject(new Error('nothing is asked')) });
  expect(await answers(data)).toBe(true);
  expect(faults).toEqual([]);
});

it('a request has so many bytes', async () => {
  await serve(database);
  const ask = (bytes: number) =>
    askDaemon(data, { action: 'unban', input: { subject: 'ü'.repeat(bytes / 2) }, who: 'ola' });
  expect(await ask(REQUEST_BYTES_MAX - 1000)).toEqual({ lifted: [] });
  await expect(ask(REQUEST_BYTES_MAX)).rejects.toThrow(/larger than 8388608 bytes\. Split it/);
});

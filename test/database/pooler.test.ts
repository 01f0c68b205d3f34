import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { OperatorFault } from '../../src/fault.ts';
import { keepsSessions } from '../../src/database/pooler.ts';
import { openDatabaseAt } from '../../src/database/reach.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { openPooler } from '../support/pooler.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test('a server that is reached directly gives each connection a session', async () => {
  expect(await keepsSessions(database.url)).toBe(true);
  const opened = await openDatabaseAt(database.url, () => {});
  await opened.close();
});

test('a pooler in transaction mode is refused, in words that say what to do', async () => {
  const { host, port } = inject('postgres');
  // The host of a socket is its folder.
  const server = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  await using pooler = await openPooler(server);
  const url = new URL(database.url.replace(encodeURIComponent(host), '127.0.0.1'));
  url.port = String(pooler.port);
  expect(await keepsSessions(url.href)).toBe(false);
  const refused = openDatabaseAt(url.href, () => {});
  await expect(refused).rejects.toBeInstanceOf(OperatorFault);
  await expect(refused).rejects.toThrow(
    /127\.0\.0\.1:\d+\/test_\w+ is a pooler in transaction mode.*Connect directly, or pool by session/,
  );
});

/** What earlier versions kept in two tables is in the one stream after the upgrade. */
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditEntries } from '../../src/events/sinks/audit.ts';
import { followEvents } from '../../src/events/follow.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const MIGRATIONS = new URL('../../src/database/migrations/', import.meta.url);
const UPGRADE = '017-events.sql';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query('drop schema public cascade; create schema public');
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
  for (const name of names.filter((one) => one < UPGRADE)) await run(name);
  await database.query(`
    insert into door_audit (at, event, protocol, address, login, customer_id, cipher, path, detail) values
      ('2026-05-05T10:00Z', 'signed in', 'ftps', '192.0.2.1', 'acme', 1, 'TLSv1.3', null, '{}'),
      ('2026-05-05T10:02Z', 'renamed', 'sftp', '192.0.2.1', 'acme', 1, 'SSH-2.0', '/a', '{"to":"/b"}'),
      ('2026-05-05T10:04Z', 'quarantined', '', '', '', 1, '', '/c.csv', '{"code":null,"reason":"infected"}');
    insert into audit (at, who, action, customer_id, before, after) values
      ('2026-05-05T10:01Z', 'ola', 'throttle', 1, '{"hourly":1}', '{"hourly":2}'),
      ('2026-05-05T10:03Z', 'spoolgate', 'file-lost', 1, null, '{"file":"d.csv","id":7,"entriesDone":0}'),
      ('2026-05-05T10:05Z', 'ola', 'remove account', 1, '{"login":"acme"}', null),
      ('2026-05-05T10:06Z', 'ola', 'claim', 1, '{"email":"a@example.com"}', '{"decision":"move"}')`);
  await run(UPGRADE);
});
afterAll(() => database.drop());

async function run(name: string): Promise<void> {
  await database.query(await readFile(new URL(name, MIGRATIONS), 'utf8'));
}

const EVERYTHING = { customer: null, file: null, login: null, since: null, limit: 100 };

it('every row is there, in the order of time', async () => {
  const entries = await auditEntries(database, EVERYTHING);
  expect(
    entries.map(({ id, type, who, action, from, path, detail }) => ({
      id: Number(id),
      type,
      who,
      action,
      from,
      path,
      detail,
    })),
  ).toEqual([
    {
      id: -7,
      type: 'sign_in.accepted',
      who: 'acme',
      action: 'signed in',
      from: '192.0.2.1 ftps',
      path: null,
      detail: {},
    },
    {
      id: -6,
      type: 'caps.changed',
      who: 'ola',
      action: 'throttle',
      from: null,
      path: null,
      detail: { before: { hourly: 1 }, after: { hourly: 2 } },
    },
    {
      id: -5,
      type: 'door.renamed',
      who: 'acme',
      action: 'renamed',
      from: '192.0.2.1 sftp',
      path: '/a',
      detail: { to: '/b' },
    },
    {
      id: -4,
      type: 'file.set_aside',
      who: 'spoolgate',
      action: 'set-aside',
      from: null,
      path: 'd.csv',
      detail: { id: 7, reason: 'lost', entriesDone: 0 },
    },
    {
      id: -3,
      type: 'file.quarantined',
      who: '',
      action: 'quarantined',
      from: null,
      path: 'c.csv',
      detail: { code: null, reason: 'infected' },
    },
    {
      id: -2,
      type: 'account.removed',
      who: 'ola',
      action: 'remove account',
      from: null,
      path: 'acme',
      detail: { before: { login: 'acme' }, after: null },
    },
    {
      id: -1,
      type: 'claim.decided',
      who: 'ola',
      action: 'claim',
      from: null,
      path: 'a@example.com',
      detail: { before: { email: 'a@example.com' }, after: { decision: 'move' } },
    },
  ]);
});

it('is found by login and by name', async () => {
  const found = async (question: object) =>
    (await auditEntries(database, { ...EVERYTHING, ...question })).map(({ id }) => Number(id));
  expect(await found({ file: 'b' })).toEqual([-5]);
  expect(await found({ file: 'd.csv' })).toEqual([-4]);
  expect(await found({ login: 'acme' })).toEqual([-7, -5, -2]);
});

it('goes into no log again', async () => {
  let told = 0;
  await followEvents(database, async (events) => {
    told += events.length;
    return true;
  });
  expect(told).toBe(0);
});

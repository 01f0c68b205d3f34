import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Queryable } from '../../src/database/open.ts';
import { signIn } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, PASSWORDS, person } from '../support/organisation.ts';

const HEADER =
  'emailAddress,action,subscriptionId,subscriptionId2,givenName,familyName,language,timeZone,password,altEmailAddress\n';
const add = (user: string, seat: string, password: string) =>
  `${user}@example.com,Add,${seat},,Given,Family,en_US,,${password}\n`;

/** Every way in which a change file can carry a password, with a password that is used nowhere else. */
const ENTRIES: Record<string, (password: string) => string> = {
  'xQ1-hashed-ok': (password) => add('u1', '85292', password),
  'xQ2-two-seats': (password) => `u2@example.com,Add,85180,86796,Given,Family,,,${password}\n`,
  'xQ3-quoted""q': (password) => add('u3', '85292', `"${password}"`),
  xQ4short: (password) => add('u4', '85292', password.slice(0, 7)),
  'xQ5-aaa-repeats': (password) => add('u5', '85292', password),
  'xQ6-with blank': (password) => add('u6', '85292', password),
  'xQ7-family-name': (password) => add('u7', '85292', password),
  'xQ8-no-mail-seat': (password) => add('u8', '85180', password),
  'xQ9-address-taken': (password) => add('u1', '85292', password),
  'xQ10-unknown-seat': (password) => add('u10', '4711', password),
  'xQ11-changeseat': (password) => `moved@example.com,ChangeSeat,91319,,,,,,${password}\n`,
  'xQ12-not-read': (password) => `moved@example.com,Update,,,New,Name,,,${password}\n`,
  'xQ13-surplus': (password) => `moved@example.com,Suspend,,,,,,,,,${password}\n`,
  'xQ14-unclosed': (password) => `moved@example.com,Suspend,,,,,,,"${password}\n`,
  'xQ16-moved': (password) => `u16@example.com,Add,85292,,Ann, Marie,Family,en_US,,${password}\n`,
  [`xQ15-long${'-y'.repeat(30)}`]: (password) => add('u15', '85292', password),
};

const SIGN_IN = ['xQ20-wrong-password', 'xQ21-of-nobody'];

it('no password stands in a log line, a report or a row of the database', async () => {
  const organisation = await fixtures({ subscribers: [moved] });
  await using world = await startTestDaemon({ organisation });
  const acme = await world.courier();
  const passwords = Object.keys(ENTRIES);
  const rows = passwords.map((password) => ENTRIES[password]?.(password) ?? '');
  const { codes, trace } = await acme.send('1000001_PRV_1.csv', HEADER + rows.join(''));
  expect(codes).toEqual([0, 0, 0, 1072, 1072, 1072, 1072, 1027, 1035, 1003, 0, 0, 1000, 1000, 9, 9]);
  // The trace copies every line unchanged: the change file with the same line lies next to it.
  expect(trace).toContain('xQ1-hashed-ok');
  await acme.send('1000001_PRV_2.csv', `nonsense\n${rows.join('')}`);
  await acme.send('1000001_PRV_2.csv', HEADER + rows.join(''));
  for (const password of SIGN_IN)
    await expect(
      signIn(world.daemon.ftpsPort, password.endsWith('nobody') ? 'nobody' : 'acme', password),
    ).rejects.toThrow(/530/);
  await world.stop();

  const secrets = [
    ...passwords.map((password) => password.slice(0, 7)),
    ...SIGN_IN,
    ...Object.values(PASSWORDS),
  ];
  const places = {
    log: world.log.join('\n'),
    reports: await reports(world),
    database: await dump(world.database),
  };
  expect(places.log).toContain('sign-in refused');
  expect(places.database).toContain('$argon2id$');
  for (const [where, text] of Object.entries(places))
    expect(
      secrets.filter((secret) => text.includes(secret)),
      where,
    ).toEqual([]);
});

const moved = { ...person('moved.user', [85180]), email: 'moved@example.com' };

async function reports(world: TestDaemon): Promise<string> {
  const folder = path.join(world.folder('acme'), '_report');
  const names = await readdir(folder);
  expect(names.length).toBeGreaterThan(0);
  return (await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))).join('');
}

/** Every row of every table. */
async function dump(database: Queryable): Promise<string> {
  const { rows: tables } = await database.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  const texts = [];
  for (const { name } of tables) {
    const { rows } = await database.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push(...rows.map(({ row }) => row));
  }
  return texts.join('\n');
}

it('the trace masks one-time passwords where the configuration says so', async () => {
  await using one = await startTestDaemon({ configuration: { trace: { maskPasswords: true } } });
  await using courier = await one.courier();
  const text = 'emailAddress,action,password,givenName,familyName\na@example.com,Add,passw0rd,A,B\n';
  const { trace } = await courier.send(`${ACME}_PRV_1.csv`, text);
  expect(trace?.split('\n')[1]).toBe('1,2,1027,a@example.com,Add,***,A,B');
});

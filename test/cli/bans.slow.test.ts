import { expect, test } from 'vitest';
import { operatorName } from '../../cli/call-action.ts';
import { banLine } from '../../cli/bans.ts';
import { liftedLine } from '../../cli/unban.ts';
import { passwordOf, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { Speaker } from '../support/speaker.ts';
import { spoolgate } from '../support/command-line.ts';

const UNTIL = '2026-11-21T12:01:00.000Z';

test.each([
  ['address', '192.0.2.1', UNTIL, 1, 0, `address 192.0.2.1: banned until ${UNTIL}, for the 1st time`],
  ['account', 'a b', UNTIL, 12, 3, `account "a b": banned until ${UNTIL}, for the 12th time`],
  [
    'pair',
    'a b 2001:db8:0:0::/64',
    UNTIL,
    2,
    0,
    `account "a b" at address 2001:db8:0:0::/64: banned until ${UNTIL}, for the 2nd time`,
  ],
  ['account', '\u001b[2J', null, 0, 1, 'account "\\u001b[2J": not banned, 1 failed login'],
  [
    'address',
    '192.0.2.1',
    null,
    2,
    3,
    'address 192.0.2.1: not banned, 3 failed logins, banned 2 times before',
  ],
] as const)('%s %j until %s is one line', (kind, subject, until, bans, failures, line) => {
  expect(banLine({ kind, subject, until, bans, failures })).toBe(line);
});

test.each([
  ['account', 'acme', UNTIL, `Lifted the ban on account "acme" (until ${UNTIL}).`],
  ['address', '192.0.2.1', null, 'Cleared 3 failed logins for address 192.0.2.1.'],
] as const)('what was lifted is said: %s %s', (kind, subject, bannedUntil, line) => {
  expect(liftedLine({ kind, subject, bannedUntil, bans: 1, failures: 3 })).toBe(line);
});

/** @returns the reply to the password */
async function signIn({ daemon }: TestDaemon, login: string, password: string, localAddress: string) {
  await using client = await Speaker.connect(daemon.ftpsPort, { localAddress });
  await client.ask(`USER ${login}`);
  return await client.ask(`PASS ${password}`);
}

const HOSTILE = '\u001b[2Jadmin';

test('a ban that was earned is listed and lifted, by address and by account, and the audit knows by whom', async () => {
  await using world = await startTestDaemon();
  const run = (...words: string[]) => spoolgate(world.home, ...words);
  const right = (from: string) => signIn(world, 'acme', passwordOf('acme'), from);
  const [none] = await Promise.all([run('bans'), signIn(world, HOSTILE, 'guess', '127.1.0.3')]);
  expect(none).toEqual({ code: 3, stdout: '', stderr: 'spoolgate: No bans.\n' });

  const attempts = ['127.1.0.1', '127.1.0.2'].flatMap((from) =>
    Array.from({ length: 10 }, (_, index) => signIn(world, 'acme', `guess ${index}`, from)),
  );
  expect(new Set(await Promise.all(attempts))).toEqual(new Set(['530 Login incorrect']));
  const [listed, json, all] = await Promise.all([run('bans'), run('bans', '--json'), run('bans', '--all')]);
  expect(listed.code).toBe(0);
  expect(
    listed.stdout
      .replaceAll(/\d{4}-\S+Z/g, 'T')
      .split('\n')
      .sort(),
  ).toEqual([
    '',
    'account "acme": banned until T, for the 1st time',
    'address 127.1.0.1: banned until T, for the 1st time',
    'address 127.1.0.2: banned until T, for the 1st time',
  ]);
  const { bans } = JSON.parse(json.stdout) as { bans: Record<string, unknown>[] };
  expect(bans).toHaveLength(3);
  expect(bans).toContainEqual({
    kind: 'account',
    subject: 'acme',
    until: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    bans: 1,
    failures: 0,
  });
  expect(all.stdout).toContain('account "\\u001b[2Jadmin": not banned, 1 failed login\n');
  expect(all.stdout).not.toContain('\u001b');

  const [elsewhere, there] = await Promise.all([right('127.1.0.9'), right('127.1.0.1')]);
  expect([elsewhere, there]).toEqual(['530 Login incorrect', '530 Login incorrect']);
  expect(await run('unban', 'acme')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Lifted the ban on account "acme" \(until \S+Z\)\.\n$/) as string,
  });
  expect(await right('127.1.0.9')).toMatch(/^230 /);
  expect((await run('unban', '127.1.0.1')).code).toBe(0);
  expect(await right('127.1.0.1')).toMatch(/^230 /);

  const [unknown, usage, hostile] = await Promise.all([
    run('unban', 'nobody\u001b'),
    run('unban'),
    run('unban', '\\u001b[2Jadmin', '--json'),
  ]);
  expect(unknown).toEqual({
    code: 3,
    stdout: '',
    stderr:
      'spoolgate: There is no ban on "nobody\\u001b", and no failed login. For a list: spoolgate bans --all\n',
  });
  expect(usage).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Usage: spoolgate unban') as string,
  });
  expect(JSON.parse(hostile.stdout)).toMatchObject({ lifted: [{ kind: 'account', subject: HOSTILE }] });

  const { rows } = await world.database.query<{ who: string; data: { before: { subject: string } } }>(
    `select who, data from event where type = 'ban.lifted' order by event.id`,
  );
  const before = { kind: 'account', subject: 'acme', bans: 1, bannedUntil: bans[0]?.until };
  expect(rows[0]).toEqual({
    who: operatorName(),
    data: {
      before: { ...before, failures: 0, bannedUntil: expect.stringMatching(/^\d{4}-/) as string },
      after: null,
    },
  });
  expect(rows.map((row) => row.data.before.subject)).toEqual(['acme', '127.1.0.1', HOSTILE]);
});

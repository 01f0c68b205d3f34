import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMailer, type Mailer } from '../../src/outbox/mailer.ts';
import { notices } from '../../src/outbox/outbox.ts';
import { journalTo } from '../../src/events/events.ts';
import { silentLog } from '../../src/events/log.ts';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { poll, type Courier } from '../support/courier.ts';
import { startAfresh, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { deliverAll, startMailServer, type MailServer } from './mail-server.ts';
import { fixtures, person, type WrittenCustomer } from '../support/organisation.ts';

const HEADER =
  'emailAddress,action,subscriptionId,subscriptionId2,givenName,familyName,department,altEmailAddress,suppressInvitation,collabExtraStorage,assignTo\n';

let mailServer: MailServer;
let mailer: Mailer;
let world: TestDaemon;
let acme: Courier;
let sequence = 0;

beforeAll(async () => {
  world = await startTestDaemon();
  acme = await world.courier();
  mailServer = await startMailServer();
  mailer = openMailer(mailServer.url, 'Spoolgate <noreply@example.com>');
});
afterAll(async () => {
  mailer.close();
  await mailServer[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => void mailServer.mails.splice(0));
afterEach(() => listenToFailpoints(null));

const alternate = { altEmailAddress: 'ann@private.example' };

async function start(overlay: Partial<WrittenCustomer> = {}): Promise<void> {
  const subscribers = [
    person('ann@example.com', [85180], { ...alternate, givenName: 'Ann', familyName: 'Berg' }),
    person('asleep@example.com', [], { altEmailAddress: 'asleep@private.example', state: 'suspended' }),
    person('plain@example.com', [85180]),
  ];
  await startAfresh(world, await fixtures({ subscribers, ...overlay }));
}

const send = (rows: string) => acme.send(`1000001_PRV_${(sequence += 1)}.csv`, HEADER + rows);
const deliver = () =>
  deliverAll([
    notices({ database: world.database, clock: world.clock, journal: journalTo(silentLog) }, mailer.send),
  ]);

/** What the mails say was done. */
const told = () =>
  mailServer.mails.map(({ text }) => [...text.matchAll(/^- (.*)\r$/gm)].map(([, line]) => line));

describe('a change is told to the alternate address, by names and without values', () => {
  it.each([
    ['Update', 'ann@example.com,Update,,,,,Top secret,,,,\n', 'Update: department'],
    ['Update of two fields', 'ann@example.com,Update,,,Anna,,Sales,,,,\n', 'Update: givenName, department'],
    ['Rename', 'ann@example.com,Rename,,,,,,anna@example.com,,,\n', 'Rename: emailAddress'],
    ['AssignSeat', 'ann@example.com,AssignSeat,85292,,,,,ann@private.example,,,\n', 'AssignSeat'],
    ['ChangeSeat', 'ann@example.com,ChangeSeat,85179\n', 'ChangeSeat'],
    ['RevokeSeat', 'ann@example.com,RevokeSeat,COLLAB\n', 'RevokeSeat'],
    ['ChangeStorage', 'ann@example.com,ChangeStorage,85180,,,,,,,5,\n', 'ChangeStorage: collabExtraStorage'],
    ['Suspend', 'ann@example.com,Suspend,\n', 'Suspend'],
    ['Remove', 'ann@example.com,Remove,\n', 'Remove'],
  ])('%s', async (_, row, line) => {
    await start();
    expect((await send(row)).codes).toEqual([0]);
    expect(await deliver()).toBe(1);
    expect(mailServer.mails[0]?.to).toEqual(['ann@private.example']);
    expect(told()).toEqual([[line]]);
    expect(mailServer.mails[0]?.text).toMatch(
      /^Acme changed the account anna?@example\.com on \d{4}-\d\d-\d\d at \d\d:\d\d UTC:\r$/m,
    );
    expect(mailServer.mails[0]?.text).not.toMatch(/Top secret|Sales|Anna\b/);
    expect(await deliver()).toBe(0);
  });

  it('Resume', async () => {
    await start();
    await send('asleep@example.com,Resume,\n');
    expect(await deliver()).toBe(1);
    expect(told()).toEqual([['Resume']]);
  });

  it('AssignSeat stores the address that it is told to; that of a Rename is none', async () => {
    await start();
    await send('plain@example.com,AssignSeat,85292,,,,,plain@private.example,,,\n');
    await send('plain@example.com,Rename,,,,,,plainer@example.com,,,\n');
    expect(await deliver()).toBe(2);
    expect(mailServer.mails.map(({ to }) => to)).toEqual([
      ['plain@private.example'],
      ['plain@private.example'],
    ]);
    expect(told()).toEqual([['AssignSeat: altEmailAddress'], ['Rename: emailAddress']]);
  });

  it('also where e-mail verification is off or on', async () => {
    for (const emailVerification of ['on', 'off'] as const) {
      await start({ emailVerification });
      await send('ann@example.com,Suspend,\n');
      expect(await deliver()).toBe(1);
    }
  });
});

it('one mail per change file, whatever it does', async () => {
  await start();
  const rows =
    'ann@example.com,Update,,,,,A,,,,\nann@example.com,Update,,,Anna,,B,,,,\nann@example.com,Suspend,\n';
  await send(rows);
  await send('ann@example.com,Resume,\n');
  expect(await deliver()).toBe(2);
  expect(told()).toEqual([['Update: department, givenName', 'Suspend'], ['Resume']]);
});

describe('nothing is told', () => {
  it.each([
    ['of an entry that fails', 'ann@example.com,AssignSeat,1\n'],
    ['of an entry that changes nothing', 'ann@example.com,Update,,,Ann,Berg,,,,,\n'],
    ['of storage that stays as it is', 'ann@example.com,ChangeStorage,85180,,,,,,,0,\n'],
    [
      'of a row with SUPPRESS_ALL',
      'ann@example.com,AssignSeat,85292,,,,,ann@private.example,SUPPRESS_ALL,,\n',
    ],
    ['of an Add', 'new@example.com,Add,85292,,New,Berg,,new@private.example,,,\n'],
    [
      'of ResendInvitation',
      'new@example.com,Add,85292,,New,Berg,,n@private.example,,,\nnew@example.com,ResendInvitation\n',
    ],
    ['to nobody', 'plain@example.com,Suspend,\n'],
    ['to whoever receives content', 'plain@example.com,RevokeSeat,COLLAB,,,,,,,,ann@example.com\n'],
  ])('%s', async (_, row) => {
    await start();
    await send(row);
    expect(await deliver()).toBe(0);
  });
});

it('a file that is worked off in slices, and fails in between, tells once and only at its end', async () => {
  await start({ throttle: { perFile: 5000, hourly: 100_000, daily: 100_000 } });
  // The second slice fails after it has saved everything, and is tried again.
  let saved = 0;
  let toldEarly: Promise<number> | null = null;
  listenToFailpoints((name) => {
    if (name !== 'saved') return;
    saved += 1;
    if (saved !== 2) return;
    toldEarly = deliver();
    throw new Error('the power goes');
  });
  const name = `1000001_PRV_${(sequence += 1)}.csv`;
  const others = Array.from({ length: 1_100 }, (_, n) => `new${n}@example.com,Add,,,New,Berg\n`);
  const rows = ['ann@example.com,Update,,,,,First\n', ...others, 'ann@example.com,Suspend,\n'];
  await acme.upload(name, HEADER + rows.join(''));
  await poll('the second slice', 10, async () => (saved >= 2 ? true : null));
  expect(await (toldEarly ?? deliver())).toBe(0);
  world.clock.advance(60_000);
  await acme.outcome(name);
  expect(saved).toBe(3);
  expect(await deliver()).toBe(1);
  expect(told()).toEqual([['Update: department', 'Suspend']]);
  expect(await deliver()).toBe(0);
});

it('a server that refuses is tried again, and an old notice is not sent', async () => {
  await start();
  await send('ann@example.com,Suspend,\n');
  mailServer.refuseWith('not now');
  expect(await deliver()).toBe(0);
  mailServer.refuseWith(null);
  world.clock.advance(61_000);
  expect(await deliver()).toBe(1);
  await send('ann@example.com,Resume,\n');
  world.clock.advance(29 * 86_400_000);
  expect(await deliver()).toBe(0);
  const { rows } = await world.database.query(
    `select outcome from outbox where topic = 'notice' order by id`,
  );
  expect(rows).toEqual([{ outcome: 'sent' }, { outcome: 'obsolete' }]);
});

import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMailer, type Mailer } from '../../src/outbox/mailer.ts';
import { invitations } from '../../src/outbox/outbox.ts';
import { journalTo } from '../../src/events/events.ts';
import { silentLog } from '../../src/events/log.ts';
import { showSubscriber } from '../../src/actions/show.ts';
import type { Courier } from '../support/courier.ts';
import { startAfresh, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { deliverAll, startMailServer, type MailServer } from './mail-server.ts';
import { ACME, fixtures, person, type WrittenCustomer } from '../support/organisation.ts';

const HEADER =
  'emailAddress,action,subscriptionId,givenName,familyName,password,altEmailAddress,suppressInvitation,federationType\n';
const REGISTRATION = 'https://register.example.com/welcome';
const DAY_MS = 86_400_000;

let mailServer: MailServer;
let mailer: Mailer;
let world: TestDaemon;
let acme: Courier;
let sequence = 0;

/** Without a mail server of its own: the tests deliver when they want to. */
beforeAll(async () => {
  world = await startTestDaemon();
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

beforeEach(async () => {
  mailServer = await startMailServer();
  mailer = openMailer(mailServer.url, 'Spoolgate <noreply@example.com>');
});
afterEach(async () => {
  mailer.close();
  await mailServer[Symbol.asyncDispose]();
});

/** The fixtures with e-mail verification on, laid over. */
async function start(overlay: Partial<WrittenCustomer> = {}): Promise<void> {
  await startAfresh(world, await fixtures({ emailVerification: 'on', ...overlay }));
}

const send = (rows: string) => acme.send(`1000001_PRV_${(sequence += 1)}.csv`, HEADER + rows);

/** One look at the outbox, as the daemon does every moment. */
const deliver = (isStopping?: () => boolean) => {
  const parts = { database: world.database, clock: world.clock, journal: journalTo(silentLog) };
  return deliverAll([invitations(parts, mailer.send, REGISTRATION)], isStopping);
};
const tokenOf = (text: string) => /\?token=([\w-]+)/.exec(text)?.[1] ?? '';
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

async function storedHash(email: string): Promise<string | undefined> {
  const { rows } = await world.database.query<{ hash: string | null }>(
    `select encode(invitation_token_hash, 'hex') as hash from subscriber where email = $1`,
    [email],
  );
  return rows[0]?.hash ?? undefined;
}

it('a daemon that stops mails what it has in hand, and no more: the others wait for the next start', async () => {
  await start();
  await send('a.b@example.com,Add,85180,A,B\nc.d@example.com,Add,85180,C,D\n');
  let looks = 0;
  expect(await deliver(() => (looks += 1) > 1)).toBe(1);
  expect(await deliver()).toBe(1);
  expect(mailServer.mails).toHaveLength(2);
});

describe('who is mailed', () => {
  it.each<[string, string, string[]]>([
    ['a new user with a collaboration seat', 'a.b@example.com,Add,85180,A,B', ['a.b@example.com']],
    ['a new user without any seat', 'a.b@example.com,Add,,A,B', ['a.b@example.com']],
    [
      'an iNotes user, at the alternative address',
      'a.b@example.com,Add,85292,A,B,,Alt@example.net',
      ['alt@example.net'],
    ],
    ['a bundle user without either', 'a.b@example.com,Add,91319,A,B', ['a.b@example.com']],
    ['nobody who has a one-time password', 'a.b@example.com,Add,85292,A,B,passw0rd', []],
    ['nobody with SUPPRESS_ALL', 'a.b@example.com,Add,85180,A,B,,,SUPPRESS_ALL', []],
    ['somebody with SUPPRESS_NONE', 'a.b@example.com,Add,85180,A,B,,,suppress_none', ['a.b@example.com']],
    ['nobody where the entry fails', 'a.b@example.com,Add,1,A,B', []],
  ])('%s', async (_, row, to) => {
    await start();
    await send(`${row}\n`);
    expect(await deliver()).toBe(to.length);
    expect(mailServer.mails.flatMap((mail) => mail.to)).toEqual(to);
    expect(await deliver()).toBe(0);
  });

  it('nobody of an organisation with e-mail verification off, also on ResendInvitation', async () => {
    await start({ emailVerification: 'off' });
    const { codes } = await send('a.b@example.com,Add,85180,A,B\na.b@example.com,ResendInvitation\n');
    expect(codes).toEqual([0, 0]);
    expect(await deliver()).toBe(0);
    expect(mailServer.mails).toEqual([]);
  });

  it('nobody who is federated', async () => {
    await start({ federation: 'federated' });
    const { codes } = await send('a.b@example.com,Add,85180,A,B\na.b@example.com,ResendInvitation\n');
    expect(codes).toEqual([0, 1008]);
    expect(await deliver()).toBe(0);
  });
});

describe('ResendInvitation', () => {
  it('sends after SUPPRESS_ALL, and again; an earlier link is void then', async () => {
    await start();
    await send('a.b@example.com,Add,85180,A,B,,,SUPPRESS_ALL\n');
    expect(await deliver()).toBe(0);
    expect((await send('a.b@example.com,ResendInvitation\n')).codes).toEqual([0]);
    expect(await deliver()).toBe(1);
    const first = await storedHash('a.b@example.com');
    world.clock.advance(40 * DAY_MS);
    expect(await showSubscriber(world.database, ACME, 'a.b@example.com')).toMatchObject({ state: 'pending' });
    await send('a.b@example.com,ResendInvitation\n');
    expect(await storedHash('a.b@example.com')).toBeUndefined();
    expect(await deliver()).toBe(1);
    const [one, two] = mailServer.mails.map(({ text }) => tokenOf(text));
    expect(first).toBe(hashOf(one ?? ''));
    expect(await storedHash('a.b@example.com')).toBe(hashOf(two ?? ''));
    expect(one).not.toBe(two);
  });

  it.each<[string, Parameters<typeof person>[2], number]>([
    ['an active user without a seat', { state: 'active' }, 1008],
    ['an active user whose seats are all active', { state: 'active', seats: [85180] }, 1008],
    [
      'an active user with a seat to activate',
      { state: 'active', seats: [85180, { subscription: 85292, state: 'assigned' }] },
      0,
    ],
    [
      'an active user with a seat to activate and one that is being set up',
      {
        state: 'active',
        seats: [
          { subscription: 85180, state: 'assigned' },
          { subscription: 85292, state: 'entitle_pending' },
        ],
      },
      1061,
    ],
    [
      'a suspended user with a seat to activate',
      { state: 'suspended', seats: [{ subscription: 85180, state: 'assigned' }] },
      1008,
    ],
    ['a suspended user', { state: 'suspended' }, 1008],
    ['a pending user', { state: 'pending' }, 0],
    [
      'a user whose seat is still being set up',
      { state: 'pending', seats: [{ subscription: 85180, state: 'entitle_pending' }] },
      1061,
    ],
  ])('for %s', async (_, more, code) => {
    await start({ subscribers: [person('a.b', [], more)] });
    expect((await send('a.b@example.com,ResendInvitation\n')).codes).toEqual([code]);
    expect(await deliver()).toBe(code === 0 ? 1 : 0);
  });

  it('a user with two seats to activate is sent one mail, which names no password and no terms', async () => {
    await start({ subscribers: [person('a.b')] });
    const rows = 'a.b@example.com,AssignSeat,85180\na.b@example.com,AssignSeat,85292,,,,alt@example.net\n';
    expect((await send(`${rows}a.b@example.com,ResendInvitation\n`)).codes).toEqual([0, 0, 0]);
    expect(await deliver()).toBe(1);
    expect(mailServer.mails).toMatchObject([
      { to: ['alt@example.net'], subject: 'New service for your account at Acme' },
    ]);
    const [mail] = mailServer.mails;
    expect(mail?.text).toContain('Activate it here:');
    expect(await storedHash('a.b@example.com')).toBe(hashOf(tokenOf(mail?.text ?? '')));
  });

  it('twice in one file sends one mail: the first link would be void', async () => {
    await start();
    await send(
      'a.b@example.com,Add,85180,A,B\na.b@example.com,ResendInvitation\na.b@example.com,ResendInvitation\n',
    );
    await deliver();
    const live = await storedHash('a.b@example.com');
    expect(mailServer.mails.map(({ text }) => hashOf(tokenOf(text)))).toEqual([live]);
  });
});

it('an invitation that was withdrawn before it left is not sent', async () => {
  await start();
  await send(
    'a.b@example.com,Add,85180,A,B\na.b@example.com,Suspend\nc.d@example.com,Add,,C,D\nc.d@example.com,Remove\n',
  );
  expect(await deliver()).toBe(0);
  const { rows } = await world.database.query(
    `select distinct outcome from outbox where topic = 'invitation'`,
  );
  expect(rows).toEqual([{ outcome: 'obsolete' }]);
});

it('a server that is down or refuses is tried again later, longer each time, and one mail arrives in the end', async () => {
  await start();
  await send('a.b@example.com,Add,85180,A,B\n');
  mailServer.refuseWith('mailbox is full of nothing');
  expect(await deliver()).toBe(0);
  expect(await deliver()).toBe(0);
  for (const waitMs of [60_000, 5 * 60_000, 30 * 60_000]) {
    world.clock.advance(waitMs - 5_000);
    expect(await deliver()).toBe(0);
    expect(await triesLeftAlone()).toBe(true);
    world.clock.advance(5_001);
    if (waitMs === 30 * 60_000) mailServer.refuseWith(null);
    expect(await deliver()).toBe(waitMs === 30 * 60_000 ? 1 : 0);
  }
  expect(mailServer.mails).toHaveLength(1);
  expect(await storedHash('a.b@example.com')).toBe(hashOf(tokenOf(mailServer.mails[0]?.text ?? '')));
});

/** Whether the only invitation waits for a later moment. */
async function triesLeftAlone(): Promise<boolean> {
  const { rows } = await world.database.query<{ next: Date }>(
    `select next_try_at as next from outbox where topic = 'invitation' and done_at is null`,
  );
  return (rows[0]?.next.getTime() ?? 0) > world.clock.now().getTime();
}

it('nothing in a name makes a second header or recipient', async () => {
  await start({ name: 'Acme\r\nBcc: all@example.net' });
  await send('a.b@example.com,Add,85180,"Eve\r\nBcc: all@example.net",B\n');
  expect(await deliver()).toBe(1);
  expect(mailServer.mails[0]).toMatchObject({
    to: ['a.b@example.com'],
    subject: 'Your account at Acme Bcc: all@example.net',
  });
  expect(mailServer.mails[0]?.text).toMatch(/^Hello Eve Bcc: all@example\.net,\r\n/);
});

describe('a seat that is assigned to an active user', () => {
  const seatOf = async (email: string) =>
    (await showSubscriber(world.database, ACME, email)) as {
      seats: { subscription: number; state: string }[];
      invitation: { state: string; sentTo: string | null };
    };

  it.each<[string, Partial<WrittenCustomer>, Parameters<typeof person>[2], string, string[]]>([
    ['waits for its holder, who is invited', {}, {}, '', ['a.b@example.com']],
    ['waits without a mail after SUPPRESS_ALL', {}, {}, 'SUPPRESS_ALL', []],
    [
      'goes to the alternate address',
      {},
      { altEmailAddress: 'a.b@private.example' },
      '',
      ['a.b@private.example'],
    ],
  ])('%s', async (_, overlay, more, suppress, to) => {
    await start({ ...overlay, subscribers: [person('a.b', [], more)] });
    expect((await send(`a.b@example.com,AssignSeat,85180,,,,,${suppress}\n`)).codes).toEqual([0]);
    expect((await seatOf('a.b@example.com')).seats).toMatchObject([{ state: 'assigned' }]);
    expect(await deliver()).toBe(to.length);
    expect(mailServer.mails.flatMap((mail) => mail.to)).toEqual(to);
  });

  it.each<[string, Partial<WrittenCustomer>, Parameters<typeof person>[2], string]>([
    ['with e-mail verification off', { emailVerification: 'off' }, {}, '85180'],
    ['of a federated user', { federation: 'partial' }, { federationType: 'FEDERATED' }, '85180'],
    ['of a pending account: it waits with the account', {}, { state: 'pending' }, '85180'],
    ['that is an accessory', {}, { seats: [86796] }, '91320'],
  ])('is active at once %s', async (_, overlay, more, id) => {
    await start({ ...overlay, subscribers: [person('a.b', [], more)] });
    expect((await send(`a.b@example.com,AssignSeat,${id}\n`)).codes).toEqual([0]);
    const { seats } = await seatOf('a.b@example.com');
    expect(seats.find(({ subscription }) => String(subscription) === id)?.state).toBe('active');
  });

  it('is assigned in the place that ChangeSeat gives it too, and invites to nothing once it is revoked', async () => {
    await start({ subscribers: [person('a.b')] });
    await send('a.b@example.com,AssignSeat,85180\na.b@example.com,ChangeSeat,85179\n');
    expect((await seatOf('a.b@example.com')).seats).toMatchObject([
      { subscription: 85179, state: 'assigned' },
    ]);
    await send('a.b@example.com,RevokeSeat,COLLAB\n');
    expect(await deliver()).toBe(0);
    expect((await send('a.b@example.com,ResendInvitation\n')).codes).toEqual([1008]);
  });

  it('is active once its holder becomes federated, who is sent no invitation to activate it by', async () => {
    await start({ federation: 'partial', subscribers: [person('a.b')] });
    await send('a.b@example.com,AssignSeat,85180\n');
    expect((await seatOf('a.b@example.com')).seats).toMatchObject([{ state: 'assigned' }]);
    await send('a.b@example.com,Update,,,,,,,FEDERATED\n');
    expect((await seatOf('a.b@example.com')).seats).toMatchObject([{ state: 'active' }]);
    expect(await deliver()).toBe(0);
  });

  it('withdraws the invitation with a suspension', async () => {
    await start({ subscribers: [person('a.b')] });
    await send('a.b@example.com,AssignSeat,85180\na.b@example.com,Suspend\n');
    expect(await deliver()).toBe(0);
    expect((await send('a.b@example.com,Resume\na.b@example.com,ResendInvitation\n')).codes).toEqual([0, 0]);
    expect(await deliver()).toBe(1);
  });
});

describe('a pending invitation', () => {
  const rename = 'a.b@example.com,Rename,,,,,c.d@example.com\n';

  it('follows a Rename to the new address, and the old link stops working', async () => {
    await start();
    await send('a.b@example.com,Add,85180,A,B\n');
    expect(await deliver()).toBe(1);
    expect((await send(rename)).codes).toEqual([0]);
    expect(await storedHash('c.d@example.com')).toBeUndefined();
    expect(await deliver()).toBe(1);
    expect(mailServer.mails.map(({ to }) => to)).toEqual([['a.b@example.com'], ['c.d@example.com']]);
    expect(await storedHash('c.d@example.com')).toBe(hashOf(tokenOf(mailServer.mails[1]?.text ?? '')));
  });

  it('stays as it is where an alternate address receives it; the iNotes mailbox keeps its address', async () => {
    await start();
    await send('a.b@example.com,Add,85292,A,B,,alt@example.net\n');
    expect(await deliver()).toBe(1);
    const link = await storedHash('a.b@example.com');
    expect((await send(rename)).codes).toEqual([0]);
    expect(await deliver()).toBe(0);
    expect(await storedHash('c.d@example.com')).toBe(link);
    expect(await showSubscriber(world.database, ACME, 'c.d@example.com')).toMatchObject({
      invitation: { sentTo: 'alt@example.net' },
      mailbox: 'a.b@example.com',
    });
  });

  it('is not sent anew once it has expired', async () => {
    await start();
    await send('a.b@example.com,Add,85180,A,B\n');
    await deliver();
    world.clock.advance(29 * DAY_MS);
    await send(rename);
    expect(await deliver()).toBe(0);
  });

  it('ends with a change to FEDERATED', async () => {
    await start({ federation: 'partial' });
    await send('a.b@example.com,Add,85180,A,B\nc.d@example.com,Add,85180,C,D\n');
    const file = `1000001_PRV_${(sequence += 1)}.csv`;
    await acme.send(file, 'emailAddress,action,federationType\na.b@example.com,Update,FEDERATED\n');
    expect(await deliver()).toBe(1);
    expect(mailServer.mails.map(({ to }) => to)).toEqual([['c.d@example.com']]);
    expect(await showSubscriber(world.database, ACME, 'a.b@example.com')).toMatchObject({
      invitation: { state: 'none', sentTo: null },
    });
  });
});

it('where the organisation accepts the terms for everybody, nobody is asked', async () => {
  await start({ acceptTerms: true });
  await send('a.b@example.com,Add,85180,A,B\n');
  await deliver();
  expect(mailServer.mails[0]?.text).toMatch(/Choose a password here:/);
  expect(await showSubscriber(world.database, ACME, 'a.b@example.com')).toMatchObject({
    termsAccepted: expect.any(Date) as Date,
  });
});

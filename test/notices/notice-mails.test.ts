/** Mails through a real server. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openMailer, type Mailer } from '../../src/outbox/mailer.ts';
import { startMailServer, type MailServer } from '../journeys/mail-server.ts';
import type { Deliveries } from '../../src/notices/deliver.ts';
import { CUSTOMER_TYPES } from '../../src/notice-types.ts';
import { applied, mailTo, openWorld, refused, type NoticesWorld } from './world.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

let world: NoticesWorld;
let server: MailServer;
let mailer: Mailer;
let lanes: Deliveries;
beforeEach(async () => {
  world = await openWorld();
  server = await startMailServer();
  mailer = openMailer(server.url, 'Spoolgate <noreply@spoolgate.test>');
  lanes = world.deliveries({ sendMail: mailer.send });
  await world.declare([mailTo('it@example.com')]);
});
afterEach(async () => {
  mailer.close();
  await server[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function later(ms: number): Promise<void> {
  world.clock.advance(ms);
  await world.deliver(lanes);
}
const header = (name: string, at = -1) =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(server.mails.at(at)?.head ?? '')?.[1]?.trim();

it('of one file is one notice: what, what to do, where, when, and who has set it', async () => {
  await world.record(refused('1000001_HR_PRV_1.csv'));
  await world.deliver(lanes);
  expect(server.mails).toEqual([]);
  await later(MINUTE);
  const [mail] = server.mails;
  expect(mail).toMatchObject({
    to: ['it@example.com'],
    subject: '[Acme] 1000001_HR_PRV_1.csv was rejected; none of its entries was applied (code 4).',
  });
  expect(mail?.text.split('\r\n')).toEqual([
    '1000001_HR_PRV_1.csv was rejected; none of its entries was applied (code 4).',
    '',
    'What to do: Correct the file and upload it under a new number.',
    'Where to look: See _error and _report in your folder.',
    expect.stringMatching(/^Time: \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
    '',
    '-- ',
    expect.stringContaining('it@example.com gets these mails because the operator'),
    '',
  ]);
  expect(header('Auto-Submitted')).toBe('auto-generated');
  expect(header('Content-Type')).toMatch(/^text\/plain/);
  expect(world.observed).toEqual(['mail ok']);
});

it('is quiet while all is well', async () => {
  await world.record(applied('a.csv'), applied('b.csv'));
  await later(HOUR);
  expect(server.mails).toEqual([]);
});

it('of many is a digest, and the next comes after five minutes', async () => {
  await world.record(...Array.from({ length: 60 }, (_, n) => refused(`${n}.csv`)));
  await world.deliver(lanes);
  await later(MINUTE);
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]?.subject).toBe('[Acme] 60 notices');
  expect(server.mails[0]?.text).toContain('- 49.csv was rejected');
  expect(server.mails[0]?.text).toContain('… and 10 more.');
  await world.record(refused('60.csv'), refused('61.csv'));
  await later(2 * MINUTE);
  expect(server.mails).toHaveLength(1);
  await later(3 * MINUTE);
  expect(server.mails[1]?.subject).toBe('[Acme] 2 notices');
});

it('is sent again as it was, under the same ID, and what comes meanwhile waits for it', async () => {
  await world.record(refused('a.csv'), refused('b.csv'));
  server.refuseWith('451 try again later');
  await world.deliver(lanes);
  await later(MINUTE);
  await world.record(refused('c.csv'));
  expect(world.observed).toEqual(['mail retry']);
  server.refuseWith(null);
  await later(10_000);
  const first = header('Message-ID');
  expect(server.mails[0]?.subject).toBe('[Acme] 2 notices');
  expect(first).toMatch(/^<notice-\d+-\d+@spoolgate\.test>$/);
  await later(10 * MINUTE);
  expect(server.mails[1]?.subject).toContain('c.csv');
  expect(header('Message-ID')).not.toBe(first);
  // A daemon that died before it could note the mail: the same again.
  await world.database.query(
    `update notice_delivery set done_at = null, outcome = null where mail = (select min(mail) from notice_delivery)`,
  );
  await later(10 * MINUTE);
  expect(server.mails).toHaveLength(3);
  expect(header('Message-ID')).toBe(first);
});

it('a mail server that is away for days loses nothing and disables nobody', async () => {
  await world.record(refused('a.csv'));
  server.refuseWith('451 out of order');
  await world.deliver(lanes);
  for (let hour = 0; hour < 72; hour += 1) await later(HOUR);
  expect(await world.endpoint('it@example.com')).toMatchObject({ disabledAt: null, waiting: 1 });
  server.refuseWith(null);
  await later(DAY);
  expect(server.mails).toHaveLength(1);
});

it('nothing in a name makes a header, a recipient or a line', async () => {
  const name = 'a.csv\r\nBcc: thief@example.com\r\n\r\nhello\u2028x\u202efdp';
  await world.declare([mailTo('it@example.com', CUSTOMER_TYPES)]);
  await world.record({ ...refused(name) });
  await world.deliver(lanes);
  await later(MINUTE);
  const [mail] = server.mails;
  expect(mail?.to).toEqual(['it@example.com']);
  expect(mail?.head).not.toMatch(/^Bcc/im);
  expect(mail?.text.split('\r\n')[0]).toBe(
    String.raw`a.csv\u000d\u000aBcc: thief@example.com\u000d\u000a\u000d\u000ahello\u2028x\u202efdp was rejected; none of its entries was applied (code 4).`,
  );
});

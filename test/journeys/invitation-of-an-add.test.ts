import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { showSubscriber } from '../../src/actions/show.ts';
import { poll } from '../support/courier.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';
import { startMailServer } from './mail-server.ts';

const HEADER =
  'emailAddress,action,subscriptionId,givenName,familyName,password,altEmailAddress,suppressInvitation,federationType\n';
const REGISTRATION = 'https://register.example.com/welcome';
const DAY_MS = 86_400_000;

it('the daemon mails the invitation of an Add by itself; the token is in the mail, only its hash in the database', async () => {
  await using mailServer = await startMailServer();
  await using mailing = await startTestDaemon({
    organisation: await fixtures({ emailVerification: 'on' }),
    configuration: { mail: { smtp: mailServer.url, registrationUrl: REGISTRATION } },
  });
  const { database, log } = mailing;
  const courier = await mailing.courier();
  await courier.send('1000001_PRV_1.csv', `${HEADER}sam.daryn@example.com,Add,85180,Sam,Daryn\n`);
  await poll('the invitation', 20, async () => mailServer.mails[0] ?? null);
  const [mail] = mailServer.mails;
  expect(mail).toMatchObject({ to: ['sam.daryn@example.com'], subject: 'Your account at Acme' });
  expect(mail?.text).toMatch(/^Hello Sam,\r\n/);
  expect(mail?.text).toContain(`${REGISTRATION}?token=`);
  const token = /\?token=([\w-]{43})\r\n/.exec(mail?.text ?? '')?.[1] ?? 'none';
  const stored = await database.query<{ hash: string }>(
    `select encode(invitation_token_hash, 'hex') as hash from subscriber where email = 'sam.daryn@example.com'`,
  );
  expect(stored.rows).toEqual([{ hash: createHash('sha256').update(token).digest('hex') }]);
  const { rows } = await database.query<{ text: string }>(
    `select s::text || o::text as text from subscriber s join outbox o on o.subscriber_id = s.id`,
  );
  expect(rows.map(({ text }) => text).join('')).not.toContain(token);
  expect(log.join('\n')).not.toContain(token);
  // The server has the mail a moment before the daemon knows that it has left; until then words say so.
  const shown = await poll('the mail to have left', 20, async () => {
    const now = await showSubscriber(database, ACME, 'sam.daryn@example.com');
    return (now as { invitation: { sent: unknown } }).invitation.sent instanceof Date ? now : null;
  });
  expect(shown).toMatchObject({
    state: 'pending',
    invitation: { state: 'pending', sentTo: 'sam.daryn@example.com', suppressed: false },
  });
  await courier.send(
    '1000001_PRV_2.csv',
    `${HEADER}admin@example.com,AssignSeat,85292,,,,a@private.example\n`,
  );
  const notice = async () => mailServer.mails.find(({ subject }) => /changed/.test(subject)) ?? null;
  await poll('the notice', 20, notice);
  const { sent, expires } = (shown as { invitation: { sent: Date; expires: Date } }).invitation;
  expect(expires.getTime() - sent.getTime()).toBe(28 * DAY_MS);
});

import { expect, it } from 'vitest';
import { openMailer } from '../../src/outbox/mailer.ts';
import type { Topic } from '../../src/outbox/mail-lanes.ts';
import { invitations } from '../../src/outbox/outbox.ts';
import { openStation } from '../support/services.ts';
import { poll } from '../support/courier.ts';
import { deliverAll, startMailServer } from '../journeys/mail-server.ts';
import { ACME, OTHER } from '../support/organisation.ts';

it('a mail that the server takes its time with stops no other', async () => {
  await using server = await startMailServer();
  const mailer = openMailer(server.url, 'Spoolgate <noreply@example.com>');
  const waiting = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@example.com`);
  const topic: Topic = {
    next: async () => {
      const to = waiting.shift();
      if (to === undefined) return undefined;
      const send = async () => {
        await mailer.send({ to, subject: 'Hello', text: 'Hello' });
        return true;
      };
      return { customer: 1, send };
    },
  };
  const release = server.hold('a@example.com');
  const delivering = deliverAll([topic]);
  await poll('the others', 20, async () => (server.mails.length === 5 ? true : null));
  release();
  expect(await delivering).toBe(6);
  expect(server.mails.at(-1)?.to).toEqual(['a@example.com']);
  mailer.close();
});

it('the next mail is that of the next customer, and none of one that has enough on their way', async () => {
  await using world = await openStation();
  const { database, services } = world;
  const now = services.clock.now();
  for (const customer of [OTHER, ACME, OTHER, ACME])
    await database.query(
      `insert into outbox (customer_id, subscriber_id, topic, payload, created_at, next_try_at)
       select $1, min(id), 'invitation', '{}', $2, $2 from subscriber`,
      [customer, now],
    );
  const topic = invitations(services, async () => {}, 'https://register.example.com');
  const next = async (after: number, busy: number[] = []) => (await topic.next(after, busy))?.customer;
  expect(ACME).toBeLessThan(OTHER);
  expect(await next(0, [ACME, OTHER])).toBeUndefined();
  expect(await next(0)).toBe(ACME);
  expect(await next(ACME)).toBe(OTHER);
  expect(await next(OTHER)).toBeUndefined();
  expect(await next(0, [ACME])).toBe(OTHER);
  expect(await next(0)).toBe(ACME);
  expect(await next(0)).toBeUndefined();
});

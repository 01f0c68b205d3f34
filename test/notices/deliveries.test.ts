/** What is delivered, when, in which order, and what becomes of what cannot be. */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enable, putInTest, resendOne, resendSince } from '../../src/notices/acts.ts';
import { noticeTell } from '../../src/notices/put-in.ts';
import { accept, answer, closeEarly, startReceiver, type Behaviour, type Receiver } from './receiver.ts';
import {
  applied,
  CUSTOMER,
  deliverAll,
  mailTo,
  openWorld,
  received,
  refused,
  SECRET,
  webhook,
  type NoticesWorld,
} from './world.ts';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
const ACT = () => ({ who: 'ola', now: world.clock.now() });

let world: NoticesWorld;
let receiver: Receiver;
beforeEach(async () => {
  world = await openWorld((now) => noticeTell(now));
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

interface Told {
  type: string;
  data: { file?: string; customer: string };
}
const told = ({ received: list }: Receiver = receiver) =>
  list
    .map(({ body }) => JSON.parse(body) as Told)
    .map(({ type, data }) => `${type} ${data.file ?? ''}`.trim());
const ids = () => receiver.received.map(({ headers }) => headers['webhook-id']);

/** Fails where the body names this. */
const refusing =
  (part: string): Behaviour =>
  (response, one, nth) =>
    (one.body.includes(part) ? answer(500) : accept)(response, one, nth);

describe('who is told', () => {
  it('is whoever is told of that type, of that customer, once', async () => {
    await using operators = await startReceiver();
    await world.record(applied('before.csv'));
    await world.declare([webhook('erp', receiver.url, { types: ['file.applied'] })]);
    await world.declare([webhook('ops', operators.url)], null);
    await world.record(received('a.csv'), applied('a.csv'), applied('b.csv', 2));
    await world.record({ type: 'job.failed', subject: 'purge', data: { reason: 'x' } });
    await world.deliver();
    expect(told()).toEqual(['file.applied a.csv']);
    expect(told(operators).sort()).toEqual([
      'file.applied a.csv',
      'file.applied b.csv',
      'file.received a.csv',
    ]);
    // The position is lost: all is told to the follower again.
    await world.database.query('delete from event_follower');
    await world.deliver();
    expect(receiver.received).toHaveLength(1);
  });

  it('costs no row where nobody is told', async () => {
    await world.declare([webhook('erp', receiver.url, { types: ['file.held'] })]);
    await world.record(received('a.csv'), applied('a.csv'));
    await world.putIn();
    const { rows } = await world.database.query('select from notice_delivery');
    expect(rows).toEqual([]);
  });

  it('signs with the secret of the file, and its receiver accepts it', async () => {
    await world.declare([webhook('erp', receiver.url)]);
    await world.record(applied('a.csv'));
    await world.deliver();
    const [one] = receiver.received;
    expect(new Webhook(SECRET).verify(one?.body ?? '', one?.headers as Record<string, string>)).toMatchObject(
      {
        type: 'file.applied',
        data: { customer: '1', file: 'a.csv', message: { what: 'a.csv was applied: 2 entries.' } },
      },
    );
    expect(world.observed).toEqual(['webhook ok']);
  });
});

describe('what fails', () => {
  it('is tried again at growing times, and later events of its file wait for it; others do not', async () => {
    await world.declare([webhook('erp', receiver.url)]);
    receiver.behave(refusing('a.csv'));
    await world.record(received('a.csv'), applied('a.csv'), received('b.csv'), applied('b.csv'));
    await world.deliver();
    expect(told()).toEqual(['file.received a.csv']);
    await world.deliver();
    expect(told().slice(1)).toEqual(['file.received b.csv', 'file.applied b.csv']);
    for (const pause of [5 * SECOND, 55 * SECOND, 4 * MINUTE, 25 * MINUTE, 90 * MINUTE]) {
      const before = receiver.received.length;
      world.clock.advance(pause - SECOND);
      await world.deliver();
      expect(receiver.received).toHaveLength(before);
      world.clock.advance(SECOND + 100);
      await world.deliver();
      expect(receiver.received).toHaveLength(before + 1);
    }
    receiver.behave(accept);
    world.clock.advance(3 * HOUR);
    await world.deliver();
    expect(told().slice(-2)).toEqual(['file.received a.csv', 'file.applied a.csv']);
    expect(new Set(ids()).size).toBe(4);
    expect(await world.endpoint('erp')).toMatchObject({ waiting: 0, lastFailure: null, disabledAt: null });
  });

  it('for a day, with nothing delivered meanwhile, disables the receiver; all that waits is sent when it is enabled', async () => {
    await world.declare([webhook('erp', receiver.url)]);
    receiver.behave(closeEarly);
    await world.record(received('a.csv'), applied('a.csv'), received('b.csv'));
    await failForADay();
    // With the notice that it was disabled.
    expect(await world.endpoint('erp')).toMatchObject({ disabledWhy: 'connection', waiting: 4 });
    expect(await eventsOf('notices.disabled')).toMatchObject([
      { subject: 'erp', customer: CUSTOMER, data: { kind: 'webhook', failure: 'connection', waiting: 3 } },
    ]);
    receiver.behave(accept);
    world.clock.advance(HOUR);
    await world.deliver();
    const tries = receiver.received.length;
    const { id } = await world.endpoint('erp');
    expect(
      await world.database.transaction((tx) => enable(tx, { id, customer: CUSTOMER, name: 'erp' }, ACT())),
    ).toBe(4);
    await world.deliver();
    expect(told().slice(tries)).toEqual([
      'file.received a.csv',
      'file.received b.csv',
      'webhook.disabled',
      'file.applied a.csv',
    ]);
  });

  it('for a day, while others are delivered, is given up, and the next of its file go on', async () => {
    await world.declare([webhook('erp', receiver.url)]);
    receiver.behave(refusing('file.received'));
    await world.record(received('a.csv'), applied('a.csv'));
    await world.deliver();
    await failForADay(() => world.record(applied('b.csv')));
    expect(await world.endpoint('erp')).toMatchObject({ disabledAt: null, waiting: 0, failed: 1 });
    expect(told()).toContain('file.applied a.csv');
    const given = await eventsOf('notice.given_up');
    expect(given).toMatchObject([{ subject: 'erp', data: { failure: 'http_500' } }]);
    receiver.behave(accept);
    const event = given[0]?.data.event ?? '';
    expect(await world.database.transaction((tx) => resendOne(tx, event, ACT()))).toEqual(['erp']);
    await world.deliver();
    expect([told().at(-1), ids().at(-1)]).toEqual(['file.received a.csv', `evt_${event}`]);
  });

  it('tries only what it has tried before while nothing is accepted', async () => {
    await world.declare([webhook('erp', receiver.url)]);
    receiver.behave(answer(503));
    await world.record(...Array.from({ length: 40 }, (_, n) => received(`${n}.csv`)));
    for (let second = 0; second < 20; second += 1) {
      await world.deliver();
      world.clock.advance(SECOND);
    }
    expect(new Set(ids()).size).toBe(5);
    receiver.behave(accept);
    world.clock.advance(HOUR);
    await world.deliver();
    expect(new Set(ids()).size).toBe(40);
    expect(await world.endpoint('erp')).toMatchObject({ waiting: 0 });
  });

  it('twice an hour tries something new besides: who refuses some is told the others', async () => {
    await world.declare([webhook('erp', receiver.url)]);
    receiver.behave(refusing('file.received'));
    await world.record(...Array.from({ length: 6 }, (_, n) => received(`${n}.csv`)));
    await world.record(applied('new.csv'));
    for (let look = 0; look < 8; look += 1) await world.deliver();
    expect(new Set(ids()).size).toBe(5);
    // The sixth comes first, and is refused as well.
    for (const size of [6, 7]) {
      world.clock.advance(31 * MINUTE);
      for (let look = 0; look < 3; look += 1) await world.deliver();
      expect(new Set(ids()).size).toBe(size);
    }
    expect(told()).toContain('file.applied new.csv');
  });

  it('of a file that is sent again is told before what was tried after it', async () => {
    await world.declare([webhook('erp', receiver.url)]);
    await world.record(received('a.csv'));
    await world.deliver();
    receiver.behave(answer(500));
    await world.record(applied('a.csv'));
    for (const pause of [0, 6 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE]) {
      world.clock.advance(pause);
      await world.deliver();
    }
    const event = ids()[0]?.toString().slice(4) ?? '';
    await world.database.transaction((tx) => resendOne(tx, event, ACT()));
    receiver.behave(accept);
    world.clock.advance(3 * HOUR);
    await world.deliver();
    expect(told().slice(-2)).toEqual(['file.received a.csv', 'file.applied a.csv']);
  });

  it('with 410 disables at once', async () => {
    await world.declare([webhook('erp', receiver.url)]);
    receiver.behave(answer(410));
    await world.record(received('a.csv'), received('b.csv'));
    await world.deliver();
    expect(receiver.received).toHaveLength(1);
    expect(await world.endpoint('erp')).toMatchObject({ disabledWhy: 'gone', waiting: 2 });
  });

  it('for want of a secret says so, and sends nothing', async () => {
    await world.declare([webhook('erp', receiver.url, { secret: 'none' })]);
    await world.record(received('a.csv'));
    await world.deliver();
    expect(receiver.received).toEqual([]);
    expect(await world.endpoint('erp')).toMatchObject({ lastFailure: 'secret_missing', waiting: 1 });
  });
});

it('one that takes its time delays nobody else', async () => {
  await using slow = await startReceiver();
  const release = Promise.withResolvers<void>();
  slow.behave((...call) => void release.promise.then(() => accept(...call)));
  await world.declare([webhook('slow', slow.url), webhook('erp', receiver.url)]);
  await world.record(received('a.csv'), received('b.csv'));
  await world.putIn();
  const lanes = world.deliveries();
  await lanes.fill(() => {});
  await expect.poll(() => receiver.received.length).toBe(2);
  expect(slow.received).toHaveLength(1);
  release.resolve();
  await lanes.idle();
  expect(slow.received).toHaveLength(2);
});

it('two daemons deliver each once, and of a file in its order', async () => {
  await world.declare([webhook('erp', receiver.url)]);
  const files = Array.from({ length: 60 }, (_, n) => `${n}.csv`);
  for (const file of files) await world.record(received(file), applied(file));
  await world.putIn();
  const both = [world.deliveries(), world.deliveries()];
  for (let round = 0; round < 50 && receiver.received.length < 120; round += 1)
    await Promise.all(both.map(deliverAll));
  expect(receiver.received).toHaveLength(120);
  for (const file of files)
    expect(told().filter((one) => one.endsWith(` ${file}`))).toEqual([
      `file.received ${file}`,
      `file.applied ${file}`,
    ]);
});

it('a daemon that stops gives back what it has in hand', async () => {
  const stopping = new AbortController();
  const lanes = world.deliveries({ stopping: stopping.signal });
  receiver.behave(() => stopping.abort());
  await world.declare([webhook('erp', receiver.url)]);
  await world.record(received('a.csv'), received('b.csv'));
  await world.deliver(lanes);
  receiver.behave(accept);
  await world.deliver();
  expect(told()).toEqual(['file.received a.csv', 'file.received a.csv', 'file.received b.csv']);
});

it('where too much waits it is disabled, and what was not kept is put in when it is enabled', async () => {
  const full = await openWorld((now) => noticeTell(now, { waitingMax: 5, countAfter: 1 }));
  try {
    await full.declare([webhook('erp', 'http://127.0.0.1:1/')]);
    for (let n = 0; n < 12; n += 1) {
      await full.record(received(`${n}.csv`));
      await full.putIn();
    }
    const one = await full.endpoint('erp');
    expect(one).toMatchObject({ waiting: 5, disabledWhy: 'queue_full' });
    expect(one.untoldSince).not.toBeNull();
    const act = { who: 'ola', now: full.clock.now() };
    await full.database.transaction((tx) => enable(tx, { id: one.id, customer: CUSTOMER, name: 'erp' }, act));
    const { rows } = await full.database.query(`select from notice_delivery where type = 'file.received'`);
    expect(rows).toHaveLength(12);
  } finally {
    await full[Symbol.asyncDispose]();
  }
});

it('is sent again since a time, and tried out', async () => {
  await world.declare([webhook('erp', receiver.url), mailTo('it@example.com')]);
  await world.record(received('a.csv'), refused('a.csv'));
  await world.deliver();
  const { id } = await world.endpoint('erp');
  const endpoint = { id, customer: CUSTOMER, name: 'erp' };
  const since = new Date(world.clock.now().getTime() - HOUR);
  expect(await world.database.transaction((tx) => resendSince(tx, endpoint, since, ACT()))).toBe(2);
  await world.database.transaction((tx) => putInTest(tx, endpoint, ACT()));
  await world.deliver();
  expect(told()).toEqual([
    'file.received a.csv',
    'file.refused a.csv',
    'file.received a.csv',
    'test',
    'file.refused a.csv',
  ]);
  expect(ids()[2]).toBe(ids()[0]);
});

/** Twenty-five hours in steps that no time is missed in. */
async function failForADay(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  for (const pause of [
    0,
    5 * SECOND,
    MINUTE,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    3 * HOUR,
    5 * HOUR,
    15 * HOUR,
  ]) {
    world.clock.advance(pause + 100);
    await meanwhile();
    await world.deliver();
    await world.deliver();
  }
}

async function eventsOf(type: string) {
  const { rows } = await world.database.query<{
    subject: string;
    customer: number;
    data: { event?: string };
  }>('select subject, customer_id as customer, data from event where type = $1 order by id', [type]);
  return rows;
}

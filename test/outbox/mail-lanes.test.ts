import { expect, it } from 'vitest';
import { MailLanes, type Topic } from '../../src/outbox/mail-lanes.ts';

/** A topic of which these customers' mails wait; each is on its way until the test lets it arrive. */
function topicOf(name: string, customers: number[]) {
  const waiting = [...customers];
  const begun: string[] = [];
  const arrive: (() => void)[] = [];
  const topic: Topic = {
    next: async (after, busy) => {
      const free = waiting.filter((customer) => customer > after && !busy.includes(customer));
      if (free.length === 0) return undefined;
      const customer = Math.min(...free);
      waiting.splice(waiting.indexOf(customer), 1);
      const send = async () => {
        begun.push(`${name}${customer}`);
        await new Promise<void>((done) => arrive.push(done));
        return true;
      };
      return { customer, send };
    },
  };
  return { topic, begun, arrive };
}

const settle = () => new Promise(setImmediate);
const noFault = (fault: unknown) => {
  throw fault;
};

it('customers take turns, and four mails are on their way at once', async () => {
  const { topic, begun, arrive } = topicOf('', [1, 1, 1, 1, 1, 2, 3, 3]);
  const lanes = new MailLanes([topic], () => false);
  lanes.fill(noFault);
  await settle();
  expect(begun).toEqual(['1', '2', '3', '1']);
  lanes.fill(noFault);
  await settle();
  expect(begun).toHaveLength(4);
  for (let mail = 0; mail < 8; mail += 1) {
    arrive.shift()?.();
    await settle();
  }
  expect(await lanes.idle()).toBe(8);
  expect(begun).toEqual(['1', '2', '3', '1', '3', '1', '1', '1']);
});

it('a customer has two mails on their way at most, and the others their lanes', async () => {
  const { topic, begun, arrive } = topicOf('', [1, 1, 1, 1, 2]);
  const lanes = new MailLanes([topic], () => false);
  lanes.fill(noFault);
  await settle();
  expect(begun).toEqual(['1', '2', '1']);
  arrive[1]?.();
  await settle();
  expect(begun).toHaveLength(3);
  arrive[0]?.();
  await settle();
  expect(begun).toEqual(['1', '2', '1', '1']);
});

it('topics take turns: a thousand invitations keep no notice waiting', async () => {
  const customers = Array.from({ length: 1_000 }, (_, index) => index + 1);
  const [invitations, notices] = [topicOf('invitation', customers), topicOf('notice', [1, 2])];
  const lanes = new MailLanes([invitations.topic, notices.topic], () => false);
  lanes.fill(noFault);
  await settle();
  expect(invitations.begun).toEqual(['invitation1', 'invitation2']);
  expect(notices.begun).toEqual(['notice1', 'notice2']);
});

it('a fault of the database is told, and the next look goes on', async () => {
  const faults: unknown[] = [];
  const { topic, begun, arrive } = topicOf('', [1]);
  let away = true;
  const failing: Topic = {
    next: async (after, busy) => {
      if (away) throw new Error('away');
      return topic.next(after, busy);
    },
  };
  const lanes = new MailLanes([failing], () => false);
  lanes.fill((fault) => void faults.push(fault));
  expect(await lanes.idle()).toBe(0);
  expect(faults).toHaveLength(1);
  away = false;
  lanes.fill(noFault);
  await settle();
  expect(begun).toEqual(['1']);
  arrive[0]?.();
  expect(await lanes.idle()).toBe(1);
});

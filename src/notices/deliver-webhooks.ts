/** A lane of one webhook: what was claimed together, one after the other. */
import { failpoint } from '../failpoints.ts';
import type { DeliveryParts, DeliveryResult } from './parts.ts';
import type { Endpoint } from './endpoints.ts';
import {
  claimWebhooks,
  disable,
  noteDelivered,
  noteFailure,
  noteLastFailure,
  unclaim,
  type Delivery,
} from './queue.ts';
import { nextTryAfter } from './schedule.ts';
import { readSecrets } from './secrets.ts';
import { openAgents, sendWebhook, type Sent } from './send-webhook.ts';
import { signedHeaders } from './sign.ts';
import { webhookMessage } from './webhook-body.ts';

/** Then others have their turn. */
const LANE_MS = 30_000;
/** What a receiver has taken is noted after that: a daemon that dies before tells it again, under the same id. */
const UNNOTED_MS_MAX = 1_000;

/**
 * Ends when nothing is due any more, after a failure, or after its time.
 *
 * @returns whether it may go on at once
 */
export async function deliverWebhooks(parts: DeliveryParts, endpoint: Endpoint): Promise<boolean> {
  const { database, clock } = parts;
  const until = performance.now() + LANE_MS;
  using agents = openAgents();
  const lane = { ...parts, rules: { ...parts.rules, agents } };
  for (;;) {
    const claimed = await claimWebhooks(database, endpoint.id, clock.now());
    if (claimed.length === 0) return false;
    failpoint('notice-claimed');
    const end = await deliverClaimed(lane, endpoint, claimed, until);
    if (end !== 'all') return end === 'time';
  }
}

/** @returns whether all were taken, or what has come first: a failure, or the end of the time */
async function deliverClaimed(
  parts: DeliveryParts,
  endpoint: Endpoint,
  claimed: readonly Delivery[],
  until: number,
): Promise<'all' | 'failure' | 'time'> {
  const { database, clock, pace, stopping } = parts;
  const left = [...claimed];
  const taken = new Taken(parts, endpoint);
  try {
    while (left[0]) {
      if (stopping.aborted || performance.now() > until) return 'time';
      await pace.turn();
      const isTaken = await deliverOne(parts, endpoint, left[0], taken);
      left.shift();
      if (!isTaken) return 'failure';
    }
    return 'all';
  } finally {
    await taken.note();
    await unclaim(database, idsOf(left), clock.now());
  }
}

/** Noted together: a statement for each would be most of the work. */
class Taken {
  readonly #parts: DeliveryParts;
  readonly #endpoint: Endpoint;
  #ids: number[] = [];
  #since = 0;

  constructor(parts: DeliveryParts, endpoint: Endpoint) {
    this.#parts = parts;
    this.#endpoint = endpoint;
  }

  async add(id: number): Promise<void> {
    if (this.#ids.length === 0) this.#since = performance.now();
    this.#ids.push(id);
    if (performance.now() - this.#since > UNNOTED_MS_MAX) await this.note();
  }

  async note(): Promise<void> {
    const ids = this.#ids;
    this.#ids = [];
    if (ids.length > 0)
      await noteDelivered(this.#parts.database, this.#endpoint, ids, this.#parts.clock.now());
  }
}

/** @returns whether the receiver has taken it */
async function deliverOne(
  parts: DeliveryParts,
  endpoint: Endpoint,
  delivery: Delivery,
  taken: Taken,
): Promise<boolean> {
  const began = performance.now();
  const outcome = await send(parts, endpoint, delivery);
  failpoint('notice-delivered');
  let result: DeliveryResult = 'ok';
  if (outcome.ok) await taken.add(delivery.id);
  else {
    // In their order: a failure counts since the last one that was taken.
    await taken.note();
    result = await noteRefusal(parts, endpoint, delivery, outcome);
  }
  parts.observe('webhook', result, performance.now() - began);
  return outcome.ok;
}

async function send(
  { secrets: folder, rules, clock, stopping }: DeliveryParts,
  { target, format, secret, customer }: Endpoint,
  delivery: Delivery,
): Promise<Sent> {
  const secrets = await readSecrets(folder, secret ?? '');
  if ('fault' in secrets) return { ok: false, failure: secrets.fault };
  const audience = customer === null ? 'operators' : 'customer';
  const { id, contentType, body } = webhookMessage(delivery, format, audience);
  const headers = { 'content-type': contentType, ...signedHeaders(id, clock.now(), body, secrets) };
  return sendWebhook(target, headers, body, { ...rules, stopping });
}

async function noteRefusal(
  { database, clock, chance }: DeliveryParts,
  endpoint: Endpoint,
  delivery: Delivery,
  { failure = 'connection', gone = false, askedMs }: Sent,
): Promise<DeliveryResult> {
  const now = clock.now();
  if (gone) {
    await database.transaction((tx) => disable(tx, endpoint, 'gone', now));
    return 'refused';
  }
  const { id, tries, firstAt } = delivery;
  const nextTry = nextTryAfter({ tries, firstAt, now, chance: chance(), ...(askedMs ? { askedMs } : {}) });
  if (nextTry) {
    await noteFailure(database, endpoint.id, { ids: [id], failure, nextTry });
    return 'retry';
  }
  await noteLastFailure(database, endpoint, { deliveries: [delivery], failure, now });
  return 'given_up';
}

function idsOf(deliveries: readonly Delivery[]): number[] {
  return deliveries.map(({ id }) => id);
}

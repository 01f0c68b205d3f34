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
import { sendWebhook, type Sent } from './send-webhook.ts';
import { signedHeaders } from './sign.ts';
import { webhookMessage } from './webhook-body.ts';

/** Then others have their turn. */
const LANE_MS = 30_000;

/**
 * Ends when nothing is due any more, after a failure, or after its time.
 *
 * @returns whether it may go on at once
 */
export async function deliverWebhooks(parts: DeliveryParts, endpoint: Endpoint): Promise<boolean> {
  const { database, clock, stopping } = parts;
  const until = performance.now() + LANE_MS;
  for (;;) {
    const claimed = await claimWebhooks(database, endpoint.id, clock.now());
    if (claimed.length === 0) return false;
    failpoint('notice-claimed');
    for (const [index, delivery] of claimed.entries()) {
      const goesOn = await deliverOne(parts, endpoint, delivery).catch(async (error: unknown) => {
        await unclaim(database, idsOf(claimed.slice(index)), clock.now());
        throw error;
      });
      if (goesOn && !stopping.aborted && performance.now() < until) continue;
      await unclaim(database, idsOf(claimed.slice(index + 1)), clock.now());
      return goesOn;
    }
  }
}

/** @returns whether the receiver has taken it */
async function deliverOne(parts: DeliveryParts, endpoint: Endpoint, delivery: Delivery): Promise<boolean> {
  const { database, clock, observe } = parts;
  const began = performance.now();
  const outcome = await send(parts, endpoint, delivery);
  const told = (result: DeliveryResult) => observe('webhook', result, performance.now() - began);
  failpoint('notice-delivered');
  if (outcome.ok) {
    await noteDelivered(database, endpoint, [delivery.id], clock.now());
    told('ok');
    return true;
  }
  told(await noteRefusal(parts, endpoint, delivery, outcome));
  return false;
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

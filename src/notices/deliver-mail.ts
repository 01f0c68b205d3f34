/** One mail to one address: of one notice, or of all that wait. */
import { customers } from '../accounts/customers/customer.ts';
import { failpoint } from '../failpoints.ts';
import type { SendMail } from '../outbox/outbox.ts';
import type { DeliveryParts } from './parts.ts';
import type { Endpoint } from './endpoints.ts';
import { noticeMail } from './notice-mail.ts';
import { claimMail, noteDelivered, noteFailure, noteLastFailure, type Delivery } from './queue.ts';
import { nextTryAfter, TRIES_AT_MS } from './schedule.ts';

/** After a day of tries. */
const MAIL_RETRY_MS = 3_600_000;

export async function deliverMail(
  parts: DeliveryParts & { sendMail: SendMail },
  endpoint: Endpoint,
): Promise<void> {
  const { database, clock, observe, sendMail, mailHost } = parts;
  const claimed = await claimMail(database, endpoint.id, clock.now());
  const [first, ...rest] = claimed?.deliveries ?? [];
  if (!claimed || !first) return;
  failpoint('notice-claimed');
  const began = performance.now();
  const audience = endpoint.customer === null ? 'operators' : 'customer';
  const known = await customers(database, customersOf(claimed.deliveries));
  const names = new Map(known.map(({ id, name }) => [id, name]));
  const mail = {
    ...noticeMail([first, ...rest], claimed.deliveries.length, { to: endpoint.target, audience, names }),
    // The same whenever it is sent again: whoever gets it twice sees it once.
    messageId: `<notice-${endpoint.id}-${claimed.mail}@${mailHost}>`,
    // So that no holiday reply comes back (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
  const refusal = await sendMail(mail).then(
    () => null,
    (error: unknown) => refusalOf(error),
  );
  failpoint('notice-delivered');
  const ms = () => performance.now() - began;
  if (refusal === null) {
    await noteDelivered(database, endpoint, idsOf(claimed.deliveries), clock.now());
    return observe('mail', 'ok', ms());
  }
  observe('mail', await noteRefusal(parts, endpoint, claimed.deliveries, refusal), ms());
}

type Refusal = 'mail_refused' | 'mail_failed';

/** 5xx to the address: it will not be taken later either. Anything else may be the mail server itself. */
function refusalOf(error: unknown): Refusal {
  const code = (error as { responseCode?: unknown } | null)?.responseCode;
  return typeof code === 'number' && code >= 500 ? 'mail_refused' : 'mail_failed';
}

async function noteRefusal(
  { database, clock, chance }: DeliveryParts,
  endpoint: Endpoint,
  deliveries: readonly Delivery[],
  failure: Refusal,
): Promise<'retry' | 'given_up'> {
  const now = clock.now();
  const [first] = deliveries;
  const { tries, firstAt } = first ?? { tries: 1, firstAt: now };
  // A mail server that is away says nothing of an address: it is tried for as long as it takes.
  const counted = failure === 'mail_failed' ? Math.min(tries, TRIES_AT_MS.length - 1) : tries;
  const planned = nextTryAfter({ tries: counted, firstAt, now, chance: chance() });
  if (planned === null) {
    await noteLastFailure(database, endpoint, { deliveries, failure, now });
    return 'given_up';
  }
  const least = tries >= TRIES_AT_MS.length ? now.getTime() + MAIL_RETRY_MS : 0;
  const nextTry = new Date(Math.max(planned.getTime(), least));
  await noteFailure(database, endpoint.id, { ids: idsOf(deliveries), failure, nextTry });
  return 'retry';
}

function customersOf(deliveries: readonly Delivery[]): number[] {
  return [...new Set(deliveries.flatMap(({ customer }) => customer ?? []))];
}

function idsOf(deliveries: readonly Delivery[]): number[] {
  return deliveries.map(({ id }) => id);
}

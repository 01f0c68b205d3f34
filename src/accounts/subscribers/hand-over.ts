import { heldSubscriptions, type Organisation, type Subscriber, type Subscription } from './organisation.ts';
import { hasCollaboration, mailTypeOf } from './subscription.ts';

/** Only these move to another subscriber; all other content of a service is deleted (6.5, 6.8). */
const MOVABLE = ['files', 'activities'];
const COLLABORATION_REST = ['other collaboration content'];

/** Whether a subscriber has collaboration content, or could take somebody's over. */
export function holdsCollaboration(organisation: Organisation, subscriber: Subscriber): boolean {
  return heldSubscriptions(organisation, subscriber).some(hasCollaboration);
}

export function holdsMail(organisation: Organisation, subscriber: Subscriber): boolean {
  return heldSubscriptions(organisation, subscriber).some(
    (subscription) => mailTypeOf(subscription) !== null,
  );
}

/**
 * The durable record of what moves and what goes with subscriptions that are given up for good. Other systems follow
 * it, in order, from the outbox.
 *
 * @param to who receives what can move; null: it is deleted too
 */
export function contentHandOver(
  subscriptions: readonly Subscription[],
  from: Subscriber,
  to: Subscriber | null,
): Record<string, unknown> {
  const collaboration = subscriptions.some(hasCollaboration);
  const deleted = [
    ...(collaboration ? (to ? COLLABORATION_REST : [...MOVABLE, ...COLLABORATION_REST]) : []),
    ...(subscriptions.some((subscription) => mailTypeOf(subscription) !== null) ? ['mail'] : []),
    ...subscriptions.flatMap(({ accessory }) => (accessory ? [`${accessory} data`] : [])),
  ];
  return {
    email: from.email,
    subscriptions: subscriptions.map(({ id }) => id),
    moved: collaboration && to ? { what: MOVABLE, to: to.id, toEmail: to.email } : null,
    deleted,
  };
}

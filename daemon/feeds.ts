import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/database/open.ts';
import type { Journal } from '../src/events/events.ts';
import { Follower } from '../src/events/follow.ts';
import { messageOf } from '../src/fault.ts';
import { takeIn } from '../src/feeds/arrivals.ts';
import { KEPT_DAYS } from '../src/feeds/watch.ts';
import { KINDS } from '../src/kinds/registry.ts';

const DAY_MS = 86_400_000;

/**
 * What is known of when files come follows the events.
 *
 * @param database not the one that wakes: once a second is soon enough
 */
export function followArrivals(database: Database, clock: Clock, journal: Journal): Follower {
  return new Follower({
    database,
    name: 'feeds',
    tell: async (events) => {
      const since = new Date(clock.now().getTime() - KEPT_DAYS * DAY_MS);
      await takeIn(database, KINDS.types, events, since);
      return true;
    },
    failed: (error) => journal.warned('arrivals of files cannot be noted yet', { reason: messageOf(error) }),
  });
}

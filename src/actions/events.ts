import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Database } from '../database/open.ts';
import { EVENT_TYPES, type StoredEvent } from '../events/catalog.ts';
import { endOfEvents, newestEvents, readOn, type EventFilter } from '../events/read.ts';
import { OperatorFault } from '../fault.ts';
import { quoted } from '../shown-text.ts';
import { operator } from '../messages/en/operator.ts';
import { action, operators, type Channel } from './action.ts';
import { withWhy } from '../events/why.ts';

export const EVENTS_MAX = 10_000;
/** Read at once while following. */
const PAGE = 500;
/** Between two looks for new ones. */
const POLL_MS = 500;
/** So many numbers back an event may still be on its way. */
const BACK = 1_000;

/** The newest events, oldest first, as pieces of the answer. `follow`: then those that come, until the caller goes. */
export const events = action({
  name: 'events',
  input: z.strictObject({
    customer: z.int().nullable(),
    /** Names of types, or `file.*`; none: all. */
    types: z.array(z.string()).max(100),
    since: z.iso.datetime().nullable(),
    limit: z.int().min(0).max(EVENTS_MAX),
    follow: z.boolean(),
  }),
  allowed: operators,
  run: async ({ database }, { customer, types, since, limit, follow }, _, channel: Channel<StoredEvent>) => {
    const wanted = types.length === 0 ? null : types.flatMap(typesNamed);
    const filter = { customer, types: wanted, since: since === null ? null : new Date(since) };
    const end = follow ? await endOfEvents(database, BACK) : null;
    const newest = await newestEvents(database, filter, limit);
    for (const event of newest) await channel.send(shown(event));
    if (end) await followOn(database, filter, channel, { end, already: new Set(newest.map(({ id }) => id)) });
    return { events: newest.length };
  },
});

/** @throws {OperatorFault} where there is no such type */
function typesNamed(name: string): string[] {
  const prefix = name.endsWith('.*') ? name.slice(0, -1) : null;
  const found = EVENT_TYPES.filter((type) => (prefix === null ? type === name : type.startsWith(prefix)));
  if (found.length > 0) return found;
  throw new OperatorFault(operator.actions.noEventType(quoted(name), EVENT_TYPES.join(', ')), 2);
}

async function followOn(
  database: Database,
  filter: EventFilter,
  { send, gone }: Channel<StoredEvent>,
  { end, already }: { end: Awaited<ReturnType<typeof endOfEvents>>; already: ReadonlySet<string> },
): Promise<void> {
  let position = end;
  while (!gone.aborted) {
    const next = await readOn(database, position, PAGE);
    position = next.position;
    for (const event of next.events)
      if (!already.has(event.id) && isWanted(event, filter)) await send(shown(event));
    if (next.events.length < PAGE) await delay(POLL_MS, undefined, { signal: gone }).catch(() => {});
  }
}

function shown(event: StoredEvent): StoredEvent {
  return { ...event, data: withWhy(event.data) };
}

function isWanted({ customer, type, at }: StoredEvent, filter: EventFilter): boolean {
  if (filter.customer !== null && customer !== filter.customer) return false;
  if (filter.since && at < filter.since) return false;
  return filter.types === null || filter.types.includes(type);
}

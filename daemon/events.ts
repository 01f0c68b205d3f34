import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/database/open.ts';
import { recordingJournal, type Journal } from '../src/events/events.ts';
import { Follower, waking, type Tell } from '../src/events/follow.ts';
import type { Log } from '../src/events/log.ts';
import { logSink } from '../src/events/sinks/log.ts';
import { messageOf } from '../src/fault.ts';
import { arrivalsTell } from '../src/feeds/arrivals.ts';
import { KINDS } from '../src/kinds/registry.ts';
import { eventCounter } from '../src/metrics/count-events.ts';
import { Meters } from '../src/metrics/meters.ts';
import { noticeTell } from '../src/notices/put-in.ts';

/** Nobody looks for a notice within a second; what is committed meanwhile is put in together. */
const NOTICES_PAUSE_MS = 500;

export interface EventsBase {
  log: Log;
  clock: Clock;
  /** Of what cannot be recorded. */
  journal: Journal;
}

/** The journal that records, and the followers: the log of what is recorded, the notices, and what is known of feeds. */
export function openEvents({ log, clock, journal: plain }: EventsBase, store: Database) {
  const failed = (error: unknown) =>
    plain.warned('recorded events cannot be written to the log yet', { reason: messageOf(error) });
  const meters = new Meters();
  const count = eventCounter(meters);
  const write = logSink(log);
  const tell: Tell = (events, tx) => {
    count(events);
    return write(events, tx);
  };
  const follower = new Follower({ database: store, name: 'log', tell, leaves: true, failed });
  const notices = new Follower({
    database: store,
    name: 'notices',
    tell: noticeTell(() => clock.now()),
    pauseMs: NOTICES_PAUSE_MS,
    failed: (error) => plain.warned('notices cannot be put in yet', { reason: messageOf(error) }),
  });
  const arrivals = new Follower({
    database: store,
    name: 'feeds',
    tell: arrivalsTell(KINDS.types, () => clock.now()),
    failed: (error) => plain.warned('arrivals of files cannot be noted yet', { reason: messageOf(error) }),
  });
  const database = waking(store, () => {
    follower.wake();
    notices.wake();
  });
  const { journal, recorder } = recordingJournal(log, { database, clock });
  const close = async () => {
    await recorder[Symbol.asyncDispose]();
    await arrivals[Symbol.asyncDispose]();
    await notices[Symbol.asyncDispose]();
    await follower[Symbol.asyncDispose]();
  };
  return { journal, database, meters, [Symbol.asyncDispose]: close };
}

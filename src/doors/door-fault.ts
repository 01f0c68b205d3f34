import { isDatabaseAway } from '../database/away.ts';
import type { Journal, Peer } from '../events/events.ts';
import { messageOf } from '../fault.ts';

/** Tells of a fault of ours at a door. That the database cannot be reached is none: the client tries again. */
export function tellFault(journal: Journal, peer: Peer, error: unknown): void {
  if (isDatabaseAway(error))
    journal.warned('database unreachable in a session', { ...peer, reason: messageOf(error) });
  else journal.doorFault(peer, error);
}

/** Bans as operators see and lift them, from the command line, through the control socket and in the console. */
import { listBans, liftBans, type BanEntry, type LiftedBan } from '../doors/sign-in/bans.ts';
import { audit } from './audit.ts';
import type { LiveParts } from './customer-actions.ts';

/** @param all also scores that have not led to a ban */
export async function bansNow({ database, clock }: LiveParts, all: boolean): Promise<{ bans: BanEntry[] }> {
  return { bans: await listBans(database, clock.now(), all) };
}

/** Lifts what there is against an address, a network or a login; works at once, at all daemons. */
export async function liftBansOf(
  { database, clock }: LiveParts,
  subject: string,
  who: string,
): Promise<{ lifted: LiftedBan[] }> {
  return database.transaction(async (tx) => {
    const lifted = await liftBans(tx, subject);
    for (const ban of lifted)
      await audit(tx, clock, { who, action: 'unban', customer: null, before: ban, after: null });
    return { lifted };
  });
}

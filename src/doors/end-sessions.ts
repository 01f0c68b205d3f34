/** Without its connection a command ends in milliseconds; the answer to a refused sign-in is held back for a second. */
const WORK_END_MS_MAX = 1_500;

/**
 * Waits until the sessions of a door are over: for the grace by themselves, then cut off, and then for what they were
 * doing, so that all they have to tell the journal is told. A database or disk that does not answer holds nobody.
 *
 * @param sessions each resolves when it is over
 * @param cutOff ends the connections at once
 * @returns false where some are still at work
 */
export async function endSessions(
  sessions: Promise<void>[],
  graceMs: number,
  cutOff: () => void,
): Promise<boolean> {
  const over = Promise.all(sessions);
  if (await isOverIn(graceMs, over)) return true;
  cutOff();
  return isOverIn(WORK_END_MS_MAX, over);
}

async function isOverIn(ms: number, over: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  try {
    return await Promise.race([over.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

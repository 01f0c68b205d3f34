/** What is read from the database is the same for a moment, whoever asks: so many scrapes cost as much as one. */
const KEPT_MS = 5_000;

/**
 * @param read asked again where the last answer is older than that; what it is asked meanwhile shares one answer
 * @returns what it said; null where it failed
 */
export function keptFor<Answer>(read: () => Promise<Answer>, keptMs = KEPT_MS): () => Promise<Answer | null> {
  let last: { at: number; answer: Promise<Answer | null> } | null = null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.at > keptMs) last = { at: now, answer: read().catch(() => null) };
    return last.answer;
  };
}

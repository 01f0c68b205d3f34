import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';

/** Digests under a key of this process: a proof that comes again is known, and none can be read back. */
export function proofDigest(): (proof: readonly string[]) => string {
  const key = randomBytes(32);
  return (proof) => createHmac('sha256', key).update(JSON.stringify(proof)).digest('base64');
}

/** Puts a value last in a map of so many at most: where it is full, the one that was put longest ago is evicted. */
export function putLast<Value>(map: Map<string, Value>, key: string, value: Value, entriesMax: number): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size >= entriesMax) map.delete(oldest);
  map.set(key, value);
}

/** What was found about a proof some time ago, by its digest: no password is kept. */
export class RecentProofs<Value> {
  readonly #clock: Clock;
  readonly #limits: { keptMs: number; entriesMax: number };
  readonly #digest = proofDigest();
  readonly #found = new Map<string, { value: Value; untilMs: number }>();

  constructor(clock: Clock, limits: { keptMs: number; entriesMax: number }) {
    this.#clock = clock;
    this.#limits = limits;
  }

  keep(proof: readonly string[], value: Value): void {
    const { keptMs, entriesMax } = this.#limits;
    const untilMs = this.#clock.now().getTime() + keptMs;
    putLast(this.#found, this.#digest(proof), { value, untilMs }, entriesMax);
  }

  find(proof: readonly string[]): Value | null {
    const kept = this.#found.get(this.#digest(proof));
    return kept && kept.untilMs > this.#clock.now().getTime() ? kept.value : null;
  }

  forget(proof: readonly string[]): void {
    this.#found.delete(this.#digest(proof));
  }

  forgetWhere(isOutdated: (value: Value) => boolean): void {
    for (const [digest, { value }] of this.#found) if (isOutdated(value)) this.#found.delete(digest);
  }

  values(): Value[] {
    return [...this.#found.values()].map(({ value }) => value);
  }
}

/**
 * Everybody is served by one event loop: who works for long without a pause keeps all others waiting. Work is named
 * with `during`; the watch charges the loop's time to those names, and tells who used it when it was late.
 */
import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import type { Clock } from './clock.ts';

/** How late the loop was, and who had used the time. */
export interface LoopDelay {
  at: Date;
  ms: number;
  /** The most first; what nobody has named is `other`. */
  causes: { work: string; ms: number }[];
}

export interface LoopStatus {
  budgetMs: number;
  /** How often it was exceeded since the start. */
  exceeded: number;
  worst: LoopDelay | null;
  last: LoopDelay | null;
}

const OTHER = 'other';
/** Between two looks at the clock. */
const LOOK_MS = 20;
const CAUSES_MAX = 3;
/** A share that explains nothing. */
const CAUSE_MS_MIN = 10;

const names = new AsyncLocalStorage<string>();

/** Carries out some work, with all that it starts, under a name for the operator: no secret, no content of a file. */
export function during<Result>(work: string, carryOut: () => Result): Result {
  const charged = charging?.enter(work);
  try {
    return names.run(work, carryOut);
  } finally {
    if (charged) charging?.leave();
  }
}

/** Who has the loop now, and how long each has had it since the last look. Pure but for the time that it is told. */
export class Charges {
  readonly #now: () => number;
  #sinceMs: number;
  #current = OTHER;
  readonly #outer: string[] = [];
  #used = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
    this.#sinceMs = now();
  }

  enter(work: string): true {
    this.#charge();
    this.#outer.push(this.#current);
    this.#current = work;
    return true;
  }

  leave(): void {
    this.#charge();
    this.#current = this.#outer.pop() ?? OTHER;
  }

  /** What was used since the last time, the most first. */
  take(): { work: string; ms: number }[] {
    this.#charge();
    const used = [...this.#used].map(([work, ms]) => ({ work, ms: Math.round(ms) }));
    this.#used = new Map();
    return used.sort((one, other) => other.ms - one.ms);
  }

  #charge(): void {
    const now = this.#now();
    this.#used.set(this.#current, (this.#used.get(this.#current) ?? 0) + now - this.#sinceMs);
    this.#sinceMs = now;
  }
}

let charging: Charges | null = null;

export interface LoopWatch {
  status(): LoopStatus;
  stop(): void;
}

/**
 * One watch per process; a second one stands in for the first.
 *
 * @param budgetMs a longer delay is told
 */
export function watchLoop(budgetMs: number, clock: Clock, tell: (delay: LoopDelay) => void): LoopWatch {
  const charges = new Charges(() => performance.now());
  charging = charges;
  // Only these two hooks: they cost some 0.2 microseconds for each callback and each continuation after an await.
  const hook = createHook({
    before: () => void charges.enter(names.getStore() ?? OTHER),
    after: () => charges.leave(),
  }).enable();
  const status: LoopStatus = { budgetMs, exceeded: 0, worst: null, last: null };
  let dueMs = performance.now() + LOOK_MS;
  const look = () => {
    const ms = Math.round(performance.now() - dueMs);
    const causes = charges.take();
    dueMs = performance.now() + LOOK_MS;
    if (ms <= budgetMs) return;
    const shown = causes.filter((cause) => cause.ms >= CAUSE_MS_MIN).slice(0, CAUSES_MAX);
    const delay = { at: clock.now(), ms, causes: shown };
    status.exceeded += 1;
    status.last = delay;
    if (ms > (status.worst?.ms ?? 0)) status.worst = delay;
    tell(delay);
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return {
    status: () => ({ ...status }),
    stop: () => {
      clearInterval(timer);
      hook.disable();
      if (charging === charges) charging = null;
    },
  };
}

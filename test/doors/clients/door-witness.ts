import type { Peer, Journal } from '../../../src/events/events.ts';

/** A ban as it began. */
export interface SeenBan {
  kind: string;
  subject: string;
  /** Guesses of this subject that had been answered before. */
  refusedBefore: number;
}

/** The journal of attacked doors: counts faults and refusals, and remembers bans. */
export class DoorWitness {
  faults = 0;
  readonly bans: SeenBan[] = [];
  /** By address and by login. */
  readonly #refused = new Map<string, number>();
  readonly journal: Journal;

  constructor() {
    const events: Record<string, (...given: never[]) => void> = {
      doorFault: (_visitor: Peer, error: unknown) => {
        console.error(error);
        this.faults += 1;
      },
      signInRefused: ({ address, login }: Peer) => {
        for (const subject of [address, login])
          this.#refused.set(subject, (this.#refused.get(subject) ?? 0) + 1);
      },
    };
    const silent = () => undefined;
    this.journal = new Proxy({} as Journal, { get: (_target, event: string) => events[event] ?? silent });
  }

  banned(kind: string, subject: string): void {
    this.bans.push({ kind, subject, refusedBefore: this.#refused.get(subject) ?? 0 });
  }
}

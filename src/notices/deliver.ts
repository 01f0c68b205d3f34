/**
 * Delivers what waits: a lane for each endpoint with something due, so that one that is slow or gone delays nobody else. In
 * a lane one thing after the other, so that a receiver is told of a file in its order.
 */
import { deliverMail } from './deliver-mail.ts';
import { dueEndpoints } from './queue.ts';
import type { Endpoint } from './endpoints.ts';
import { deliverWebhooks } from './deliver-webhooks.ts';
import type { DeliveryParts } from './parts.ts';

const LANES_MAX = 16;
/** Of endpoints whose last try failed: slow ones keep no lane from those that are well. */
const FAILING_LANES_MAX = 8;

export class Deliveries {
  readonly #parts: DeliveryParts;
  readonly #lanes = new Map<number, { failing: boolean; done: Promise<void> }>();
  #after = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Opens lanes for what is due, as many as there is room for, and waits for none. @param onFault told what stops a lane */
  async fill(onFault: (error: unknown) => void): Promise<void> {
    const { database, clock, sendMail, stopping } = this.#parts;
    if (stopping.aborted || this.#lanes.size >= LANES_MAX) return;
    const found = await dueEndpoints(database, {
      now: clock.now(),
      busy: [...this.#lanes.keys()],
      after: this.#after,
      withMail: sendMail !== null,
      limit: LANES_MAX * 2,
    });
    for (const endpoint of found) this.#open(endpoint, onFault);
  }

  /** Resolves when no lane is open. */
  async idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all([...this.#lanes.values()].map(({ done }) => done));
  }

  #open(endpoint: Endpoint, onFault: (error: unknown) => void): void {
    const failing = endpoint.failures > 0;
    const others = [...this.#lanes.values()].filter((lane) => lane.failing).length;
    if (this.#lanes.size >= LANES_MAX || (failing && others >= FAILING_LANES_MAX)) return;
    this.#after = endpoint.id;
    const done = this.#work(endpoint, onFault);
    this.#lanes.set(endpoint.id, { failing, done });
  }

  async #work(endpoint: Endpoint, onFault: (error: unknown) => void): Promise<void> {
    let goesOn = false;
    try {
      goesOn = await this.#deliver(endpoint);
    } catch (error) {
      if (!this.#parts.stopping.aborted) onFault(error);
    }
    this.#lanes.delete(endpoint.id);
    // What waits only for a lane does not wait for the job.
    if (goesOn) await this.fill(onFault).catch(onFault);
  }

  async #deliver(endpoint: Endpoint): Promise<boolean> {
    const { sendMail } = this.#parts;
    if (endpoint.kind === 'webhook') return deliverWebhooks(this.#parts, endpoint);
    if (sendMail) await deliverMail({ ...this.#parts, sendMail }, endpoint);
    return false;
  }
}

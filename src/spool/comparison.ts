import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { customers } from '../accounts/customers/customer.ts';
import type { Clock } from '../clock.ts';
import { isPassing } from '../database/away.ts';
import type { Database } from '../database/open.ts';
import type { Journal } from '../events/events.ts';
import { codeOf } from '../fault.ts';
import { openPlaces, recordDifferences } from '../ledger/difference-rows.ts';
import { compareFolder } from './compare.ts';
import type { CustomerFolder } from './enter.ts';
import type { SpoolMount } from './mount.ts';

export interface CompareParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  /** Absolute path. */
  spool: string;
  mount: SpoolMount;
  /** What is found has changed: the customer is told. */
  found: (customer: number) => void;
}

/** A comparison that failed, because the database or the spool is away as a rule, is tried again so soon. */
const RETRY_MS = 1_000;

/** Compares spool and ledger beside the work, one customer after the other; nobody waits for it. */
export class Comparison implements AsyncDisposable {
  readonly #parts: CompareParts;
  readonly #stopping = new AbortController();
  /** By customer: a connection that breaks and comes back asks twice, and the same is not said again. */
  readonly #told = new Map<number, string>();
  #inHand: Promise<void> | null = null;
  #wanted = false;
  #failed = false;

  constructor(parts: CompareParts) {
    this.#parts = parts;
  }

  /** The database may have lost commits: compares now, or again after the comparison in hand. */
  request(): void {
    this.#wanted = true;
    this.#inHand ??= this.#work();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#inHand;
  }

  async #work(): Promise<void> {
    while (this.#wanted && !this.#stopping.signal.aborted) await this.#compare();
    this.#inHand = null;
  }

  async #compare(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      this.#wanted = false;
      await compareAll(this.#parts, this.#told, signal);
      this.#failed = false;
    } catch (error) {
      this.#wanted = true;
      // Told once, and not at all where the dispatcher tells it.
      if (!this.#failed && !isPassing(error)) this.#parts.journal.dispatcherFailed(error);
      this.#failed ||= !isPassing(error);
      await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

async function compareAll(
  parts: CompareParts,
  told: Map<number, string>,
  stopping: AbortSignal,
): Promise<void> {
  const { database, journal, mount, spool } = parts;
  await mount.expectThere();
  for (const { id: customer, folder } of await customers(database)) {
    if (stopping.aborted) return;
    await compareOne(parts, { customer, folder: path.join(spool, folder) }, told).catch((error: unknown) => {
      // One customer's folder that may not be looked into hides nobody else's files.
      if (!isFolderFault(error)) throw error;
      journal.folderFailed(customer, error);
    });
  }
}

function isFolderFault(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'ENOTDIR'].includes(codeOf(error) ?? '');
}

async function compareOne(
  { database, clock, journal, found: tell }: CompareParts,
  place: CustomerFolder,
  told: Map<number, string>,
): Promise<void> {
  const { customer } = place;
  const found = await compareFolder(database, place);
  await recordDifferences(database, customer, found, clock.now());
  const open = found.length === 0 ? new Set<string>() : await openPlaces(database, customer);
  const text = [...open].join('/');
  if (text === (told.get(customer) ?? '')) return;
  told.set(customer, text);
  if (open.size > 0) journal.spoolDiffers(customer, [...open]);
  tell(customer);
}

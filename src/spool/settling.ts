import type { Queryable } from '../database/open.ts';
import type { CustomerFolder } from './enter.ts';
import { unsettledFiles } from './intake.ts';

/** So many names of a folder are looked at again; one of them that still changes is reason enough to wait. */
const NAMES_MAX = 64;

/**
 * Whether uploads have settled. A folder in which something is being written is looked at several times a second, and it
 * may hold thousands of files: as long as one of the names that have kept it waiting still changes, no other is looked
 * at. That it has settled is said of the whole folder only. What is remembered is never the truth, so that it may be lost.
 */
export class Settling {
  /** Customer → names that were still changing at the last look. */
  readonly #changing = new Map<number, string[]>();

  async isBeingWritten(db: Queryable, place: CustomerFolder): Promise<boolean> {
    const known = this.#changing.get(place.customer);
    const still = known ? await unsettledFiles(db, place, known) : [];
    const changing = still.length > 0 ? still : await unsettledFiles(db, place, null);
    if (changing.length === 0) this.#changing.delete(place.customer);
    else this.#changing.set(place.customer, changing.slice(0, NAMES_MAX));
    return changing.length > 0;
  }

  /** The batch does not wait any longer, whatever is still being written. */
  forget(customer: number): void {
    this.#changing.delete(customer);
  }
}

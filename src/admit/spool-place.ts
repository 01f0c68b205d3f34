import { stat } from 'node:fs/promises';

/**
 * The spool as it was when the daemon started. A disk that is unmounted meanwhile leaves an empty folder: without a look at
 * this every waiting file would count as deleted by its customer.
 */
export class SpoolPlace {
  readonly #spool: string;
  readonly #identity: string;

  private constructor(spool: string, identity: string) {
    this.#spool = spool;
    this.#identity = identity;
  }

  /** @param spool absolute path of a folder that is there */
  static async of(spool: string): Promise<SpoolPlace> {
    return new SpoolPlace(spool, await identityOf(spool));
  }

  /** @throws a passing fault where another folder is there, or none */
  async expectThere(): Promise<void> {
    if ((await identityOf(this.#spool)) === this.#identity) return;
    throw Object.assign(
      new Error(
        `${this.#spool} is not the spool that the daemon started on. Is its disk mounted? ` +
          'Work goes on when it is back; where it was replaced on purpose, restart the daemon.',
      ),
      { code: 'ESTALE' },
    );
  }
}

async function identityOf(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder).catch(() => ({ dev: 0, ino: 0 }));
  return `${dev}:${ino}`;
}

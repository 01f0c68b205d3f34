import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SPOOL_ID, TAKEN } from '../change-file/change-file.ts';
import type { Clock } from '../clock.ts';
import type { Database, Queryable, Transaction } from '../database/open.ts';
import { isThere, removeAttempts, writeDurably } from '../durable.ts';
import { codeOf, OperatorFault } from '../fault.ts';
import { latestWaiting } from '../ledger/entering.ts';
import { operator } from '../messages/en/operator.ts';

interface PlaceParts {
  database: Database;
  clock: Clock;
  /** Absolute path of a folder that is there. */
  spool: string;
}

/**
 * The spool, known by an identity that stands in it and in the database. A disk that is not mounted leaves an empty
 * folder: without this every waiting file would count as deleted by its customer, and one in hand as lost.
 */
export class SpoolMount {
  readonly #spool: string;
  readonly #identity: string;

  private constructor(spool: string, identity: string) {
    this.#spool = spool;
    this.#identity = identity;
  }

  /**
   * Takes up the spool of the database; one that never had an identity gets it.
   *
   * @throws {OperatorFault} where the folder is not the spool of this database
   */
  static async of(parts: PlaceParts): Promise<SpoolMount> {
    return parts.database.transaction(async (tx) => {
      // Two daemons that start for the first time give one identity.
      await tx.query('lock table spool_identity in exclusive mode');
      const { rows } = await tx.query<{ identity: string }>('select identity from spool_identity');
      const known = rows[0]?.identity ?? null;
      const found = await identityIn(parts.spool);
      const verdict = judgeSpool(known, found, known === null && found === null && (await isStranger(parts)));
      if (verdict === 'adopt') return new SpoolMount(parts.spool, await adopt(tx, parts, found));
      const problem = verdict === null ? null : problemText(parts.spool, verdict, known);
      if (problem !== null) throw new OperatorFault(problem, 2);
      return new SpoolMount(parts.spool, known ?? '');
    });
  }

  /** For a command: takes up nothing. */
  static async known({ database, spool }: Pick<PlaceParts, 'database' | 'spool'>): Promise<SpoolMount> {
    const { rows } = await database.query<{ identity: string }>('select identity from spool_identity');
    const identity = rows[0]?.identity;
    if (identity === undefined) throw new OperatorFault(operator.spool.unknown(spool));
    return new SpoolMount(spool, identity);
  }

  /** What is wrong with the spool now, in words for an operator; null where it is the right one. */
  async problem(): Promise<string | null> {
    let found: string | null;
    try {
      found = await identityIn(this.#spool);
    } catch (error) {
      return operator.spool.unreadable(this.#spool, codeOf(error) ?? 'unknown error');
    }
    const verdict = judgeSpool(this.#identity, found, false);
    return verdict === null || verdict === 'adopt' ? null : problemText(this.#spool, verdict, this.#identity);
  }

  /** @throws a passing fault where another folder is there, or none; work goes on when the spool is back */
  async expectThere(): Promise<void> {
    const problem = await this.problem();
    if (problem !== null) throw Object.assign(new Error(problem), { code: 'ESTALE' });
  }
}

/**
 * @param known the identity in the database, null: none yet
 * @param found the identity in the folder, null: none
 * @param stranger files wait, and the folder has none of them
 * @returns null where it is the right spool; `adopt` where the two have not met yet; else what is wrong
 */
export function judgeSpool(
  known: string | null,
  found: string | null,
  stranger: boolean,
): 'adopt' | 'without-identity' | 'another' | 'empty' | null {
  if (known === null) return stranger ? 'empty' : 'adopt';
  if (found === null) return 'without-identity';
  return known === found ? null : 'another';
}

function problemText(
  spool: string,
  problem: 'without-identity' | 'another' | 'empty',
  identity: string | null,
): string {
  const file = path.join(spool, SPOOL_ID);
  const { wrong, check, noWaitingFiles, onPurpose, another, withoutIdentity } = operator.spool;
  if (problem === 'empty') return `${wrong(spool)} ${noWaitingFiles(file)}`;
  const fault = problem === 'another' ? another(SPOOL_ID) : withoutIdentity(SPOOL_ID);
  return `${wrong(spool)} ${fault} ${check} ${onPurpose(identity ?? '', file)}`;
}

async function identityIn(spool: string): Promise<string | null> {
  try {
    return (await readFile(path.join(spool, SPOOL_ID), 'utf8')).trim() || null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

/** The file is durable before the database knows of it; a start that dies in between finds it and adopts it. */
async function adopt(tx: Transaction, { spool, clock }: PlaceParts, found: string | null): Promise<string> {
  const identity = found ?? randomUUID();
  const file = path.join(spool, SPOOL_ID);
  await removeAttempts(file);
  if (found === null) await writeDurably(file, (handle) => handle.writeFile(`${identity}\n`));
  await tx.query('insert into spool_identity (identity, adopted_at) values ($1, $2)', [
    identity,
    clock.now(),
  ]);
  return identity;
}

/** So many waiting files are looked for. */
const LOOKED_FOR = 100;

/** Whether files wait by the ledger and the folder has none of them: of an installation older than the identity. */
async function isStranger({ database, spool }: PlaceParts): Promise<boolean> {
  const places = await waitingPlaces(database, spool);
  for (const place of places) if (await isThere(place)) return false;
  return places.length > 0;
}

async function waitingPlaces(db: Queryable, spool: string): Promise<string[]> {
  return (await latestWaiting(db, LOOKED_FOR)).flatMap(({ folder, id, name }) => [
    path.join(spool, folder, name),
    path.join(spool, folder, TAKEN, String(id)),
  ]);
}

/** What the transaction that decides a file begins and ends with: what is known before, and what is counted after it. */
import {
  actingAdministrator,
  CUSTOMER_COLUMNS,
  type Administrator,
  type Customer,
} from '../accounts/customers/customer.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import type { Periods } from '../order/periods.ts';
import { countedPeriods, countingOperations, usedPeriods, type UsedPeriod } from './caps.ts';
import { worthAWord, type MissingNumber } from '../order/sequence.ts';
import { gapNumber, MISSING_BEFORE, storingSequence, type GapRow } from './sequence.ts';

/** What is known of a file besides what stands in it. */
export interface Known {
  owner: Customer;
  /** The last processed number of the file's counter; null: none. */
  last: bigint | null;
  /** Entries of the last files of the counter that were carried out. */
  sizes: readonly number[];
  /** Of the periods that may be the present ones. */
  used: readonly UsedPeriod[];
  /** Numbers before the file's own that never came, where that is worth a word. */
  missing: MissingNumber[];
  /** The last file that said the same; null: none. */
  earlier: string | null;
  /** In whose name it is carried out; null: the operator's. */
  administrator: Administrator | null;
}

interface KnownRow {
  owner: Customer;
  counter: { last: string; sizes: number[] } | null;
  used: UsedPeriod[];
  missing: GapRow[];
  earlier: string | null;
  administrator: Administrator | null;
}

const KNOWN = `
  (select row_to_json(n) from (select last::text, sizes from sequence_counter where customer_id = $1 and source = $2 and type = $3) n)
    as counter,
  (select coalesce(json_agg(u), '[]') from (${usedPeriods('$1', '$5')}) u) as used,
  (select coalesce(json_agg(m), '[]') from (${MISSING_BEFORE}) m) as missing,
  (select name from change_file where customer_id = $1 and content_sha256 = $6 and id <> $7
      and decision = 'applied' and total > 0 order by finished_at desc limit 1) as earlier,
  (select row_to_json(a) from (${actingAdministrator('$1')}) a) as administrator`;

const READ = `
  select row_to_json(owner) as owner, ${KNOWN}
    from (select ${CUSTOMER_COLUMNS} from customer where id = $1) owner`;

/** Whoever else changes the customer's accounts, an organisation file for one, waits for its lock, and this one for it. */
const LOCK = `
  with owner as materialized (select ${CUSTOMER_COLUMNS} from customer where id = $1 for no key update)
  select row_to_json(owner) as owner, ${KNOWN}
    from owner, change_file f
   where f.id = $7 and f.state = $8 and f.entries = $9 and f.batch_id is not distinct from $10
     and f.ruling is not distinct from $11::jsonb for update of f`;

/** When it is asked, and the SHA-256 of the file; null: not known. */
interface Asked {
  now: Date;
  digest: string | null;
}

/**
 * Locks the customer's accounts and the file's row. Sequence numbers and used caps are read in the same statement,
 * though it may have waited for the locks: only who decides this very file changes them, and after that its row is another.
 *
 * @returns null where somebody else has worked on it in the meantime
 */
export async function lockDecision(tx: Transaction, file: ChangeFile, asked: Asked): Promise<Known | null> {
  const { id, state, progress, batch, ruling } = file;
  const { rows } = await tx.query<KnownRow>(LOCK, [
    ...namesOf(file),
    asked.now,
    asked.digest,
    id,
    state,
    progress?.read ?? 0,
    batch,
    ruling ?? null,
  ]);
  return rows[0] ? knownFrom(rows[0]) : null;
}

/** The same without locks, for who decides nothing. */
export async function knownOf(db: Queryable, file: ChangeFile, now: Date): Promise<Known> {
  const { rows } = await db.query<KnownRow>(READ, [...namesOf(file), now, null, file.id]);
  const [row] = rows;
  if (!row) throw new Error(`customer ${file.customer} of a change file is not there`);
  return knownFrom(row);
}

function namesOf({ customer, parsed }: ChangeFile): unknown[] {
  return [customer, parsed?.source ?? null, parsed?.type ?? null, parsed?.sequence.toString() ?? null];
}

function knownFrom({ counter, missing, ...rest }: KnownRow): Known {
  const last = counter && BigInt(counter.last);
  return { ...rest, last, sizes: counter?.sizes ?? [], missing: worthAWord(missing.map(gapNumber)) };
}

const COUNT_FILE = `with stored as (${storingSequence('$8')}) ${countingOperations(5)}`;

/** A file whose first slice is applied is processed from then on: its number is stored, and all its entries are counted. */
export async function countFile(
  tx: Transaction,
  file: ChangeFile,
  {
    counted,
    size,
  }: {
    /** Against the caps. */ counted: number;
    /** Entries; null: it is not carried out. */ size: number | null;
  },
  periods: Periods,
  countsHourly: boolean,
): Promise<void> {
  await tx.query(COUNT_FILE, [...namesOf(file), counted, ...countedPeriods(periods, countsHourly), size]);
}

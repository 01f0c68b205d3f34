/**
 * The state chart of a change file (change-file/change-file.ts) as code: one function per exit. An exit that the chart
 * does not know is refused: the row stays as it is, and the caller hears of it.
 */
import type { ChangeFile, ChangeFileState } from '../change-file/change-file.ts';
import type { DiscardReason, Hold, Ruling } from '../change-file/danger.ts';
import type { Position } from '../change-file/entry.ts';
import type { Outcome } from '../change-file/outcome.ts';
import type { QuarantineRefusal } from '../change-file/reported-file.ts';
import type { Refusal } from '../change-file/result-code.ts';
import { MAY_BE_LOST } from '../database/durability.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { leaveBatchBehind } from './behind.ts';
import { insertedEvents, INTO_EVENT, jsonOf, record, type TimedEvent } from '../events/record.ts';

/** From which states an exit leads. */
export const EXITS = {
  /** A cap or a missing number: until the next hour or day, or until it came. */
  defer: ['waiting'],
  refuse: ['waiting'],
  /** It would hit too many people: until somebody decides, or nobody has in time. */
  hold: ['waiting'],
  rule: ['held'],
  /** Also one that was approved and whose turn has not come: a newer one is carried out first. */
  discard: ['held', 'waiting'],
  withdraw: ['waiting', 'deferred', 'held'],
  quarantine: ['waiting'],
  /** A slice is done, the rest follows. */
  goOn: ['waiting', 'applying'],
  apply: ['waiting', 'applying'],
  /** It fails by faults of ours, or has disappeared. */
  end: ['waiting', 'applying'],
  file: ['applied', 'rejected'],
  /** What was withdrawn lies in hand after all. */
  giveBack: ['withdrawn'],
  /** Its folder lacks what was filed there. */
  fileAgain: ['filed'],
} as const satisfies Record<string, readonly ChangeFileState[]>;

/** Only what the exit is made for has its row changed. */
const among = (exit: keyof typeof EXITS) =>
  `state in (${EXITS[exit].map((state) => `'${state}'`).join(', ')})`;

/** In the transaction that decides, which holds the row's lock: an exit that is refused there is a fault of ours. */
export async function expectExit(exit: Promise<boolean>): Promise<void> {
  if (!(await exit)) throw new Error('the change file is not in a state that leads there');
}

/** What a deferred file waits for: the next clock hour or day, or a missing sequence number. */
export type WaitReason = 'hour' | 'day' | 'sequence';

/**
 * The file waits until then, and with it all later ones of the customer, which would be refused for their numbers if
 * they went first (rule 12.7).
 */
export async function defer(
  tx: Transaction,
  file: ChangeFile,
  reason: WaitReason,
  until: Date,
  entries: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update change_file set state = 'deferred', deferred_until = $2, deferred_for = $3, waited_for = coalesce(waited_for, $3),
       total = $4, batch_id = null
      where id = $1 and ${among('defer')}`,
    [file.id, until, reason, entries],
  );
  await tx.query(`update change_file set batch_id = null where batch_id = $1 and state = 'waiting'`, [
    file.batch,
  ]);
  return rowCount === 1;
}

/**
 * A gate refused the file: `_error`, a line in the report, no trace, number not stored (rules 14).
 *
 * @param refusal why, as the report tells it
 * @param filedAs under which name it will lie in `_error`
 */
export async function refuse(
  tx: Transaction,
  file: ChangeFile,
  refusal: Refusal | { code: null },
  filedAs: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update change_file set state = 'rejected', decision = 'refused', taken = true, started_at = $2, finished_at = $2,
       code = $3, detail = $4, folder = '_error', filed_as = $5 where id = $1 and ${among('refuse')}`,
    [file.id, now, refusal.code, refusal, filedAs],
  );
  return rowCount === 1;
}

/**
 * The file waits for a person, outside of any batch; it lies in the upload folder unless it could not go back there.
 *
 * @param until when it is discarded unless somebody decides; null: it waits as long as that takes, and later files of its source
 * and type behind it
 */
export async function hold(
  tx: Transaction,
  file: ChangeFile,
  why: Hold,
  { until, entries, taken }: { until: Date | null; entries: number; taken: boolean },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update change_file set state = 'held', waited_for = coalesce(waited_for, 'decision'), hold = $2, held_until = $3, total = $4, taken = $5, ruling = null, batch_id = null,
       failures = 0
      where id = $1 and ${among('hold')}`,
    [file.id, why, until, entries, taken],
  );
  if (until === null) await leaveBatchBehind(tx, file);
  return rowCount === 1;
}

/** A held file was approved: its turn comes again and decides it anew. */
export async function rule(db: Queryable, file: Pick<ChangeFile, 'id'>, ruling: Ruling): Promise<boolean> {
  const { rowCount } = await db.query(
    `update change_file set state = 'waiting', ruling = $2, held_until = null where id = $1 and ${among('rule')}`,
    [file.id, ruling],
  );
  return rowCount === 1;
}

/** Why files are discarded, and who says so. */
export interface Discarding {
  why: DiscardReason;
  /** Of the event: a login, an operator's name, or this program. */
  who: string | null;
  address?: string | null;
  /** Which file has said so; left out where none has. */
  answer?: string;
  /** In the words of the one who decided; left out where there are none. */
  reason?: string;
}

/**
 * Nothing of them is carried out: their turns come again, and refuse them. In one statement with what is told of it.
 *
 * @param which condition on `change_file`, with its values from $7 on
 * @returns each with its customer and for how many people it was held
 */
export async function discardAll(
  db: Queryable,
  which: { where: string; values: readonly unknown[]; skipLocked?: boolean },
  { why, who, address = null, answer, reason }: Discarding,
  now: Date,
): Promise<{ customer: number; ruling: Ruling }[]> {
  const { rows } = await db.query<{ customer: number; ruling: Ruling }>(
    `with due as (
       select id from change_file where ${among('discard')} and ${which.where} order by id
          for update ${which.skipLocked ? 'skip locked' : ''}
     ), done as (
       update change_file f set state = 'waiting', held_until = null, ruling = jsonb_strip_nulls(jsonb_build_object(
           'verdict', 'discarded', 'why', $1::text, 'answer', $2::text, 'reason', $6::text,
           'people', (hold->>'absent')::int + (hold->>'disabled')::int + coalesce((hold->>'removed')::int, 0)))
         from due where f.id = due.id returning f.customer_id, f.name, f.ruling
     ), told as (
       ${INTO_EVENT} $3::timestamptz, 'file.discarded', customer_id, $4::text, $5::text, name,
         jsonb_strip_nulls(jsonb_build_object('why', $1::text, 'people', ruling->'people', 'reason', $6::text)) from done)
     select customer_id as customer, ruling from done`,
    [why, answer ?? null, now, who, address, reason || null, ...which.values],
  );
  return rows;
}

/** Of a statement that enters a file over the one of its name: what was held, or decided, was the other one. */
export const INTO_REPLACED = `state = case change_file.state when 'held' then 'waiting' else change_file.state end,
          ruling = null, held_until = null`;

const INTO_WITHDRAWN = `${INTO_EVENT} $2, 'file.withdrawn', customer_id, null, null, name, '{}' from done`;

/** The customer deleted the file while it waited. One that is in hand right now was taken, not deleted. */
export async function withdraw(db: Queryable, file: Pick<ChangeFile, 'id'>, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `with done as (update change_file set state = 'withdrawn', finished_at = $2 where id =
       (select f.id from change_file f join customer c on c.id = f.customer_id
         where f.id = $1 and f.${among('withdraw')} and not f.taken for update skip locked) returning customer_id, name)
     ${INTO_WITHDRAWN}`,
    [file.id, now],
  );
  return rowCount === 1;
}

/** The same in the customer's own turn, which holds the locks: nobody else has the file in hand. */
export async function withdrawInTurn(db: Queryable, file: ChangeFile, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `with done as (update change_file set state = 'withdrawn', finished_at = $2 where id = $1 and ${among('withdraw')}
       returning customer_id, name)
     ${INTO_WITHDRAWN}`,
    [file.id, now],
  );
  return rowCount === 1;
}

/** The scanner keeps the file; it has been taken out of the customer's folder already. */
export async function quarantine(
  tx: Transaction,
  file: ChangeFile,
  { reason, sha256 }: { reason: QuarantineRefusal; sha256: string },
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with done as (update change_file set state = 'quarantined', decision = 'refused', taken = true,
       started_at = $2, finished_at = $2, detail = $3, filed_sha256 = $4 where id = $1 and ${among('quarantine')}
       returning customer_id, name, login, address)
     ${INTO_EVENT} $2, 'file.quarantined', customer_id, login, address, name, $3 from done`,
    [file.id, now, reason, sha256],
  );
  return rowCount === 1;
}

/** What a slice has come to, stored with the exit. */
export interface CountedSlice {
  outcome: Pick<Outcome, 'read' | 'written' | 'readErrors' | 'writeErrors' | 'refusal'>;
  saved: {
    /** Entries of the whole file. */
    total: number;
    started: Date;
    digest: string | null;
    /** What is told of it. */
    events: readonly TimedEvent[];
    /** How many people it has removed, suspended or disabled. */
    removals?: number;
  };
}

const COUNTED = `taken = true, failures = 0, started_at = $2, total = $3, entries = $4, written = $5, read_errors = $6,
  write_errors = $7, code = $8, detail = $9, content_sha256 = coalesce($10, content_sha256), removals = removals + $12`;

function counted({ outcome, saved }: CountedSlice): unknown[] {
  const { read, written, readErrors, writeErrors, refusal } = outcome;
  const { started, total, digest, events, removals = 0 } = saved;
  const code = refusal?.code ?? null;
  return [
    started,
    total,
    read,
    written,
    readErrors,
    writeErrors,
    code,
    refusal,
    digest,
    jsonOf(events),
    removals,
  ];
}

/** The exit and what is told of it. */
const telling = (exit: string) => `
  with done as (${exit} returning 1), told as (${insertedEvents('$11::jsonb')}) select 1 from done`;

/** A slice is done; the file goes on there. */
export async function goOn(
  tx: Transaction,
  file: Pick<ChangeFile, 'id'>,
  next: Position,
  slice: CountedSlice,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    telling(`update change_file set state = 'applying', next_line = $13, next_byte = $14, ${COUNTED}
      where id = $1 and ${among('goOn')}`),
    [file.id, ...counted(slice), next.line, next.byte],
  );
  return rowCount === 1;
}

/** What has become of a file, all of which is decided, and where it goes. */
export function fateOf({ readErrors, writeErrors, refusal }: CountedSlice['outcome']): {
  decision: 'held' | 'applied';
  folder: '_error' | '_processed';
} {
  return {
    decision: refusal?.code === 1001 ? 'held' : 'applied',
    folder: readErrors + writeErrors > 0 || refusal ? '_error' : '_processed',
  };
}

/** What is chosen with the exit. */
export interface NamedExit {
  /** Under which name the file will lie in its folder; null: that is chosen later. */
  filedAs: string | null;
  /** Under which number what failed can be sent again; left out: it is chosen later, or there is none. */
  retryNumber?: string | null;
}

/**
 * All that the file says is decided.
 */
export async function apply(
  tx: Transaction,
  file: Pick<ChangeFile, 'id'>,
  slice: CountedSlice,
  { filedAs, retryNumber = null }: NamedExit,
  now: Date,
): Promise<boolean> {
  const { decision, folder } = fateOf(slice.outcome);
  const { rowCount } = await tx.query(
    telling(`update change_file set state = 'applied', finished_at = $13, folder = $14, decision = $15, filed_as = $16,
      retry_number = coalesce($17, retry_number), ${COUNTED}
      where id = $1 and ${among('apply')}`),
    [file.id, ...counted(slice), now, folder, decision, filedAs, retryNumber],
  );
  return rowCount === 1;
}

/** Why a file ends before all its entries were decided. */
export type EndReason = 'set-aside' | 'lost';

/**
 * Ends a file. Where slices of it are applied already, their results stand and it keeps its number, counts and trace;
 * else it is refused like at a gate.
 *
 * @returns false where somebody else has worked on it meanwhile
 */
export async function end(tx: Transaction, file: ChangeFile, reason: EndReason, now: Date): Promise<boolean> {
  const { progress } = file;
  const detail = { code: null, reason, limit: progress?.read ?? 0, entries: progress?.total ?? 0 };
  const { rowCount } = await tx.query(
    `update change_file set state = $3, decision = $4, taken = true, started_at = coalesce(started_at, $2),
       finished_at = $2, code = null, detail = $5, folder = '_error', failures = 0
      where id = $1 and state = $6 and ${among('end')}`,
    [file.id, now, progress ? 'applied' : 'rejected', progress ? 'applied' : 'refused', detail, file.state],
  );
  if (rowCount !== 1) return false;
  await record(tx, now, {
    type: 'file.set_aside',
    customer: file.customer,
    who: 'spoolgate',
    subject: file.name,
    data: { id: file.id, reason, entriesDone: detail.limit },
  });
  return true;
}

export interface Filed {
  name: string;
  isTraced: boolean;
  /** SHA-256 of the file; null: what was read for its first entry is known, or it is not there. */
  sha256: string | null;
  /** SHA-256 of its trace; null: it has none. */
  trace: string | null;
}

/**
 * The file lies in its folder under this name: the end. The note that its trace could not be written goes where it
 * could be in the end. Where it is lost, the file is found in its folder and filed again.
 */
export async function file(
  db: Queryable,
  { id, batch }: ChangeFile,
  { name, isTraced, sha256, trace }: Filed,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with mended as
       (delete from batch_note where batch_id = $4 and change_file_id = $1 and kind = 'no-trace' and $3),
     done as (update change_file set state = 'filed', filed_as = $2, failures = 0, filed_sha256 = $6, trace_sha256 = $7 where id = $1 and ${among('file')} and ${MAY_BE_LOST}
       returning customer_id, name, folder)
     ${INTO_EVENT} $5::timestamptz, 'file.filed', customer_id, null, null, name, jsonb_build_object('folder', folder, 'as', $2::text)
       from done`,
    [id, name, isTraced, batch, now, sha256, trace],
  );
  return rowCount === 1;
}

export async function giveBack(db: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update change_file set state = 'waiting', taken = true, batch_id = null, finished_at = null
      where id = $1 and ${among('giveBack')}`,
    [id],
  );
  return rowCount === 1;
}

export async function fileAgain(db: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update change_file set state = case decision when 'refused' then 'rejected' else 'applied' end
      where id = $1 and ${among('fileAgain')}`,
    [id],
  );
  return rowCount === 1;
}

/** What an undo reads of changes and accounts, and what it ends. */
import { isInRanges, type EntryRange } from '../../change-file/undo.ts';
import type { Queryable, Transaction } from '../../database/open.ts';
import { SUBJECT_KINDS, type SubjectKind } from '../changes/change-rows.ts';
import type { TracedChange } from './claim.ts';
import type { FollowedUp } from './person-case.ts';

/** The file whose changes are taken back. */
export interface UndoneFile {
  id: number;
  name: string;
  startedAt: Date;
}

/** Whom a file has changed. */
export interface ChangedSubject {
  kind: SubjectKind;
  id: number;
  /** The file has made the account or entry. */
  isNew: boolean;
  /** The address that it had before the file, where that has given it another one. */
  address: string | null;
}

/** Those that were changed last come first: what was given up for others is free again before it is asked for. */
const SUBJECTS = `
  select case kind when 1 then 'person' else 'entry' end as kind, subject_id as id,
         coalesce((array_agg(coalesce(diff->'state'->0, diff->'dn'->0)::text order by seq)
           filter (where diff->'state' is not null or diff->'dn' is not null))[1] = 'null', false) as "isNew",
         (array_agg(diff->'email'->>0 order by seq) filter (where diff->'email' is not null))[1] as address
    from change
   where customer_id = $1 and seq >= $2 and file_id = $3
     and ($4::int[] is null or exists (select 1 from unnest($4::int[], $5::int[]) as r (first, last)
                                        where entry between r.first and r.last))
   group by kind, subject_id order by "isNew" desc, max(seq) desc`;

export async function changedSubjects(
  db: Queryable,
  customer: number,
  { id, startedAt }: UndoneFile,
  ranges: readonly EntryRange[] | null,
): Promise<ChangedSubject[]> {
  const { rows } = await db.query<ChangedSubject>(SUBJECTS, [
    customer,
    seqOf(startedAt),
    id,
    ranges && ranges.map(([first]) => first),
    ranges && ranges.map(([, last]) => last),
  ]);
  return rows;
}

/** No change of the file has a smaller number. */
function seqOf(at: Date): number {
  return at.getTime() * 1000;
}

interface HistoryRow extends TracedChange {
  undone: boolean;
}

/** What happened to each of these since the file began, oldest first, and which of it was taken back before. */
export async function historiesSince(
  db: Queryable,
  customer: number,
  kind: SubjectKind,
  { subjects, since }: { subjects: readonly number[]; since: Date },
): Promise<{ histories: Map<number, TracedChange[]>; undone: Set<number> }> {
  const { rows } = await db.query<HistoryRow>(
    `select c.subject_id as subject, c.seq, c.file_id as "fileId", c.entry, c.line, c.operation, c.who,
            c.undo_id as "undoId", c.diff, null as file,
            exists (select 1 from undo_change u where u.kind = $3 and u.subject_id = c.subject_id and u.seq = c.seq
                       and u.taken_back) as undone
       from change c
      where c.customer_id = $1 and c.subject_id = any($2) and c.kind = $3 and c.seq >= $4 order by c.seq`,
    [customer, subjects, SUBJECT_KINDS[kind], seqOf(since)],
  );
  return {
    histories: Map.groupBy<number, TracedChange>(rows, ({ subject }) => subject),
    undone: new Set(rows.filter(({ undone }) => undone).map(({ seq }) => seq)),
  };
}

/** Whether the undo asks for a change. */
export function askedFor(
  { id }: UndoneFile,
  ranges: readonly EntryRange[] | null,
): (change: TracedChange) => boolean {
  return ({ fileId, entry }) => fileId === id && isInRanges(ranges, entry ?? 0);
}

/** Subscriber → address, of those who have not been removed for good. */
export async function addressesOf(
  db: Queryable,
  customer: number,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const { rows } = await db.query<{ id: number; email: string }>(
    `select id, email from subscriber where customer_id = $1 and id = any($2) and state <> 'removed'`,
    [customer, ids],
  );
  return new Map(rows.map(({ id, email }) => [id, email]));
}

/** Address → subscriber, of those of the addresses that somebody of the customer has. */
export async function holdersOf(
  db: Queryable,
  customer: number,
  addresses: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: number; email: string }>(
    `select id, email from subscriber where email = any($2) and state <> 'removed' and customer_id = $1`,
    [customer, addresses],
  );
  return new Map(rows.map(({ id, email }) => [email, id]));
}

/** Who has ids of these in the directories of sources: source and id, joined by a NUL → subscriber. */
export async function objectIdHolders(
  db: Queryable,
  customer: number,
  objectIds: readonly string[],
): Promise<Map<string, number>> {
  if (objectIds.length === 0) return new Map();
  const { rows } = await db.query<{ id: number; source: string; object: string }>(
    `select id, managed_by_source as source, managed_by_object as object from subscriber
      where customer_id = $1 and managed_by_object = any($2) and state <> 'removed'`,
    [customer, objectIds],
  );
  return new Map(rows.map(({ id, source, object }) => [`${source}\0${object}`, id]));
}

/** Directory entry → folded DN. */
export async function entryKeysOf(
  db: Queryable,
  customer: number,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const { rows } = await db.query<{ id: number; key: string }>(
    'select id, dn_key as key from directory_entry where customer_id = $1 and id = any($2)',
    [customer, ids],
  );
  return new Map(rows.map(({ id, key }) => [id, key]));
}

interface FollowedUpRow extends FollowedUp {
  subscriber: number;
}

/** What followed from the file's changes: subscriber → what, in one look for all of them. */
export async function followedUp(
  db: Queryable,
  customer: number,
  file: number,
): Promise<Map<number, FollowedUp[]>> {
  const { rows } = await db.query<FollowedUpRow>(
    `select id, subscriber_id as subscriber, topic, entry, done_at is not null as "isDone",
            case when outcome = 'sent' then payload->>'to' end as "sentTo"
       from outbox where customer_id = $1 and change_file_id = $2 and subscriber_id is not null order by id`,
    [customer, file],
  );
  return Map.groupBy(rows, ({ subscriber }) => subscriber);
}

/** What has not followed yet does not follow any more. */
export async function callOff(tx: Transaction, ids: readonly number[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update outbox set done_at = $2, outcome = 'undone' where id = any($1) and done_at is null`,
    [ids, now],
  );
}

/** Ends accounts that an undo takes back: as though they had never been, their addresses are free at once. */
export async function endAccounts(tx: Transaction, ids: readonly number[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update subscriber set state = 'removed', state_before_suspend = null, removed_at = $2, invitation_token_hash = null
      where id = any($1)`,
    [ids, now],
  );
}

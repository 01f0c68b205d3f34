/** What the report of a batch is made of. */
import type {
  QuarantineRefusal,
  ReportedFile,
  UncodedRefusal,
  Warning,
} from '../change-file/reported-file.ts';
import type { Effects } from '../change-file/entry.ts';
import { addEffects } from '../change-file/outcome.ts';
import type { LastReceipt, ReceiptFacts } from '../change-file/receipt-facts.ts';
import type { Refusal } from '../change-file/result-code.ts';
import { onlyRow, type Queryable } from '../database/open.ts';
import { absentOf } from './absent.ts';
import { lastReceiptOf, RECEIPT_FACTS, type ReceiptSource } from './receipt-rows.ts';

interface FileRow {
  id: number;
  name: string;
  type: string | null;
  source: string | null;
  /** ISO 8601, like all moments here. */
  received_at: string;
  waited_for: WaitedFor | null;
  started_at: string;
  finished_at: string;
  detail: Refusal | UncodedRefusal | QuarantineRefusal | null;
  decision: 'applied' | 'held' | 'refused';
  entries: number;
  written: number;
  read_errors: number;
  write_errors: number;
  replaced: number;
  folder: string | null;
  filed_as: string | null;
  retry_number: string | null;
  warnings: Warning[];
  effects: Effects[];
  failures: ReportedFile['failures'];
  hasAbsent: boolean;
  facts: ReceiptFacts;
}

interface WaitingRow {
  name: string;
  type: string | null;
  at: string;
  detail: UncodedRefusal;
}

interface ReportedRow {
  decided: FileRow[];
  waiting: WaitingRow[];
  differs: boolean;
  name: string;
  last: LastReceipt | null;
}

export type WaitedFor = 'hour' | 'day' | 'sequence' | 'scanner' | 'decision' | 'pause';

/** What a report tells, and for how long its files had to wait for it. */
export interface Reported {
  /** Those decided, in their order, then those that wait for the next day. */
  files: ReportedFile[];
  /** When those decided were uploaded, and what has kept them from their turn; null: nothing has. */
  waits: { type: string | null; receivedAt: Date; waitedFor: WaitedFor | null }[];
  /** The spool has files of the customer that the ledger does not know, and no earlier report has told of them. */
  isToldOfDifferences: boolean;
  /** Name of the report. */
  name: string;
  receipts: ReceiptSource;
}

const DECIDED = `
  select id, name, type, source, received_at, waited_for, started_at, finished_at, decision, detail, entries, written, read_errors, write_errors,
         replaced, folder, filed_as, retry_number::text,
         (select coalesce(json_agg(n.detail order by n.id), '[]') from batch_note n
           where n.batch_id = $1 and n.change_file_id = f.id and n.kind not in ('day-limit', 'same-content', 'effects')) as warnings,
         (select coalesce(json_agg(n.detail order by n.id), '[]') from batch_note n
           where n.batch_id = $1 and n.change_file_id = f.id and n.kind = 'effects') as effects,
         (select coalesce(json_agg(json_build_object('entry', r.entry, 'line', r.line, 'subject', r.subject, 'refusal', r.detail)
             order by r.entry), '[]')
           from refused_entry r where r.change_file_id = f.id and r.started_at = f.started_at) as failures,
         exists (select 1 from absent_entry a where a.change_file_id = f.id) as "hasAbsent",
         ${RECEIPT_FACTS} as facts
    from change_file f where batch_id = $1 and decision is not null order by finished_at, id`;

/** Files that wait for the next day have a line, once a day (rules 13). */
const OVER_THE_DAY = `
  select f.name, f.type, n.at, n.detail from batch_note n join change_file f on f.id = n.change_file_id
   where n.batch_id = $1 and n.kind = 'day-limit' order by n.id`;

/** Of two batches of a customer within one second the report of the later one gets a number. A name that was given stays. */
const NAME = `
  select coalesce(b.report_name, case when count(o.id) = 0 then $2 else replace($2, '.txt', '_' || count(o.id) || '.txt') end)
    from batch b left join batch o on o.customer_id = b.customer_id and o.id <> b.id
     and (o.report_name = $2 or o.report_name like replace($2, '.txt', '\\_%'))
   where b.id = $1 group by b.id`;

/** @param plain name of the report by its moment alone */
export async function reportedFiles(db: Queryable, batch: number, plain: string): Promise<Reported> {
  const result = await db.query<ReportedRow>(
    `select (select coalesce(json_agg(d), '[]') from (${DECIDED}) d) as decided,
       (select coalesce(json_agg(w), '[]') from (${OVER_THE_DAY}) w) as waiting,
       (${NAME}) as name, ${lastReceiptOf('(select customer_id from batch where id = $1)')} as last,
       exists (select 1 from spool_difference s join batch b on b.customer_id = s.customer_id
                where b.id = $1 and (s.told_batch_id is null or s.told_batch_id = $1)) as differs`,
    [batch, plain],
  );
  const { decided, waiting, differs, name, last } = onlyRow(result);
  const lists = decided.filter(({ hasAbsent }) => hasAbsent).map(({ id }) => id);
  const absent = lists.length === 0 ? null : await absentOf(db, lists);
  return {
    files: [
      ...decided.map((row) => ({ ...reportedFile(row), absent: absent?.get(row.id) ?? null })),
      ...waiting.map(fileOverTheDay),
    ],
    waits: decided.map(({ type, received_at: at, waited_for: waitedFor }) => ({
      type,
      receivedAt: new Date(at),
      waitedFor,
    })),
    isToldOfDifferences: differs,
    name,
    receipts: { facts: decided.map(({ facts }) => facts), last },
  };
}

function reportedFile(row: FileRow): ReportedFile {
  const { name, type, detail: refusal, failures } = row;
  const [startedAt, finishedAt] = [new Date(row.started_at), new Date(row.finished_at)];
  const replaced: Warning[] = row.replaced > 0 ? [{ kind: 'replaced', times: row.replaced }] : [];
  const filed = row.folder && row.filed_as ? { folder: row.folder, name: row.filed_as } : null;
  const warnings = [...replaced, ...row.warnings];
  const source = row.source ?? '';
  const about = { name, type, source, startedAt, finishedAt, refusal, warnings, filed };
  if (row.decision !== 'applied') return { ...about, counts: null, failures: [] };
  const { entries, written, read_errors: readErrors, write_errors: writeErrors } = row;
  const counts = { entries, written, readErrors, writeErrors };
  return { ...about, counts, failures, effects: sumOf(row.effects), retryNumber: row.retry_number };
}

/** @returns null where the kind of the file counts none */
function sumOf(slices: readonly Effects[]): Effects | null {
  if (slices.length === 0) return null;
  const sum: Record<string, number> = {};
  for (const slice of slices) addEffects(sum, slice);
  return sum;
}

function fileOverTheDay({ name, type, at, detail: refusal }: WaitingRow): ReportedFile {
  const moment = new Date(at);
  return { name, type, startedAt: moment, finishedAt: moment, refusal, counts: null, failures: [] };
}

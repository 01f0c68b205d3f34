import {
  optionsIn,
  type ChangeFile,
  type ChangeFileName,
  type ChangeFileState,
  type Progress,
} from '../change-file/change-file.ts';
import type { Ruling } from '../change-file/danger.ts';

export interface ChangeFileRow {
  id: number;
  customer_id: number;
  name: string;
  type: string | null;
  named_customer: string | null;
  source: string | null;
  /** As text: it may go beyond what a program's number holds. */
  number: string | null;
  state: ChangeFileState;
  received_at: Date;
  bytes: number;
  batch_id: number | null;
  started_at: Date | null;
  code: number | null;
  total: number;
  entries: number;
  written: number;
  read_errors: number;
  write_errors: number;
  next_line: number;
  next_byte: number;
  ruling: Ruling | null;
  login: string | null;
}

/** Columns for `changeFileFrom`. None hides a column that statements order by: a name there means what is selected. */
export const CHANGE_FILE_COLUMNS = `id, customer_id, name, type, named_customer::text, source,
  sequence::text as number, state, received_at, bytes, batch_id, started_at, code, total,
  entries, written, read_errors, write_errors, next_line, next_byte, ruling, login`;

export function changeFileFrom(row: ChangeFileRow): ChangeFile {
  const { id, customer_id: customer, name, state, received_at: receivedAt, bytes, batch_id: batch } = row;
  const parsed = nameFrom(row);
  const { ruling, login: sender } = row;
  return {
    id,
    customer,
    name,
    parsed,
    state,
    receivedAt,
    bytes,
    batch,
    progress: progressFrom(row),
    ruling,
    sender,
  };
}

/** What its name said when it came in. */
function nameFrom({
  name,
  type,
  named_customer: customer,
  source,
  number,
}: ChangeFileRow): ChangeFileName | null {
  if (type === null || customer === null || source === null || number === null) return null;
  return { customerId: BigInt(customer), source, type, options: optionsIn(name), sequence: BigInt(number) };
}

function progressFrom(row: ChangeFileRow): Progress | null {
  if (row.state !== 'applying' || !row.started_at) return null;
  return {
    entries: row.entries,
    line: row.next_line,
    byte: row.next_byte,
    read: row.entries,
    written: row.written,
    readErrors: row.read_errors,
    writeErrors: row.write_errors,
    total: row.total,
    startedAt: row.started_at,
    code: row.code,
  };
}

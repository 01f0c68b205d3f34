import { z } from 'zod';
import { lockCustomer } from '../accounts/customers/customer.ts';
import { undonePages, type UndoneChange } from '../accounts/undo/undone-rows.ts';
import { takeBack } from '../accounts/undo/take-back.ts';
import { undoneFileIn, type EntryRange } from '../change-file/undo.ts';
import type { Transaction } from '../database/open.ts';
import { failpoint } from '../failpoints.ts';
import { OperatorFault } from '../fault.ts';
import { noteUndo } from '../ledger/turn-queue.ts';
import { enterUndo, findUndoable, requestUndo, type UndoableFile } from '../ledger/undos.ts';
import { operator } from '../messages/en/operator.ts';
import { quoted } from '../shown-text.ts';
import { action, operators, type Channel } from './action.ts';
import type { ActionServices } from './services.ts';

/** A change that is left out, or of which something cannot come back. */
export type ListedChange = Pick<
  UndoneChange,
  'entry' | 'line' | 'operation' | 'subject' | 'takenBack' | 'remarks'
>;

/** What an undo would come to now. */
export interface UndoAnswer {
  /** Its number; null: it is not requested. */
  undo: number | null;
  /** Changes of the file. */
  takenBack: number;
  leftOut: number;
}

const entry = z.int().min(1).max(999_999_999);

/** Takes back what a file did, in the customer's next turn; what cannot come back is listed before, in pieces of the answer. */
export const undo = action({
  name: 'undo',
  /** `entries`: null for the whole file. */
  input: z.strictObject({
    customer: z.int(),
    file: z.string(),
    entries: z
      .array(z.tuple([entry, entry]))
      .min(1)
      .max(1_000)
      .nullable(),
    reason: z.string().max(500),
    dryRun: z.boolean(),
  }),
  allowed: operators,
  run: async (services, { dryRun, ...asked }, { name: who }, { send }: Channel<ListedChange>) => {
    const { listed, ...counts } = await tryUndo(services, { ...asked, who });
    for (const one of listed) await send(one);
    if (dryRun || counts.takenBack === 0) return { undo: null, ...counts } satisfies UndoAnswer;
    return { undo: await request(services, { ...asked, who }), ...counts } satisfies UndoAnswer;
  },
});

interface Asked {
  customer: number;
  file: string;
  entries: EntryRange[] | null;
  reason: string;
  who: string;
}

type Parts = Pick<ActionServices, 'database' | 'clock' | 'undoDays' | 'changed'>;

interface Tried {
  takenBack: number;
  leftOut: number;
  listed: ListedChange[];
}

/** Carries the result out of a transaction that is rolled back. */
class RolledBack extends Error {
  readonly tried: Tried;

  constructor(tried: Tried) {
    super('a trial is rolled back');
    this.tried = tried;
  }
}

/** The undo itself, in a transaction that is rolled back: what it lists and what it does cannot differ. */
async function tryUndo({ database, clock, undoDays }: Parts, asked: Asked): Promise<Tried> {
  const { customer, entries: ranges, who, reason } = asked;
  try {
    return await database.transaction(async (tx) => {
      const now = clock.now();
      const file = await expectUndoable(tx, asked, { days: undoDays, now });
      const id = await enterUndo(tx, { customer, file, ranges, who, reason }, now);
      if (id === null) throw new Error('an undo without an answer is always entered');
      const counts = await takeBack(tx, { customer, file, ranges, undo: { id, who }, now });
      const listed: ListedChange[] = [];
      for await (const page of undonePages(tx, id))
        for (const one of page) if (one.remarks.length > 0) listed.push(listedChange(one));
      throw new RolledBack({ ...counts, listed });
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.tried;
    throw error;
  }
}

function listedChange({
  entry: number,
  line,
  operation,
  subject,
  takenBack,
  remarks,
}: UndoneChange): ListedChange {
  return { entry: number, line, operation, subject, takenBack, remarks };
}

/** @returns its number */
async function request({ database, clock, undoDays, changed }: Parts, asked: Asked): Promise<number | null> {
  const { customer, entries: ranges, who, reason } = asked;
  const id = await database.transaction(async (tx) => {
    const now = clock.now();
    const file = await expectUndoable(tx, asked, { days: undoDays, now });
    const requested = await requestUndo(tx, { customer, file, ranges, who, reason }, now);
    await noteUndo(tx, customer, now);
    return requested;
  });
  failpoint('undo-asked');
  changed(customer);
  return id;
}

/** @throws {OperatorFault} where there is no such customer, or the file cannot be taken back */
async function expectUndoable(
  tx: Transaction,
  { customer, file: name }: Asked,
  facts: { days: number; now: Date },
): Promise<UndoableFile> {
  if (!(await lockCustomer(tx, customer))) throw new OperatorFault(operator.actions.noCustomer(customer));
  const found = await findUndoable(tx, customer, name, facts);
  if (typeof found !== 'string') return found;
  const why = found === 'unknown' && undoneFileIn(name) !== null ? 'undo-file' : found;
  throw new OperatorFault(operator.actions.notUndoable[why](quoted(name), facts.days));
}

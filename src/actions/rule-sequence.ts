import { z } from 'zod';
import type { Queryable, Transaction } from '../database/open.ts';
import type { NewEvent } from '../events/catalog.ts';
import { record } from '../events/record.ts';
import { failpoint } from '../failpoints.ts';
import { OperatorFault } from '../fault.ts';
import { rangeText, saveRuling, type Counter, type SequenceRuling } from '../ledger/sequence-rulings.ts';
import { comeAfter, lastNumber, processedWith } from '../ledger/source-numbers.ts';
import { holdTurns, lookAgain } from '../ledger/turn-queue.ts';
import { operator } from '../messages/en/operator.ts';
import { whyNotMissing } from '../order/sequence-gaps.ts';
import { quoted } from '../shown-text.ts';
import { action, operators } from './action.ts';
import { expectCustomer } from './locked-customer.ts';
import { wantedCounters, type Wanted } from './source-sequences.ts';

const number = z.string().regex(/^\d{1,19}$/);
const WAIT_DAYS_MAX = 31;
const DAY_MS = 86_400_000;

/** Says of numbers that have not come that they will not, or until when files wait for one. */
export const ruleSequence = action({
  name: 'rule-sequence',
  /** `until`: null for numbers that will not come. */
  input: z.strictObject({
    customer: z.int(),
    source: z.string().nullable(),
    type: z.string().nullable(),
    first: number,
    last: number,
    until: z.iso.datetime().nullable(),
    reason: z.string().min(1).max(500),
  }),
  allowed: operators,
  run: async ({ database, clock, changed }, { customer, source, type, ...said }, { name: who }) => {
    await expectCustomer(database, customer);
    const counter = await oneCounter(database, customer, { source, type });
    const ruling = rulingOf(said, who, clock.now());
    await database.transaction(async (tx) => {
      // No file of the customer is decided meanwhile: what is said of a number is true when it is written.
      await holdTurns(tx, customer);
      await expectMissing(tx, customer, counter, ruling);
      await saveRuling(tx, customer, counter, ruling);
      await record(tx, ruling.at, eventOf(customer, counter, ruling));
      await lookAgain(tx, customer, ruling.at);
    });
    failpoint('sequence-ruled');
    changed(customer);
    return { ...counter, numbers: rangeText(ruling), verdict: ruling.verdict, until: ruling.until };
  },
});

/** @throws {OperatorFault} where several are meant */
async function oneCounter(db: Queryable, customer: number, wanted: Wanted): Promise<Counter> {
  const found = await wantedCounters(db, customer, wanted);
  const [counter] = found;
  if (!counter) throw new OperatorFault(operator.sequence.noSources(customer));
  if (found.length > 1)
    throw new OperatorFault(
      operator.sequence.several(found.map((one) => `${quoted(one.source)} ${one.type}`).join('; ')),
      2,
    );
  return counter;
}

function rulingOf(
  {
    first: from,
    last: to,
    until: text,
    reason,
  }: { first: string; last: string; until: string | null; reason: string },
  who: string,
  at: Date,
): SequenceRuling {
  const words = operator.sequence;
  const [first, last] = [BigInt(from), BigInt(to)];
  if (last < first) throw new OperatorFault(words.backwards(from, to), 2);
  const until = text === null ? null : new Date(text);
  if (until && until <= at) throw new OperatorFault(words.past(until.toISOString()), 2);
  if (until && until.getTime() > at.getTime() + WAIT_DAYS_MAX * DAY_MS)
    throw new OperatorFault(words.tooLong(until.toISOString(), WAIT_DAYS_MAX), 2);
  return { first, last, verdict: until ? 'wait' : 'skip', until, who, reason, at };
}

/** @throws {OperatorFault} where one of both ends has come, or cannot be missing yet */
async function expectMissing(
  tx: Transaction,
  customer: number,
  counter: Counter,
  { first, last }: SequenceRuling,
): Promise<void> {
  const known = await lastNumber(tx, customer, counter);
  const come = await comeAfter(tx, customer, counter, known?.number ?? -1n);
  const numbers = come.map((one) => one.number);
  for (const end of new Set([first, last])) {
    const why = whyNotMissing(end, known?.number ?? null, numbers);
    if (why === null) continue;
    const file =
      why === 'processed'
        ? await processedWith(tx, customer, counter, end)
        : (come.find((one) => one.number === end)?.file ?? null);
    throw new OperatorFault(
      operator.sequence.notMissing[why]({
        number: String(end),
        source: quoted(counter.source),
        file: file === null ? null : quoted(file),
        last: String(known?.number),
        highest: String(numbers.at(-1) ?? known?.number),
      }),
    );
  }
}

function eventOf(
  customer: number,
  { source, type }: Counter,
  { first, last, until, who, reason }: SequenceRuling,
): NewEvent {
  const numbers = rangeText({ first, last });
  const about = { customer, who, subject: source };
  const data = { type, numbers, reason };
  return until
    ? { type: 'sequence.awaited', ...about, data: { ...data, until: until.toISOString() } }
    : { type: 'sequence.skipped', ...about, data };
}

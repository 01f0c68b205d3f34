/** Which sources of a customer are meant, and how their numbers stand. */
import type { Customer } from '../accounts/customers/customer.ts';
import type { Queryable } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import { rangeText, rulingsAbove, type Counter } from '../ledger/sequence-rulings.ts';
import {
  comeAfter,
  countersOf,
  lastNumber,
  passedNumbers,
  type ComeFile,
  type PassedNumbers,
} from '../ledger/source-numbers.ts';
import { operator } from '../messages/en/operator.ts';
import { gapsIn, nextNumber } from '../order/sequence-gaps.ts';
import { quoted } from '../shown-text.ts';
import { nearestOf } from '../value-faults.ts';

/** A file with its number as text: it may go beyond what a program's number holds. */
export interface ShownFile {
  number: string;
  file: string | null;
  at: Date | null;
}

/** How the numbers of a source stand. */
export interface SourceSequence extends Counter {
  /** null: nothing of the source was processed. */
  last: ShownFile | null;
  /** The lowest number that may follow; null: any may. */
  next: string | null;
  /** So many seconds the customer wants a missing number to be waited for; null: it has not declared the source. */
  strictSeconds: number | null;
  /** Like `6` or `6-8`, with the files whose numbers are their neighbours. */
  missing: { numbers: string; before: ShownFile | null; after: ShownFile }[];
  /** Files that have come and wait, in the order of their numbers; `until`: so long for a missing number. */
  waiting: (ShownFile & { state: string; until: Date | null })[];
  /** What operators have said of numbers that can still come. */
  rulings: {
    numbers: string;
    verdict: 'skip' | 'wait';
    until: Date | null;
    who: string;
    reason: string;
    at: Date;
  }[];
  /** Cannot come any more. */
  passed: PassedNumbers[];
}

export interface Wanted {
  /** null: all. */
  source: string | null;
  type: string | null;
}

/** @throws {OperatorFault} where the customer has no such source, or the source no such type */
export async function wantedCounters(
  db: Queryable,
  customer: number,
  { source, type }: Wanted,
): Promise<Counter[]> {
  const all = await countersOf(db, customer);
  const words = operator.sequence;
  const ofSource = all.filter((one) => source === null || one.source === source);
  if (source !== null && ofSource.length === 0) {
    const names = [...new Set(all.map((one) => one.source))];
    const near = nearestOf(source, names);
    throw new OperatorFault(
      near === null
        ? words.noSource(customer, quoted(source), names.map(quoted).join(', '))
        : words.nearSource(customer, quoted(source), quoted(near)),
    );
  }
  const ofType = ofSource.filter((one) => type === null || one.type === type.toUpperCase());
  if (type !== null && ofType.length === 0)
    throw new OperatorFault(
      words.noType(quoted(type), [...new Set(ofSource.map((one) => one.type))].join(', ')),
    );
  return ofType;
}

export async function sequenceOf(
  db: Queryable,
  { id, strictSequences }: Customer,
  counter: Counter,
): Promise<SourceSequence> {
  const { source, type } = counter;
  const last = await lastNumber(db, id, counter);
  const above = last?.number ?? -1n;
  const come = await comeAfter(db, id, counter, above);
  const rulings = await rulingsAbove(db, id, counter, above);
  const gaps = last ? gapsIn(last.number, come, rulings) : [];
  return {
    source,
    type,
    last: last && { ...last, number: String(last.number) },
    next: last && String(nextNumber(last.number)),
    strictSeconds: Object.hasOwn(strictSequences, source) ? (strictSequences[source] ?? null) : null,
    missing: gaps.map((gap) => ({
      numbers: rangeText(gap),
      before: gap.before ? shown(gap.before) : last && { ...last, number: String(last.number) },
      after: shown(gap.after),
    })),
    waiting: come
      .filter(({ state }) => state !== 'refused')
      .map((one) => ({ ...shown(one), state: one.state, until: one.until })),
    rulings: rulings.map(({ first, last: end, ...ruling }) => ({
      numbers: rangeText({ first, last: end }),
      ...ruling,
    })),
    passed: await passedNumbers(db, id, counter),
  };
}

function shown({ number, file, at }: ComeFile): ShownFile {
  return { number: String(number), file, at };
}

/** Whether receipts follow one another. A chain may begin at any of them: what came before is not asked for. */
export interface Link {
  /** As the person who checks has named it. */
  place: string;
  customer: string;
  number: number;
  previous: string | null;
  hash: string;
}

export type ChainFault =
  /** Those from the first to the last number are not among the given ones. */
  | { kind: 'missing'; customer: string; first: number; last: number }
  /** It does not name the one before it: that one is another than was given out. */
  | { kind: 'broken'; customer: string; place: string; number: number; before: string }
  /** Two different ones have one number. */
  | { kind: 'fork'; customer: string; place: string; number: number; other: string }
  /** It is the first, and names one before it; or it names none, and is not. */
  | { kind: 'first'; customer: string; place: string; number: number };

/** @param links of any customers, in any order; the same receipt may be among them several times */
export function chainFaults(links: readonly Link[]): ChainFault[] {
  const byCustomer = Map.groupBy(links, ({ customer }) => customer);
  return [...byCustomer.values()].flatMap((own) =>
    faultsOfOne(own.toSorted((one, other) => one.number - other.number)),
  );
}

function faultsOfOne(links: readonly Link[]): ChainFault[] {
  const faults: ChainFault[] = [];
  let before: Link | null = null;
  for (const link of links) {
    const { customer, place, number, previous, hash } = link;
    if (before?.number === number) {
      if (before.hash !== hash) faults.push({ kind: 'fork', customer, place, number, other: before.place });
      continue;
    }
    if ((number === 1) !== (previous === null)) faults.push({ kind: 'first', customer, place, number });
    else if (before && number === before.number + 1 && previous !== before.hash)
      faults.push({ kind: 'broken', customer, place, number, before: before.place });
    if (before && number > before.number + 1)
      faults.push({ kind: 'missing', customer, first: before.number + 1, last: number - 1 });
    before = link;
  }
  return faults;
}

/**
 * Does the work for every item, at most so many at the same time.
 *
 * @throws the first fault, once all that had begun have ended; nothing is begun after it
 */
export async function eachOf<Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const faults: unknown[] = [];
  const worker = async () => {
    for (let next = left.next(); !next.done && faults.length === 0; next = left.next())
      await work(next.value).catch((error: unknown) => void faults.push(error));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (faults.length > 0) throw faults[0];
}

/**
 * What several things come to that are done side by side. Waits for all of them, also where one fails: nobody goes on
 * with a transaction that another one has ended, and of statements that failed it is the first that is told, not one behind it.
 *
 * @throws what the first of them in this order has thrown
 */
export async function allDone<const Things extends readonly unknown[]>(
  ...things: Things
): Promise<{ -readonly [Index in keyof Things]: Awaited<Things[Index]> }> {
  await Promise.allSettled(things);
  return Promise.all(things);
}

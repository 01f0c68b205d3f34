import type { Transaction } from '../../database/open.ts';

/** Ids that no subscriber has or ever had. */
export async function reserveSubscriberIds(tx: Transaction, count: number): Promise<number[]> {
  if (count === 0) return [];
  const { rows } = await tx.query<{ id: number }>(
    `select nextval('subscriber_id') as id from generate_series(1, $1)`,
    [count],
  );
  return rows.map((row) => row.id);
}

/** Below every real one: for a plan that saves nothing. */
export function pretendedIds(count: number): number[] {
  return Array.from({ length: count }, (_, index) => -1 - index);
}

export function takingFrom(ids: number[]): () => number {
  return () => {
    const id = ids.shift();
    if (id === undefined) throw new Error('more subscribers were added than ids were reserved for');
    return id;
  };
}

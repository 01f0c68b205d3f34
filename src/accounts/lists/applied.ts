/** The last full list of each source that was applied: table `full_list`. */
import type { Queryable, Transaction } from '../../database/open.ts';
import type { SnapshotSettings } from '../customers/customer.ts';

/** Of whom a list is. */
export type ListScope = Pick<SnapshotSettings, 'keeps' | 'scope' | 'group'>;

export function scopeOf({ keeps, scope, group }: SnapshotSettings): ListScope {
  return { keeps, scope, group };
}

/** @returns null: none was applied */
export async function lastScope(db: Queryable, customer: number, source: string): Promise<ListScope | null> {
  const { rows } = await db.query<{ scope: ListScope }>(
    'select scope from full_list where customer_id = $1 and source = $2',
    [customer, source],
  );
  return rows[0]?.scope ?? null;
}

export async function noteApplied(
  tx: Transaction,
  customer: number,
  source: string,
  { scope, file, now }: { scope: ListScope; file: string; now: Date },
): Promise<void> {
  await tx.query(
    `insert into full_list (customer_id, source, scope, file, applied_at) values ($1, $2, $3, $4, $5)
     on conflict (customer_id, source) do update set
       scope = excluded.scope, file = excluded.file, applied_at = excluded.applied_at`,
    [customer, source, scope, file, now],
  );
}

import { arraysOf } from '../../database/unnest.ts';
import type { Transaction } from '../../database/open.ts';

/** The lists of the source decide from now on whether these entries are still there. */
export async function manageContacts(
  tx: Transaction,
  customer: number,
  source: string,
  entries: readonly { key: string; objectId: string | null }[],
): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(
    `update directory_entry d set managed_by_source = $2, managed_by_object = g.object
       from unnest($3::text[], $4::text[]) as g (key, object)
      where d.customer_id = $1 and d.dn_key = g.key
        and (d.managed_by_source, d.managed_by_object) is distinct from ($2, g.object)`,
    [customer, source, ...arraysOf(entries, ['key', 'objectId'])],
  );
}

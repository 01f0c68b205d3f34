/** Which commits wait for the disk. As the configuration of the server has it all do. */
import type { Queryable } from './open.ts';

/**
 * A condition that always holds, for a statement outside a transaction, or the last one of it: its commit does not wait
 * for the disk, and a server that dies within the next moments may lose it. Never is anything lost that was committed
 * before something that is kept, since the server writes its log in one order.
 *
 * Only for what the folders or the next turn tell again; docs/reliability.md names each, and what tells it.
 */
export const MAY_BE_LOST = `(select set_config('synchronous_commit', 'off', true)) = 'off'`;

/** Waits until all that was committed before is on the disk: for who tells somebody outside of it. */
export async function untilDurable(db: Queryable): Promise<void> {
  await db.query(
    `select pg_logical_emit_message(true, 'spoolgate', '')
       from (select pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn() as waits) log where waits`,
  );
}

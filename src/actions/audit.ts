import type { Clock } from '../clock.ts';
import type { Transaction } from '../database/open.ts';

/** What somebody did. */
export interface Act {
  who: string;
  action: string;
  /** null: of no customer alone. */
  customer: number | null;
  before: object;
  /** null: it is gone. */
  after: object | null;
}

/** Written with the act itself, in one transaction. */
export async function audit(tx: Transaction, clock: Clock, act: Act): Promise<void> {
  const { who, action, customer, before, after } = act;
  await tx.query(
    'insert into audit (at, who, action, customer_id, before, after) values ($1, $2, $3, $4, $5, $6)',
    [clock.now(), who, action, customer, before, after],
  );
}

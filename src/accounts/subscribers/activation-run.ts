/** How far the activation mails of a customer have come: table `activation_run`. The caller holds the customer's row lock. */
import type { Transaction } from '../../database/open.ts';

export interface ActivationRun {
  begunAt: Date;
  /** Everybody up to this id has been looked at. */
  afterId: number;
  sent: number;
  left: number;
}

/** @returns null where none is under way */
export async function activationRun(tx: Transaction, customer: number): Promise<ActivationRun | null> {
  const { rows } = await tx.query<ActivationRun>(
    `select begun_at as "begunAt", after_id as "afterId", sent, left_out as left from activation_run where customer_id = $1`,
    [customer],
  );
  return rows[0] ?? null;
}

export async function saveActivationRun(
  tx: Transaction,
  customer: number,
  { begunAt, afterId, sent, left }: ActivationRun,
): Promise<void> {
  await tx.query(
    `insert into activation_run (customer_id, begun_at, after_id, sent, left_out) values ($1, $2, $3, $4, $5)
     on conflict (customer_id) do update set
       begun_at = excluded.begun_at, after_id = excluded.after_id, sent = excluded.sent, left_out = excluded.left_out`,
    [customer, begunAt, afterId, sent, left],
  );
}

export async function endActivationRun(tx: Transaction, customer: number): Promise<void> {
  await tx.query('delete from activation_run where customer_id = $1', [customer]);
}

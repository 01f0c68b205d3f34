/** Who is told: a mail address or a webhook, of a customer or of the operators. */
import type { Queryable, Transaction } from '../database/open.ts';
import { shownUrl, type DeclaredEndpoint } from '../notice-settings.ts';

export interface Endpoint {
  id: number;
  /** null: of the operators. */
  customer: number | null;
  kind: 'mail' | 'webhook';
  /** For people; of a mail endpoint its address. */
  name: string;
  target: string;
  format: 'standard' | 'cloudevents';
  /** Name of the file with the secrets. */
  secret: string | null;
  /** Tries that failed since the last one that did not. */
  failures: number;
}

export const ENDPOINT_COLUMNS =
  'e.id, e.customer_id as customer, e.kind, e.name, e.target, e.format, e.secret, e.failures';

const FIELDS = 'kind text, name text, target text, types text[], format text, secret text';

/**
 * What is declared replaces what there was of the same owner. What waits for one that is gone goes with it; one that is
 * changed begins anew.
 *
 * @returns whether something was changed
 */
export async function saveEndpoints(
  tx: Transaction,
  customer: number | null,
  declared: readonly DeclaredEndpoint[],
  now: Date,
): Promise<boolean> {
  const given = JSON.stringify(declared);
  const { rowCount: gone } = await tx.query(
    `delete from notice_endpoint e where e.customer_id is not distinct from $1
        and not exists (select 1 from jsonb_to_recordset($2) as d (${FIELDS}) where d.kind = e.kind and d.name = e.name)`,
    [customer, given],
  );
  const { rowCount: saved } = await tx.query(
    `insert into notice_endpoint as e (customer_id, kind, name, target, types, format, secret, created_at)
     select $1, d.kind, d.name, d.target, d.types, d.format, d.secret, $3 from jsonb_to_recordset($2) as d (${FIELDS})
     on conflict (coalesce(customer_id, 0), kind, name) do update
        set target = excluded.target, types = excluded.types, format = excluded.format, secret = excluded.secret,
            failures = 0, disabled_at = null, disabled_why = null
      where (e.target, e.types, e.format, e.secret)
            is distinct from (excluded.target, excluded.types, excluded.format, excluded.secret)`,
    [customer, given, now],
  );
  return (gone ?? 0) + (saved ?? 0) > 0;
}

/** As an operator sees it: of a URL only where it leads, since what follows may be a secret of the receiver. */
export interface ShownEndpoint {
  id: number;
  customer: number | null;
  kind: 'mail' | 'webhook';
  name: string;
  target: string;
  types: string[];
  waiting: number;
  /** Of the one that has waited longest. */
  oldest: Date | null;
  /** Notices that were given up, while they are kept. */
  failed: number;
  lastOk: Date | null;
  lastFailure: string | null;
  disabledAt: Date | null;
  disabledWhy: string | null;
  untoldSince: Date | null;
}

export async function listEndpoints(db: Queryable, customer: number | null): Promise<ShownEndpoint[]> {
  const { rows } = await db.query<ShownEndpoint>(
    `select e.id, e.customer_id as customer, e.kind, e.name, e.target, e.types,
            coalesce(open.count, 0) as waiting, open.oldest, coalesce(failed.count, 0) as failed,
            e.last_ok_at as "lastOk", e.last_failure as "lastFailure", e.disabled_at as "disabledAt",
            e.disabled_why as "disabledWhy", e.untold_since as "untoldSince"
       from notice_endpoint e
       left join (select endpoint_id, count(*), min(at) as oldest from notice_delivery where done_at is null group by 1) open
         on open.endpoint_id = e.id
       left join (select endpoint_id, count(*) from notice_delivery where outcome = 'given_up' group by 1) failed
         on failed.endpoint_id = e.id
      where $1::bigint is null or e.customer_id = $1
      order by e.customer_id nulls first, e.kind, e.name`,
    [customer],
  );
  return rows.map((row) => ({ ...row, target: shownTarget(row) }));
}

export function shownTarget({ kind, target }: Pick<Endpoint, 'kind' | 'target'>): string {
  return kind === 'mail' ? target : shownUrl(target);
}

export async function endpointById(
  db: Queryable,
  id: number,
): Promise<(Endpoint & { disabled: boolean }) | null> {
  const { rows } = await db.query<Endpoint & { disabled: boolean }>(
    `select ${ENDPOINT_COLUMNS}, e.disabled_at is not null as disabled from notice_endpoint e where e.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** Those that nothing more is sent to: what a person must see to. */
export async function countDisabled(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*) from notice_endpoint where disabled_at is not null',
  );
  return rows[0]?.count ?? 0;
}

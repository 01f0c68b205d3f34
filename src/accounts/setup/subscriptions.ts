import { columnsOf, setExcluded } from '../../database/columns.ts';
import type { Transaction } from '../../database/open.ts';
import { OperatorFault } from '../../fault.ts';
import type { DeclaredSubscription } from './organisation-file.ts';
import { SUBSCRIPTION } from '../subscribers/rows.ts';
import { operator } from '../../messages/en/operator.ts';

/** Seats that are taken are counted by those who take them. */
const DECLARED = [
  ...SUBSCRIPTION.names.filter((column) => column !== 'id' && column !== 'seats_taken'),
  'name',
];
const COLUMNS = ['customer_id', 'id', ...DECLARED].join(', ');

const SAVE_SUBSCRIPTION = `
  insert into subscription as stored (${COLUMNS})
  select ${COLUMNS} from json_populate_record(null::subscription, $1)
  on conflict (customer_id, id) do update set ${setExcluded(DECLARED)}
   where (${columnsOf('stored', DECLARED)}) is distinct from (${columnsOf('excluded', DECLARED)})`;

/** @returns whether it was created or changed */
export async function saveSubscription(
  tx: Transaction,
  customer: number,
  given: DeclaredSubscription,
): Promise<boolean> {
  const row = {
    ...SUBSCRIPTION.toPart({
      ...given,
      mail: given.mail ?? null,
      accessory: given.accessory?.toUpperCase() ?? null,
      license: given.license ?? null,
      pool: given.pool ?? null,
    }),
    customer_id: customer,
    name: given.name,
  };
  const { rowCount } = await tx.query(SAVE_SUBSCRIPTION, [JSON.stringify(row)]);
  return rowCount === 1;
}

/** By their ids. */
export async function subscriptionNames(tx: Transaction, customer: number): Promise<Map<number, string>> {
  const { rows } = await tx.query<{ id: number; name: string }>(
    'select id, name from subscription where customer_id = $1',
    [customer],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export function compatiblePairs({ id, compatibleWith }: DeclaredSubscription) {
  return { id, compatibleWith };
}

export async function saveCompatibility(
  tx: Transaction,
  customer: number,
  given: DeclaredSubscription[],
): Promise<boolean> {
  const known = new Set(given.map((one) => one.id));
  for (const { id, compatibleWith } of given)
    for (const other of compatibleWith)
      if (!known.has(other)) throw new OperatorFault(operator.setup.compatibleUnknown(customer, id, other));
  const wanted = given.flatMap(({ id, compatibleWith }) =>
    compatibleWith.map((other) => [id, other] as const),
  );
  const columns = [wanted.map(([id]) => id), wanted.map(([, other]) => other)];
  const { rowCount: gone } = await tx.query(
    `delete from subscription_compatibility where customer_id = $1 and subscription_id = any($2)
       and (subscription_id, compatible_id) not in (select * from unnest($3::bigint[], $4::bigint[]))`,
    [customer, [...known], ...columns],
  );
  const { rowCount: come } = await tx.query(
    `insert into subscription_compatibility (customer_id, subscription_id, compatible_id)
     select $1, * from unnest($2::bigint[], $3::bigint[]) on conflict do nothing`,
    [customer, ...columns],
  );
  return (gone ?? 0) + (come ?? 0) > 0;
}

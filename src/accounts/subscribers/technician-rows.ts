/** How the table of technicians holds them, and how it is written: along with the people (save-people.ts). */
import { allDone } from '../../all-done.ts';
import { columns, type RowOf } from '../../database/columns.ts';
import type { Queryable, Transaction } from '../../database/open.ts';
import { arraysOf, unnested } from '../../database/unnest.ts';
import type { Organisation, Technician } from './organisation.ts';
import { foldSsoId } from './technician.ts';

const TECHNICIAN = columns<Technician>()({
  status: 'status',
  group: 'group_id',
  homeGroup: 'home_group_id',
  name: 'name',
  nickname: 'nickname',
  ssoId: 'sso_id',
  description: 'description',
});

/** A technician's row says whose it is; in memory it lies with its subscriber. */
interface TechnicianHolder {
  subscriber_id: number;
  customer_id: number;
  sso_id_key: string | null;
}

export type TechnicianRow = RowOf<typeof TECHNICIAN> & TechnicianHolder;

const TYPES: Readonly<Record<keyof TechnicianRow, string>> = {
  subscriber_id: 'bigint',
  customer_id: 'bigint',
  status: 'text',
  group_id: 'bigint',
  home_group_id: 'bigint',
  name: 'text',
  nickname: 'text',
  sso_id: 'text',
  sso_id_key: 'text',
  description: 'text',
};

export function technicianFrom(row: TechnicianRow): Technician {
  return TECHNICIAN.from(row);
}

export function technicianRow(customer: number, subscriber: number, technician: Technician): TechnicianRow {
  const key = technician.ssoId === null ? null : foldSsoId(technician.ssoId);
  return {
    ...TECHNICIAN.to(technician),
    subscriber_id: subscriber,
    customer_id: customer,
    sso_id_key: key,
  };
}

type Column = keyof TechnicianRow;
const COLUMNS = Object.keys(TYPES) as Column[];
const UPDATED = COLUMNS.filter((column) => column !== 'subscriber_id' && column !== 'customer_id');

const SAVE = `
  insert into technician (${COLUMNS.join(', ')}, created_at, updated_at)
  select ${COLUMNS.join(', ')}, $1, $1 from (${unnested(TYPES, COLUMNS, 2)}) g
  on conflict (subscriber_id) do update set
    ${[...UPDATED, 'updated_at'].map((column) => `${column} = excluded.${column}`).join(', ')}`;

const SET_ASIDE = 'update technician set sso_id = null, sso_id_key = null where subscriber_id = any($1)';

/** @throws a unique violation (23505) where a single sign-on id was taken elsewhere since the load */
export async function saveTechnicians(tx: Transaction, organisation: Organisation, now: Date): Promise<void> {
  const { rows, gone, losing } = technicianChanges(organisation);
  await allDone(
    gone.length > 0 && tx.query('delete from technician where subscriber_id = any($1)', [gone]),
    // Ids may change hands within one file: those that change are set aside first.
    losing.length > 0 && tx.query(SET_ASIDE, [losing]),
    rows.length > 0 && tx.query(SAVE, [now, ...arraysOf(rows, COLUMNS)]),
  );
}

function technicianChanges({ id, changed, stored }: Organisation) {
  const changes = { rows: [] as TechnicianRow[], gone: [] as number[], losing: [] as number[] };
  for (const { id: subscriber, technician } of changed) {
    const was = stored.people.get(subscriber)?.technician ?? null;
    if (!technician) {
      if (was) changes.gone.push(subscriber);
      continue;
    }
    const row = technicianRow(id, subscriber, technician);
    if (was && COLUMNS.every((column) => was[column] === row[column])) continue;
    changes.rows.push(row);
    if (was && was.sso_id_key !== null && was.sso_id_key !== row.sso_id_key) changes.losing.push(subscriber);
  }
  return changes;
}

/** @returns null where the customer has no such group */
export async function technicianGroupName(
  db: Queryable,
  customer: number,
  id: number | null,
): Promise<string | null> {
  const { rows } = await db.query<{ name: string }>(
    'select name from technician_group where customer_id = $1 and id = $2',
    [customer, id],
  );
  return rows[0]?.name ?? null;
}

import { columns } from '../../database/columns.ts';
import type { Transaction } from '../../database/open.ts';
import { OperatorFault } from '../../fault.ts';
import { saveChanges } from '../changes/change-rows.ts';
import type { GuardSettings } from '../../change-file/danger.ts';
import type { SourceSettings, UndoSettings, UsersSettings } from '../customers/customer.ts';
import type { Diff } from '../changes/diff.ts';
import type { DeclaredCustomer } from './organisation-file.ts';

/** What an organisation file says of the customer alone, as it is stored. */
export type OwnSettings = Omit<DeclaredCustomer, 'sources' | 'notices' | Lists> & {
  sources: Record<string, SourceSettings> | undefined;
};
type Lists =
  | 'subscriptions'
  | 'templates'
  | 'formsFiles'
  | 'onPremises'
  | 'groups'
  | 'technicianGroups'
  | 'subscribers'
  | 'accounts'
  | 'administrator';
import { CUSTOMER } from '../subscribers/rows.ts';
import { operator } from '../../messages/en/operator.ts';

/** @returns whether it was not there yet */
export async function createCustomer(
  tx: Transaction,
  { id, name, folder }: DeclaredCustomer,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into customer (id, name, folder) values ($1, $2, $3) on conflict (id) do nothing',
    [id, name, folder ?? String(id)],
  );
  return rowCount === 1;
}

/** What an organisation file says of a customer and the operations on accounts need not know. */
interface Handling {
  folder: string;
  types: string[];
  timeZone: string;
  strictSequence: Record<string, number>;
  users: UsersSettings;
  undo: UndoSettings;
  guards: GuardSettings | false;
  removalFinishSeconds: number;
  sources: Record<string, SourceSettings>;
  retentionDays: number;
  hourlyCap: number;
  dailyCap: number;
  perFileCap: number;
}

const HANDLING = columns<Handling>()({
  folder: 'folder',
  types: 'types',
  timeZone: 'time_zone',
  strictSequence: 'strict_sequences',
  users: 'users',
  undo: 'undo',
  guards: 'guards',
  removalFinishSeconds: 'removal_finish_seconds',
  sources: 'sources',
  retentionDays: 'retention_days',
  hourlyCap: 'hourly_cap',
  dailyCap: 'daily_cap',
  perFileCap: 'per_file_cap',
});

const COLUMNS = [...CUSTOMER.names, ...HANDLING.names].join(', ');

/** What the JSON does not have stays as it is stored. */
const SAVE_CUSTOMER = `
  update customer stored set (${COLUMNS}) = (select ${COLUMNS} from json_populate_record(stored, $2))
   where id = $1 and stored is distinct from json_populate_record(stored, $2)`;

/** @returns whether something was changed */
export async function saveCustomer(tx: Transaction, given: OwnSettings): Promise<boolean> {
  const { throttle, removal } = given;
  const caps = { hourlyCap: throttle?.hourly, dailyCap: throttle?.daily, perFileCap: throttle?.perFile };
  const removalFinishSeconds = removal?.finishSeconds;
  const row = { ...CUSTOMER.toPart(given), ...HANDLING.toPart({ ...given, ...caps, removalFinishSeconds }) };
  const { rowCount } = await tx.query(SAVE_CUSTOMER, [given.id, JSON.stringify(row)]);
  return (await saveDomains(tx, given)) || rowCount === 1;
}

/** A list that the file does not name keeps what is stored; at first the mail domains are the owned ones. */
async function saveDomains(tx: Transaction, { id, domains, mailDomains }: OwnSettings): Promise<boolean> {
  if (!domains && !mailDomains) return false;
  const { rows: stored } = await tx.query<{ domain: string; owned: boolean; mail: boolean }>(
    'select domain, owned, mail from customer_domain where customer_id = $1',
    [id],
  );
  const owned = domains ?? stored.filter((row) => row.owned).map((row) => row.domain);
  const storedMail = stored.filter((row) => row.mail).map((row) => row.domain);
  const mail = mailDomains ?? (storedMail.length > 0 ? storedMail : owned);
  const all = [...new Set([...owned, ...mail])];
  const { rowCount: gone } = await tx.query(
    'delete from customer_domain where customer_id = $1 and domain <> all($2)',
    [id, all],
  );
  let changed = (gone ?? 0) > 0;
  for (const domain of all) {
    const { rowCount: saved } = await tx.query(
      `insert into customer_domain as stored (customer_id, domain, owned, mail) values ($1, $2, $3, $4)
       on conflict (customer_id, domain) do update set owned = excluded.owned, mail = excluded.mail
       where (stored.owned, stored.mail) is distinct from (excluded.owned, excluded.mail)`,
      [id, domain, owned.includes(domain), mail.includes(domain)],
    );
    if (saved === 1) changed = true;
  }
  return changed;
}

/** Where the customer accepts the terms of use for everybody, those who have not yet done so have now (rules 5). */
export async function acceptTerms(tx: Transaction, customer: number, who: string, now: Date): Promise<void> {
  const { rows } = await tx.query<{ id: number }>(
    `update subscriber s set terms_accepted_at = $2 from customer c
      where c.id = $1 and c.accept_terms and s.customer_id = c.id and s.state <> 'removed'
        and s.terms_accepted_at is null returning s.id`,
    [customer, now],
  );
  const diff: Diff = { termsAcceptedAt: [null, now.toISOString()] };
  const changes = rows.map(({ id }) => ({ subject: id, place: null, operation: 'setup', name: null, diff }));
  await saveChanges(tx, customer, 'person', changes, { origin: { who }, now });
}

/** In whose name change files are carried out (rules 2). */
export async function saveAdministrator(
  tx: Transaction,
  customer: number,
  address: string,
): Promise<boolean> {
  const { rows } = await tx.query<{ id: number; roles: string[] }>(
    `select id, roles from subscriber where customer_id = $1 and email = $2
        and state not in ('remove_pending', 'removed')`,
    [customer, address],
  );
  const [found] = rows;
  const refuse = (why: string) => new OperatorFault(operator.setup.administrator(customer, address, why));
  if (!found) throw refuse(operator.setup.notSubscriber);
  if (!found.roles.includes('administrator')) throw refuse(operator.setup.notAdministrator);
  const { rowCount } = await tx.query(
    'update customer set administrator_id = $2 where id = $1 and administrator_id is distinct from $2',
    [customer, found.id],
  );
  return (rowCount ?? 0) > 0;
}

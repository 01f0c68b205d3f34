/**
 * Carries out an organisation file: creates or updates what it says, and nothing else. Keys that it does not name keep
 * what is stored; lists that it names replace theirs. Running it twice changes nothing.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { onlyRow, type Database, type Transaction } from '../../database/open.ts';
import { codeOf, OperatorFault } from '../../fault.ts';
import type { DeclaredCustomer, DeclaredSubscription, OrganisationFile } from './organisation-file.ts';
import { foldNotesDn } from '../subscribers/notes-name.ts';
import { setUpAccounts } from './access-accounts.ts';
import { setUpSubscribers } from './subscribers.ts';

/**
 * `enforce`: the file is the truth (the command). `edited`: only what was edited in the file since it was last carried
 * out (at every start): a restart must not undo what change files and operators have done in between.
 */
export type SetupMode = 'enforce' | 'edited';

/** What was created, changed or removed, as words for a person, e.g. `customer 1000001`. */
export type SetupChanges = string[];

/** @throws {OperatorFault} where the file contradicts what is stored; then nothing of that customer is changed */
export async function setUpOrganisations(
  database: Database,
  clock: Clock,
  file: OrganisationFile,
  mode: SetupMode,
): Promise<SetupChanges> {
  const changes: SetupChanges = [];
  for (const customer of file.customers) {
    const found = await database
      .transaction((tx) => setUpCustomer(tx, clock, customer, mode))
      .catch(explain(customer));
    changes.push(...found);
  }
  return changes;
}

const UNIQUE_VIOLATION = '23505';
const CHECK_VIOLATION = '23514';

function explain(customer: DeclaredCustomer) {
  return (error: unknown): never => {
    const constraint = (error as { constraint?: string } | null)?.constraint ?? '';
    const at = `customer ${customer.id}`;
    if (codeOf(error) === UNIQUE_VIOLATION && constraint === 'customer_folder_key')
      throw new OperatorFault(`${at}: the folder ${customer.folder} belongs to another customer.`);
    if (codeOf(error) === UNIQUE_VIOLATION && constraint === 'subscriber_notes_dn')
      throw new OperatorFault(`${at}: two subscribers would have the same Notes name.`);
    if (codeOf(error) === CHECK_VIOLATION && constraint === 'seats_within_what_was_bought')
      throw new OperatorFault(`${at}: a subscription would have fewer seats than are taken.`);
    throw error;
  };
}

async function setUpCustomer(
  tx: Transaction,
  clock: Clock,
  customer: DeclaredCustomer,
  mode: SetupMode,
): Promise<SetupChanges> {
  const { subscriptions, templates, formsFiles, onPremises, subscribers, accounts, administrator, ...own } =
    customer;
  const items = new Items(tx, customer.id, mode);
  const changes: SetupChanges = [];
  const carryOut = async (kind: string, key: string, declared: unknown, save: () => Promise<boolean>) => {
    if (!(await items.wants(kind, key, declared))) return;
    if (await save()) changes.push(`${kind} ${key}`);
    await items.remember(kind, key, declared);
  };
  await createCustomer(tx, customer);
  await tx.query('select 1 from customer where id = $1 for no key update', [customer.id]);
  await carryOut('customer', String(own.id), own, () => saveCustomer(tx, customer));
  for (const one of subscriptions)
    await carryOut('subscription', String(one.id), one, () => saveSubscription(tx, customer.id, one));
  await carryOut('compatibility', 'of subscriptions', subscriptions.map(pairs), () =>
    saveCompatibility(tx, customer.id, subscriptions),
  );
  for (const { name, versions, locales } of templates)
    await carryOut('template', name, { versions, locales }, () =>
      upsert(tx, 'notes_template', ['customer_id', 'name'], {
        customer_id: customer.id,
        name,
        versions,
        locales,
      }),
    );
  for (const name of formsFiles)
    await carryOut('forms file', name, {}, () =>
      upsert(tx, 'forms_file', ['customer_id', 'name'], { customer_id: customer.id, name }),
    );
  for (const { dn, email } of onPremises)
    await carryOut('directory entry', dn, { email }, () =>
      upsert(tx, 'on_premises_entry', ['customer_id', 'dn_key'], {
        customer_id: customer.id,
        dn_key: foldNotesDn(dn),
        dn,
        email,
      }),
    );
  changes.push(...(await setUpAccounts(tx, customer.id, accounts, mode === 'edited')));
  const wanted = [];
  for (const one of subscribers) if (await items.wants('subscriber', one.email, one)) wanted.push(one);
  changes.push(
    ...(await setUpSubscribers(tx, clock.now(), customer.id, wanted)).map((email) => `subscriber ${email}`),
  );
  for (const one of wanted) await items.remember('subscriber', one.email, one);
  if (administrator)
    await carryOut('administrator', 'of change files', administrator, () =>
      saveAdministrator(tx, customer.id, administrator),
    );
  await acceptTerms(tx, customer.id, clock.now());
  return changes;
}

/** What the file last said of each item, as hashes. */
class Items {
  readonly #tx: Transaction;
  readonly #customer: number;
  readonly #mode: SetupMode;

  constructor(tx: Transaction, customer: number, mode: SetupMode) {
    this.#tx = tx;
    this.#customer = customer;
    this.#mode = mode;
  }

  async wants(kind: string, key: string, declared: unknown): Promise<boolean> {
    if (this.#mode === 'enforce') return true;
    const { rows } = await this.#tx.query<{ declaration: string }>(
      'select declaration from organisation_item where customer_id = $1 and kind = $2 and key = $3',
      [this.#customer, kind, key],
    );
    return rows[0]?.declaration !== fingerprint(declared);
  }

  async remember(kind: string, key: string, declared: unknown): Promise<void> {
    await this.#tx.query(
      `insert into organisation_item (customer_id, kind, key, declaration) values ($1, $2, $3, $4)
       on conflict (customer_id, kind, key) do update set declaration = excluded.declaration`,
      [this.#customer, kind, key, fingerprint(declared)],
    );
  }
}

function fingerprint(declared: unknown): string {
  return createHash('sha256').update(JSON.stringify(declared)).digest('hex');
}

async function createCustomer(tx: Transaction, { id, name, folder }: DeclaredCustomer): Promise<void> {
  await tx.query('insert into customer (id, name, folder) values ($1, $2, $3) on conflict (id) do nothing', [
    id,
    name,
    folder ?? String(id),
  ]);
}

async function saveCustomer(tx: Transaction, given: DeclaredCustomer): Promise<boolean> {
  const stored = await tx.query<{ folder: string }>('select folder from customer where id = $1', [given.id]);
  const changed = await upsert(
    tx,
    'customer',
    ['id'],
    withoutAbsent({
      id: given.id,
      name: given.name,
      folder: given.folder ?? onlyRow(stored).folder,
      state: given.state,
      contact_language: given.contactLanguage,
      email_verification: given.emailVerification,
      accept_terms: given.acceptTerms,
      federation: given.federation,
      notes: given.notes,
      inotes: given.inotes,
      accessories: given.accessories,
      types: given.types,
      time_zone: given.timeZone,
      strict_sequences: given.strictSequence && JSON.stringify(given.strictSequence),
      retention_days: given.retentionDays,
      hourly_cap: given.throttle?.hourly,
      daily_cap: given.throttle?.daily,
      per_file_cap: given.throttle?.perFile,
    }),
  );
  return (await saveDomains(tx, given)) || changed;
}

/** Where the customer accepts the terms of use for everybody, those who have not yet done so have now (chapter 5). */
async function acceptTerms(tx: Transaction, customer: number, now: Date): Promise<void> {
  await tx.query(
    `update subscriber s set terms_accepted_at = $2 from customer c
      where c.id = $1 and c.accept_terms and s.customer_id = c.id and s.state <> 'removed'
        and s.terms_accepted_at is null`,
    [customer, now],
  );
}

/** In whose name change files are carried out (chapter 2). */
async function saveAdministrator(tx: Transaction, customer: number, address: string): Promise<boolean> {
  const { rows } = await tx.query<{ id: number; roles: string[] }>(
    `select id, roles from subscriber where customer_id = $1 and email = $2
        and state not in ('remove_pending', 'removed')`,
    [customer, address],
  );
  const [found] = rows;
  const refuse = (why: string) =>
    new OperatorFault(
      `customer ${customer}: administrator ${address} ${why}. Name a subscriber of the customer with the role administrator, or leave the key out.`,
    );
  if (!found) throw refuse('is no subscriber of this customer');
  if (!found.roles.includes('administrator')) throw refuse('does not have the role administrator');
  const { rowCount } = await tx.query(
    'update customer set administrator_id = $2 where id = $1 and administrator_id is distinct from $2',
    [customer, found.id],
  );
  return (rowCount ?? 0) > 0;
}

/** A list that the file does not name keeps what is stored; at first the mail domains are the owned ones. */
async function saveDomains(
  tx: Transaction,
  { id, domains, mailDomains }: DeclaredCustomer,
): Promise<boolean> {
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
    const row = { customer_id: id, domain, owned: owned.includes(domain), mail: mail.includes(domain) };
    if (await upsert(tx, 'customer_domain', ['customer_id', 'domain'], row)) changed = true;
  }
  return changed;
}

async function saveSubscription(
  tx: Transaction,
  customer: number,
  given: DeclaredSubscription,
): Promise<boolean> {
  const { compatibleWith: _, mail, accessory, pool, ...rest } = given;
  return upsert(tx, 'subscription', ['customer_id', 'id'], {
    customer_id: customer,
    ...rest,
    mail: mail ?? null,
    accessory: accessory?.toUpperCase() ?? null,
    pool: pool ?? null,
  });
}

function pairs({ id, compatibleWith }: DeclaredSubscription) {
  return { id, compatibleWith };
}

async function saveCompatibility(
  tx: Transaction,
  customer: number,
  given: DeclaredSubscription[],
): Promise<boolean> {
  const known = new Set(given.map((one) => one.id));
  for (const { id, compatibleWith } of given)
    for (const other of compatibleWith)
      if (!known.has(other))
        throw new OperatorFault(
          `customer ${customer}: subscription ${id} is compatibleWith ${other}, which is not there.`,
        );
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

/** Column names come from this file only. @returns whether a row was created or changed */
async function upsert(
  tx: Transaction,
  table: string,
  keys: string[],
  row: Record<string, unknown>,
): Promise<boolean> {
  const columns = Object.keys(row);
  const rest = columns.filter((column) => !keys.includes(column));
  const update =
    rest.length === 0
      ? 'nothing'
      : `update set ${rest.map((column) => `${column} = excluded.${column}`).join(', ')}
         where (${rest.map((column) => `${table}.${column}`).join(', ')}) is distinct from
               (${rest.map((column) => `excluded.${column}`).join(', ')})`;
  const { rowCount } = await tx.query(
    `insert into ${table} (${columns.join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})
     on conflict (${keys.join(', ')}) do ${update}`,
    Object.values(row),
  );
  return rowCount === 1;
}

function withoutAbsent(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

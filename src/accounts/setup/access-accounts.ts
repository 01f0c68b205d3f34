import { createHash } from 'node:crypto';
import { z } from 'zod';
import { columns, columnsOf, setExcluded, type RowOf } from '../../database/columns.ts';
import type { Transaction } from '../../database/open.ts';
import type { NewEvent } from '../../events/catalog.ts';
import { OperatorFault } from '../../fault.ts';
import type { DeclaredAccount } from './organisation-file.ts';
import { hashPassword, verifyPassword } from '../passwords/password-hash.ts';
import { operator } from '../../messages/en/operator.ts';
import type { SetupChange } from './setup-change.ts';

/** What an organisation file last said of an access account: hashes only, and of a password a slow one. */
const declarationSchema = z.object({ rest: z.string(), keys: z.string(), password: z.string().nullable() });
type Declaration = z.output<typeof declarationSchema>;

const UNKNOWN: Declaration = { rest: '', keys: '', password: '' };
const RIGHTS_AT_FIRST = ['upload', 'download', 'delete'];

interface StoredAccount {
  customer: number;
  passwordHash: string | null;
  keys: string[];
  rights: string[];
  networks: string[];
  /** null: any. */
  sources: string[] | null;
}

const ACCOUNT = columns<StoredAccount>()({
  customer: 'customer_id',
  passwordHash: 'password_hash',
  keys: 'keys',
  rights: 'rights',
  networks: 'networks',
  sources: 'sources',
});

/** An account that is gone, as the audit tells of it. */
export interface RemovedAccount {
  login: string;
  customer: number;
  rights: string[];
  networks: string[];
}

const REMOVED_COLUMNS = 'login, customer_id as customer, rights, networks';

export function accountRemoved(before: RemovedAccount, who: string): NewEvent {
  const { customer, login: subject } = before;
  return { type: 'account.removed', customer, who, subject, data: { before: { ...before }, after: null } };
}

/**
 * What an organisation file said of it is still known, so that a start does not bring it back.
 *
 * @returns null where there is none
 */
export async function removeAccount(tx: Transaction, login: string): Promise<RemovedAccount | null> {
  const { rows } = await tx.query<RemovedAccount>(
    `delete from access_account where login = $1 returning ${REMOVED_COLUMNS}`,
    [login],
  );
  return rows[0] ?? null;
}

/** What access accounts came to. */
export interface AccessChanges {
  changes: SetupChange[];
  removed: RemovedAccount[];
}

/**
 * Carries out the access accounts that an organisation file lists, and removes those that one made and that it lists no
 * more. Passwords and keys are written only where the file says something else of them than the last time: those that were
 * rotated since by other means stay.
 *
 * @param accounts undefined: the file says nothing of them
 * @param editedOnly leaves alone what the file says as it did the last time
 * @throws {OperatorFault} where a login belongs to another customer
 */
export async function setUpAccounts(
  tx: Transaction,
  customer: number,
  accounts: readonly DeclaredAccount[] | undefined,
  editedOnly: boolean,
): Promise<AccessChanges> {
  if (accounts === undefined) return { changes: [], removed: [] };
  const changes: SetupChange[] = [];
  for (const account of accounts)
    if (await setUpAccount(tx, customer, account, editedOnly))
      changes.push({ what: 'account', name: account.login });
  const removed = await removeUnlisted(
    tx,
    customer,
    accounts.map(({ login }) => login),
  );
  const told = removed.map(({ login }) => ({ what: 'removed account', name: login }) as const);
  return { changes: [...changes, ...told], removed };
}

async function setUpAccount(
  tx: Transaction,
  customer: number,
  given: DeclaredAccount,
  editedOnly: boolean,
): Promise<boolean> {
  const stored = await storedAccount(tx, given.login);
  if (stored && stored.customer !== customer)
    throw new OperatorFault(operator.setup.loginTaken(customer, given.login, stored.customer));
  const before = await lastDeclaration(tx, customer, given.login);
  const edited = {
    rest: before.rest !== fingerprint(restOf(given)),
    keys: before.keys !== fingerprint(given.keys),
    password: !(await isSamePassword(given, before.password)),
  };
  if (editedOnly && !edited.rest && !edited.keys && !edited.password) return false;
  const writes = { keys: edited.keys || !stored, password: edited.password || !stored };
  const password = writes.password ? await passwordHash(given, stored?.passwordHash ?? null) : undefined;
  const changed = await saveAccount(tx, given.login, {
    customer,
    passwordHash: password === undefined ? (stored?.passwordHash ?? null) : password,
    keys: writes.keys ? (given.keys ?? []) : (stored?.keys ?? []),
    rights: given.rights ?? stored?.rights ?? RIGHTS_AT_FIRST,
    networks: given.from ?? stored?.networks ?? [],
    sources: given.sources ?? stored?.sources ?? null,
  });
  await rememberDeclaration(tx, customer, given.login, {
    rest: fingerprint(restOf(given)),
    keys: fingerprint(given.keys),
    password: password === undefined ? before.password : password,
  });
  return changed;
}

/** Without a key that is not given: what was remembered before there was one still holds. */
function restOf({ rights, from, sources }: DeclaredAccount): unknown[] {
  return sources ? [rights, from, sources] : [rights, from];
}

function fingerprint(declared: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(declared ?? null))
    .digest('hex');
}

async function isSamePassword(
  { password, passwordHash: hash }: DeclaredAccount,
  before: string | null,
): Promise<boolean> {
  if (hash !== undefined) return hash === before;
  if (password === undefined) return before === null;
  return Boolean(before) && (await verifyPassword(password, before ?? ''));
}

/** A password that fits the stored hash is left alone: hashing it again would change the row. */
async function passwordHash(
  { password, passwordHash: hash }: DeclaredAccount,
  stored: string | null,
): Promise<string | null> {
  if (hash) return hash;
  if (!password) return null;
  return stored && (await verifyPassword(password, stored)) ? stored : hashPassword(password);
}

async function storedAccount(tx: Transaction, login: string): Promise<StoredAccount | undefined> {
  const { rows } = await tx.query<RowOf<typeof ACCOUNT>>(
    `select ${ACCOUNT.names.join(', ')} from access_account where login = $1`,
    [login],
  );
  return rows[0] && ACCOUNT.from(rows[0]);
}

const COLUMNS = ['login', ...ACCOUNT.names].join(', ');
/** An account stays with its customer. */
const CHANGING = ACCOUNT.names.filter((column) => column !== 'customer_id');

const SAVE_ACCOUNT = `
  insert into access_account as stored (${COLUMNS})
  select ${COLUMNS} from json_populate_record(null::access_account, $1)
  on conflict (login) do update set ${setExcluded(CHANGING)}
   where (${columnsOf('stored', CHANGING)}) is distinct from (${columnsOf('excluded', CHANGING)})`;

/** @returns whether a row was created or changed */
async function saveAccount(tx: Transaction, login: string, account: StoredAccount): Promise<boolean> {
  const { rowCount } = await tx.query(SAVE_ACCOUNT, [JSON.stringify({ login, ...ACCOUNT.to(account) })]);
  return rowCount === 1;
}

async function lastDeclaration(tx: Transaction, customer: number, login: string): Promise<Declaration> {
  const { rows } = await tx.query<{ declaration: string }>(
    `select declaration from organisation_item where customer_id = $1 and kind = 'account' and key = $2`,
    [customer, login],
  );
  // Empty for accounts of a time before this was kept.
  return rows[0]?.declaration ? declarationSchema.parse(JSON.parse(rows[0].declaration)) : UNKNOWN;
}

async function rememberDeclaration(
  tx: Transaction,
  customer: number,
  login: string,
  declaration: Declaration,
): Promise<void> {
  await tx.query(
    `insert into organisation_item (customer_id, kind, key, declaration) values ($1, 'account', $2, $3)
     on conflict (customer_id, kind, key) do update set declaration = excluded.declaration`,
    [customer, login, JSON.stringify(declaration)],
  );
}

/** @returns those that were there until now, by their logins */
async function removeUnlisted(
  tx: Transaction,
  customer: number,
  listed: string[],
): Promise<RemovedAccount[]> {
  const { rows } = await tx.query<RemovedAccount>(
    `with unlisted as (
       delete from organisation_item where customer_id = $1 and kind = 'account' and key <> all($2) returning key)
     delete from access_account where customer_id = $1 and login in (select key from unlisted) returning ${REMOVED_COLUMNS}`,
    [customer, listed],
  );
  return rows.sort((one, other) => (one.login < other.login ? -1 : 1));
}

/**
 * Carries out an organisation file: creates or updates what it says, and nothing else. Keys that it does not name keep
 * what is stored; lists that it names replace theirs. Running it twice changes nothing.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/open.ts';
import type { NewEvent } from '../../events/catalog.ts';
import { record } from '../../events/record.ts';
import { codeOf, OperatorFault } from '../../fault.ts';
import type { DeclaredCustomer, OrganisationFile } from './organisation-file.ts';
import { declaredEndpoints } from '../../notice-settings.ts';
import { CUSTOMER_TYPES, MAIL_TYPES } from '../../notice-types.ts';
import { saveEndpoints } from '../../notices/endpoints.ts';
import { nextSeq } from '../changes/change-rows.ts';
import { ensureDefaultGroup, saveDeclaredGroup } from '../groups/declared.ts';
import { accountRemoved, setUpAccounts } from './access-accounts.ts';
import {
  acceptTerms,
  createCustomer,
  saveAdministrator,
  saveCustomer,
  type OwnSettings,
} from './customer.ts';
import type { SetupChange, SetupItem } from './setup-change.ts';
import { saveFormsFile, saveOnPremisesEntry, saveTemplate } from './notes.ts';
import { expectGroupsOfSources, storedSources } from './sources.ts';
import { setUpSubscribers } from './subscribers.ts';
import { setupTold } from './setup-told.ts';
import { compatiblePairs, saveCompatibility, saveSubscription, subscriptionNames } from './subscriptions.ts';
import { saveTechnicianGroup } from './technicians.ts';
import { operator } from '../../messages/en/operator.ts';

/**
 * `enforce`: the file is the truth (the command). `edited`: only what was edited in the file since it was last carried
 * out (at every start): a restart must not undo what change files and operators have done in between.
 */
export type SetupMode = 'enforce' | 'edited';

/** What was created, changed or removed, by its kind and name; the words for it: `commands.setup.changes`. */
export type SetupChanges = SetupChange[];

/**
 * @param who carries it out
 * @throws {OperatorFault} where the file contradicts what is stored; then nothing of that customer is changed
 */
export async function setUpOrganisations(
  database: Database,
  clock: Clock,
  file: OrganisationFile,
  mode: SetupMode,
  who = 'setup',
): Promise<SetupChanges> {
  const changes: SetupChanges = [];
  for (const customer of file.customers) {
    const found = await database
      .transaction((tx) => setUpCustomer(tx, clock, customer, { mode, who }))
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
      throw new OperatorFault(operator.setup.folderTaken(at, String(customer.folder)));
    if (codeOf(error) === UNIQUE_VIOLATION && constraint === 'subscriber_notes_dn')
      throw new OperatorFault(operator.setup.notesNameTwice(at));
    if (codeOf(error) === UNIQUE_VIOLATION && constraint === 'subscriber_managed_by')
      throw new OperatorFault(operator.setup.objectTwice(at));
    if (codeOf(error) === CHECK_VIOLATION && constraint === 'seats_within_what_was_bought')
      throw new OperatorFault(operator.setup.tooFewSeats(at));
    throw error;
  };
}

async function setUpCustomer(
  tx: Transaction,
  clock: Clock,
  customer: DeclaredCustomer,
  { mode, who }: { mode: SetupMode; who: string },
): Promise<SetupChanges> {
  const {
    subscriptions: _subscriptions,
    templates: _templates,
    formsFiles: _formsFiles,
    onPremises: _onPremises,
    groups: _groups,
    technicianGroups: _technicianGroups,
    subscribers,
    accounts,
    administrator,
    notices,
    ...rest
  } = customer;
  const items = new Items(tx, customer.id, mode);
  const changes: SetupChanges = [];
  const carryOut: CarryOut = async (kind, key, declared, save) => {
    if (!(await items.wants(kind, key, declared))) return;
    if (await save()) changes.push({ what: kind, name: key });
    await items.remember(kind, key, declared);
  };
  const registered = await createCustomer(tx, customer);
  await tx.query('select 1 from customer where id = $1 for no key update', [customer.id]);
  const before = {
    registered,
    from: await nextSeq(tx, customer.id, clock.now()),
    subscriptions: await subscriptionNames(tx, customer.id),
  };
  await setUpLists(tx, customer, rest, carryOut);
  const access = await setUpAccounts(tx, customer.id, accounts, mode === 'edited');
  changes.push(...access.changes);
  const wanted = [];
  for (const one of subscribers) if (await items.wants('subscriber', one.email, one)) wanted.push(one);
  const people = await setUpSubscribers(tx, clock.now(), customer.id, who, wanted);
  changes.push(...people.map((name) => ({ what: 'subscriber', name }) as const));
  for (const one of wanted) await items.remember('subscriber', one.email, one);
  if (administrator)
    await carryOut('administrator', 'of change files', administrator, () =>
      saveAdministrator(tx, customer.id, administrator),
    );
  if (notices) {
    const declared = declaredEndpoints(notices, { mail: MAIL_TYPES, webhook: CUSTOMER_TYPES });
    await carryOut('notices', 'of the customer', declared, () =>
      saveEndpoints(tx, customer.id, declared, clock.now()),
    );
  }
  await acceptTerms(tx, customer.id, who, clock.now());
  const data = { changes: changes.length, journal: setupTold(customer, before, changes) };
  const removals = access.removed.map((removed) => accountRemoved(removed, who));
  const applied: NewEvent = { type: 'setup.applied', customer: customer.id, who, data };
  if (changes.length > 0) await record(tx, clock.now(), ...removals, applied);
  return changes;
}

/** Carries an item of the file out where the file says something else of it than the last time. */
type CarryOut = (
  kind: SetupItem,
  key: string,
  declared: unknown,
  save: () => Promise<boolean>,
) => Promise<void>;

/** What belongs to the customer, but for those who sign in and the people. */
async function setUpLists(
  tx: Transaction,
  customer: DeclaredCustomer,
  rest: Omit<OwnSettings, 'sources'> & Pick<DeclaredCustomer, 'sources'>,
  carryOut: CarryOut,
): Promise<void> {
  const { groups, subscriptions } = customer;
  const sources = rest.sources && (await storedSources(tx, customer.id, rest.sources));
  const own: OwnSettings = { ...rest, sources };
  await carryOut('customer', String(own.id), own, () => saveCustomer(tx, own));
  for (const { name, ...group } of groups)
    await carryOut('group', name, group, () => saveDeclaredGroup(tx, customer.id, { name, ...group }));
  await ensureDefaultGroup(tx, customer.id);
  await setUpTechnicianGroups(tx, customer, carryOut);
  await expectGroupsOfSources(tx, customer.id, customer.sources ?? {});
  for (const one of subscriptions)
    await carryOut('subscription', String(one.id), one, () => saveSubscription(tx, customer.id, one));
  await carryOut('compatibility', 'of subscriptions', subscriptions.map(compatiblePairs), () =>
    saveCompatibility(tx, customer.id, subscriptions),
  );
  await setUpNotes(tx, customer, carryOut);
}

async function setUpTechnicianGroups(
  tx: Transaction,
  customer: DeclaredCustomer,
  carryOut: CarryOut,
): Promise<void> {
  for (const { id, name } of customer.technicianGroups)
    await carryOut('technician group', String(id), { name }, () =>
      saveTechnicianGroup(tx, customer.id, { id, name }),
    );
}

async function setUpNotes(
  tx: Transaction,
  { id, templates, formsFiles, onPremises }: DeclaredCustomer,
  carryOut: CarryOut,
): Promise<void> {
  for (const { name, ...offer } of templates)
    await carryOut('template', name, offer, () => saveTemplate(tx, id, { name, ...offer }));
  for (const name of formsFiles) await carryOut('forms file', name, {}, () => saveFormsFile(tx, id, name));
  for (const { dn, email } of onPremises)
    await carryOut('directory entry', dn, { email }, () => saveOnPremisesEntry(tx, id, { dn, email }));
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

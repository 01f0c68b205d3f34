import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { pretendedIds, takingFrom } from '../../accounts/subscribers/ids.ts';
import { loadForAdding, notesNameHolders } from '../../accounts/subscribers/load.ts';
import { builtNotesDn, foldNotesDn } from '../../accounts/subscribers/notes-name.ts';
import type { Organisation } from '../../accounts/subscribers/organisation.ts';
import { foretellPeople } from '../../accounts/subscribers/foretell.ts';
import { saveOrganisation } from '../../accounts/subscribers/save.ts';
import { peopleToLose, takenFrom } from '../../accounts/subscribers/taken.ts';
import { keepsPeople, type ChangeFile } from '../../change-file/change-file.ts';
import type { Transaction } from '../../database/open.ts';
import type { Entry, EntryResult, ProvisioningRecord } from '../../change-file/entry.ts';
import { anyKind, type Kind, type OwnedFile } from '../kind.ts';
import { passwordDemands, type PreparedHashes } from '../password-demands.ts';
import { decideEntry, failedEntry, mayTake, operationOf } from './decide.ts';
import { maskedHeader, passwordMask } from './mask.ts';
import { readProvisioning } from './reader.ts';
import { kinds } from '../../messages/en/kinds.ts';
import { valueIn, type DecisionInputs } from './context.ts';
import { csvRetried } from '../csv/retried.ts';

type ProvisioningEntry = Entry<ProvisioningRecord>;

/** An organisation in memory together with what its decisions need. */
export interface Loaded {
  organisation: Organisation;
  inputs: DecisionInputs;
}

function oneTimePassword({ read }: ProvisioningEntry): string {
  if ('refusal' in read || operationOf(read.record)?.reads.includes('password') !== true) return '';
  return read.record.get('password') ?? '';
}

const passwords = passwordDemands(oneTimePassword);

/** Loads what the entries name. The caller holds the customer's row lock. */
async function loadProvisioning(
  tx: Transaction,
  file: OwnedFile,
  entries: readonly ProvisioningEntry[],
  prepared: PreparedHashes,
  now: Date,
): Promise<Loaded> {
  const records = entries.flatMap(({ read }) => ('record' in read ? [read.record] : []));
  const emails = new Set(records.flatMap(namedAddresses));
  const named = records.filter(mayNeedNotesName);
  const adds = records.filter((record) => operationOf(record)?.name === 'Add').length;
  const { organisation, ids } = await loadForAdding(tx, file.customer, {
    emails: [...emails],
    notesDns: [...new Set(named.map((record) => namedNotesDn(record, file.owner.name)))],
    newcomers: prepared.asked ? 0 : adds,
  });
  await addNameHolders(tx, organisation, named, emails);
  const inputs = {
    now,
    file: file.name,
    origin: `provisioning:${file.parsed?.source ?? ''}`,
    nextSubscriberId: takingFrom(prepared.asked ? pretendedIds(adds) : ids),
    passwordHashes: passwords.orOutdated(prepared, entries),
    keepsPeople: keepsPeople(file),
  };
  return { organisation, inputs };
}

/**
 * Who holds the Notes names that the loaded people could get without a row naming them: the one built of their own
 * name, and the one that stands with their address in the on-premises directory.
 */
async function addNameHolders(
  tx: Transaction,
  organisation: Organisation,
  records: readonly ProvisioningRecord[],
  emails: ReadonlySet<string>,
): Promise<void> {
  // An Add says the name of whom it adds; only who is known already has it from elsewhere.
  const hasKnown = records.some((record) => operationOf(record)?.name !== 'Add');
  const people = hasKnown ? [...organisation.subscribers.values()] : [];
  const built = people.map(({ givenName, familyName }) => builtNotesDn(organisation, givenName, familyName));
  const onPremises = records.length > 0 ? organisation.onPremises : [];
  const known = onPremises.filter(({ email }) => emails.has(email)).map(({ dn }) => dn);
  const keys = [...new Set([...built, ...known].map(foldNotesDn))];
  if (keys.length === 0) return;
  for (const [key, holder] of await notesNameHolders(tx, organisation.id, keys))
    organisation.notesDns.set(key, holder);
}

function namedAddresses(record: ProvisioningRecord): string[] {
  return (['emailAddress', 'altEmailAddress', 'assignTo'] as const)
    .map((field) => valueIn(record, field) ?? '')
    .filter((value) => value !== '')
    .map(foldEmailAddress);
}

/** Operations that give somebody a Notes name; an Update refuses one. */
function mayNeedNotesName(record: ProvisioningRecord): boolean {
  const operation = operationOf(record);
  return operation !== undefined && operation.name !== 'Update' && operation.reads.includes('notesDN');
}

function namedNotesDn(record: ProvisioningRecord, customerName: string): string {
  const built = builtNotesDn(
    { name: customerName },
    valueIn(record, 'givenName') ?? '',
    valueIn(record, 'familyName') ?? '',
  );
  // A zero-length string is as good as none: the name is then built (rule 4.6).
  return foldNotesDn(valueIn(record, 'notesDN') || built);
}

function decideProvisioning({ organisation, inputs }: Loaded, entry: ProvisioningEntry): EntryResult {
  return decideEntry(organisation, entry, inputs);
}

async function saveProvisioning(tx: Transaction, loaded: Loaded, file: ChangeFile): Promise<void> {
  await saveOrganisation(tx, loaded.organisation, { file: file.id }, loaded.inputs.now);
}

const kind: Kind<ProvisioningRecord, PreparedHashes, Loaded> = {
  type: 'PRV',
  extensions: ['.csv'],
  rank: 20,
  words: kinds.provisioning,
  heldRefuses: true,
  countsHourly: true,
  read: readProvisioning,
  pretend: passwords.pretend,
  demands: passwords.demands,
  ready: passwords.ready,
  mayDemand: passwords.mayDemand,
  load: loadProvisioning,
  decide: decideProvisioning,
  weigh: ({ organisation }) => takenFrom(organisation),
  among: peopleToLose,
  mayTake,
  save: saveProvisioning,
  foretell: (_tx, { organisation }) => foretellPeople(organisation),
  failed: failedEntry,
  traced: { bytesMax: Infinity, text: (original) => original, masked: passwordMask, maskedHeader },
  retried: csvRetried,
};

/** CSV files that add, change and remove accounts and their seats. */
export const provisioning = anyKind(kind);

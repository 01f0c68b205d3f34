import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { pretendedIds, takingFrom } from '../../accounts/subscribers/ids.ts';
import { loadForAdding, notesNameHolders } from '../../accounts/subscribers/load.ts';
import { builtNotesDn, foldNotesDn } from '../../accounts/subscribers/notes-name.ts';
import type { Organisation } from '../../accounts/subscribers/organisation.ts';
import { saveOrganisation } from '../../accounts/subscribers/save.ts';
import type { ChangeFile } from '../../change-file/change-file.ts';
import type { Transaction } from '../../database/open.ts';
import type { Entry, EntryResult, ProvisioningRecord } from '../../change-file/entry.ts';
import { anyKind, PlanOutdated, type Kind, type OwnedFile } from '../kind.ts';
import { decideEntry, failedEntry, operationOf } from './decide.ts';
import { maskedHeader, passwordMask } from './mask.ts';
import { readProvisioning } from './reader.ts';
import { PROVISIONING_WORDS } from './words.ts';
import { lengthOf } from './profile.ts';
import { valueIn, type DecisionInputs } from './context.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../accounts/passwords/password-policy.ts';

type ProvisioningEntry = Entry<ProvisioningRecord>;

/** What decisions need that takes long to make. */
export interface Prepared {
  passwordHashes: DecisionInputs['passwordHashes'];
  /** What a stand-in was asked for; null: it is the real thing. */
  asked: Map<number, string> | null;
}

/** An organisation in memory together with what its decisions need. */
export interface Loaded {
  organisation: Organisation;
  inputs: DecisionInputs;
}

/** Notes for which entries a decision wants the hash of a password; no id is used up. */
function pretendProvisioning(entries: readonly ProvisioningEntry[]): Prepared {
  const given = passwordsOf(entries);
  const asked = new Map<number, string>();
  const get = (entry: number) => {
    const password = given.get(entry);
    if (password === undefined) return undefined;
    asked.set(entry, password);
    return 'never saved';
  };
  return { passwordHashes: { get }, asked };
}

function demandsOf({ asked }: Prepared): ReadonlyMap<number, string> {
  return asked ?? new Map();
}

function readyProvisioning(hashes: ReadonlyMap<number, string>): Prepared {
  return { passwordHashes: hashes, asked: null };
}

/** All one-time passwords that could be asked for, by entry number. */
function passwordsOf(entries: readonly ProvisioningEntry[]): Map<number, string> {
  const given = new Map<number, string>();
  for (const entry of entries) {
    const password = oneTimePassword(entry);
    if (password !== null) given.set(entry.place.entry, password);
  }
  return given;
}

/** The hashes of a commit: an entry with a password whose hash was not made must not get in without one. */
function orOutdated(
  { passwordHashes, asked }: Prepared,
  entries: readonly ProvisioningEntry[],
): DecisionInputs['passwordHashes'] {
  if (asked) return passwordHashes;
  const given = passwordsOf(entries);
  return {
    get: (entry) => {
      if (!given.has(entry)) return undefined;
      const hash = passwordHashes.get(entry);
      if (hash === undefined) throw new PlanOutdated();
      return hash;
    },
  };
}

function oneTimePassword({ read }: ProvisioningEntry): string | null {
  if ('refusal' in read || operationOf(read.record)?.reads.includes('password') !== true) return null;
  const password = read.record.get('password') ?? '';
  const length = lengthOf(password);
  return length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX ? password : null;
}

/** Loads what the entries name. The caller holds the customer's row lock. */
async function loadProvisioning(
  tx: Transaction,
  file: OwnedFile,
  entries: readonly ProvisioningEntry[],
  prepared: Prepared,
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
    passwordHashes: orOutdated(prepared, entries),
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

const kind: Kind<ProvisioningRecord, Prepared, Loaded> = {
  type: 'PRV',
  extensions: ['.csv'],
  rank: 20,
  words: PROVISIONING_WORDS,
  heldRefuses: true,
  countsHourly: true,
  read: readProvisioning,
  pretend: pretendProvisioning,
  demands: demandsOf,
  ready: readyProvisioning,
  mayDemand: passwordsOf,
  load: loadProvisioning,
  decide: decideProvisioning,
  save: saveProvisioning,
  failed: failedEntry,
  traced: { bytesMax: Infinity, text: (original) => original, masked: passwordMask, maskedHeader },
};

/** CSV files that add, change and remove accounts and their seats. */
export const provisioning = anyKind(kind);

import { foldEmailAddress } from '../../accounts/email-address.ts';
import { loadOrganisation, notesNameHolders } from '../../accounts/load.ts';
import { builtNotesDn, foldNotesDn } from '../../accounts/notes-name.ts';
import type { Organisation } from '../../accounts/organisation.ts';
import { hashPassword } from '../../accounts/password-hash.ts';
import { saveOrganisation } from '../../accounts/save.ts';
import type { ChangeFile } from '../../change-file.ts';
import type { Transaction } from '../../database/open.ts';
import type { Entry, EntryResult, ProvisioningRecord } from '../../entry.ts';
import { decideEntry, operationOf } from './decide.ts';
import { lengthOf } from './profile.ts';
import type { Moment } from './situation.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../accounts/password-policy.ts';

type ProvisioningEntry = Entry<ProvisioningRecord>;

/** What is made before the transaction because it takes long. */
export interface Prepared {
  passwordHashes: ReadonlyMap<number, string>;
  /** Nothing will be saved: no id is used up. */
  pretend: boolean;
}

/** An organisation in memory together with what its decisions need. */
export interface Loaded {
  organisation: Organisation;
  moment: Moment;
}

/**
 * Hashes the one-time passwords of a file, side by side on worker threads. Passwords that no Add could use are not
 * hashed; neither is anything kept of them.
 */
export async function prepareProvisioning(
  entries: readonly ProvisioningEntry[],
  pretend: boolean,
): Promise<Prepared> {
  const hash = pretend ? async () => 'never saved' : hashPassword;
  const hashed = entries.map(async (entry): Promise<[number, string] | null> => {
    const password = oneTimePassword(entry);
    return password === null ? null : [entry.place.entry, await hash(password)];
  });
  return { passwordHashes: new Map((await Promise.all(hashed)).filter((pair) => pair !== null)), pretend };
}

function oneTimePassword({ read }: ProvisioningEntry): string | null {
  if ('refusal' in read || operationOf(read.record)?.reads.includes('password') !== true) return null;
  const password = read.record.get('password') ?? '';
  const length = lengthOf(password);
  return length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX ? password : null;
}

/** Loads what the entries name. The caller holds the customer's row lock. */
export async function loadProvisioning(
  tx: Transaction,
  file: ChangeFile,
  entries: readonly ProvisioningEntry[],
  prepared: Prepared,
  now: Date,
): Promise<Loaded> {
  const records = entries.flatMap(({ read }) => ('record' in read ? [read.record] : []));
  const { rows } = await tx.query<{ name: string }>('select name from customer where id = $1', [
    file.customer,
  ]);
  const organisation = await loadOrganisation(tx, file.customer, {
    emails: [...new Set(records.flatMap(namedAddresses))],
    notesDns: [...new Set(records.flatMap((record) => namedNotesDns(record, rows[0]?.name ?? '')))],
  });
  await addNameHolders(tx, organisation, new Set(records.flatMap(namedAddresses)));
  const adds = records.filter((record) => operationOf(record)?.name === 'Add').length;
  const ids = prepared.pretend ? pretendedIds(adds) : await reserveSubscriberIds(tx, adds);
  const moment = {
    now,
    file: file.name,
    origin: `provisioning:${file.parsed?.source ?? ''}`,
    nextSubscriberId: () => takeFirst(ids),
    passwordHashes: prepared.passwordHashes,
  };
  return { organisation, moment };
}

/**
 * Who holds the Notes names that the loaded people could get without a row naming them: the one built of their own
 * name, and the one that stands with their address in the on-premises directory.
 */
async function addNameHolders(
  tx: Transaction,
  organisation: Organisation,
  emails: ReadonlySet<string>,
): Promise<void> {
  const built = [...organisation.subscribers.values()].map(({ givenName, familyName }) =>
    builtNotesDn(organisation, givenName, familyName),
  );
  const known = organisation.onPremises.filter(({ email }) => emails.has(email)).map(({ dn }) => dn);
  const keys = [...new Set([...built, ...known].map(foldNotesDn))];
  for (const [key, holder] of await notesNameHolders(tx, organisation.id, keys))
    organisation.notesDns.set(key, holder);
}

function namedAddresses(record: ProvisioningRecord): string[] {
  return ['emailAddress', 'altEmailAddress', 'assignTo']
    .map((field) => record.get(field))
    .filter((value) => value !== undefined && value !== '')
    .map((value) => foldEmailAddress(value ?? ''));
}

function namedNotesDns(record: ProvisioningRecord, customerName: string): string[] {
  const built = builtNotesDn(
    { name: customerName },
    record.get('givenName') ?? '',
    record.get('familyName') ?? '',
  );
  // A zero-length string is as good as none: the name is then built (chapter 4, rule 6).
  return [foldNotesDn(record.get('notesDN') || built)];
}

async function reserveSubscriberIds(tx: Transaction, count: number): Promise<number[]> {
  if (count === 0) return [];
  const { rows } = await tx.query<{ id: number }>(
    `select nextval('subscriber_id') as id from generate_series(1, $1)`,
    [count],
  );
  return rows.map((row) => row.id);
}

/** Below every real one. */
function pretendedIds(count: number): number[] {
  return Array.from({ length: count }, (_, index) => -1 - index);
}

function takeFirst(ids: number[]): number {
  const id = ids.shift();
  if (id === undefined) throw new Error('more subscribers were added than the file has Add entries');
  return id;
}

export function decideProvisioning({ organisation, moment }: Loaded, entry: ProvisioningEntry): EntryResult {
  return decideEntry(organisation, entry, moment);
}

export async function saveProvisioning(tx: Transaction, loaded: Loaded, file: ChangeFile): Promise<void> {
  await saveOrganisation(tx, loaded.organisation, file.id, loaded.moment.now);
}

/** What a list does to accounts, and to technicians. */
import { fieldsOf, noteFieldChange } from '../../accounts/subscribers/changes.ts';
import { reserveSubscriberIds, takingFrom } from '../../accounts/subscribers/ids.ts';
import { invite, isInvited } from '../../accounts/subscribers/invitation.ts';
import {
  renameSubscriber,
  resumeSubscriber,
  suspendSubscriber,
} from '../../accounts/subscribers/lifecycle.ts';
import { loadOrganisation } from '../../accounts/subscribers/load.ts';
import { newSubscriber } from '../../accounts/subscribers/new-subscriber.ts';
import { noteChange, portraitOf } from '../../accounts/subscribers/notice.ts';
import type { Organisation, Profile, Subscriber } from '../../accounts/subscribers/organisation.ts';
import { saveOrganisation } from '../../accounts/subscribers/save.ts';
import { releaseLicenses, setTechnician, splitName } from '../../accounts/subscribers/technician.ts';
import type { ChangeFile } from '../../change-file/change-file.ts';
import type { Transaction } from '../../database/open.ts';
import { fieldsOf as valuesOf } from './line.ts';
import { operationOf } from './results.ts';
import type { ListState, Planned, Slice } from './state.ts';

interface Work {
  state: ListState;
  organisation: Organisation;
  people: ReadonlyMap<number, Subscriber>;
  nextId: () => number;
}

interface Cause {
  place: { entry: number; line: number };
  operation: string;
}

export async function saveAccounts(
  tx: Transaction,
  state: ListState,
  slice: Slice,
  file: ChangeFile,
): Promise<void> {
  const organisation = await accountsAfter(tx, state, slice, (count) => reserveSubscriberIds(tx, count));
  await saveOrganisation(tx, organisation, { file: file.id }, state.now);
}

/** The accounts of a slice in memory, as the list makes them; nothing is written yet. */
export async function accountsAfter(
  tx: Transaction,
  state: ListState,
  slice: Slice,
  idsFor: (count: number) => number[] | Promise<number[]>,
): Promise<Organisation> {
  const { id: customer } = state.organisation;
  const emails = 'absent' in slice ? slice.absent.map(({ address }) => address) : namedIn(slice.planned);
  const organisation = await loadOrganisation(tx, customer, { emails, notesDns: [] });
  const people = new Map([...organisation.subscribers.values()].map((one) => [one.id, one]));
  const created = 'absent' in slice ? 0 : slice.planned.filter(({ person }) => person === null).length;
  const nextId = takingFrom(await idsFor(created));
  const work = { state, organisation, people, nextId };
  if ('absent' in slice) for (const { id } of slice.absent) leave(work, id);
  else for (const one of slice.planned) carryOut(work, one);
  return organisation;
}

function namedIn(planned: readonly Planned[]): string[] {
  return [
    ...new Set(planned.flatMap(({ line, person }) => [line.address, ...(person ? [person.address] : [])])),
  ];
}

function expectPerson({ people }: Work, id: number): Subscriber {
  const person = people.get(id);
  if (!person) throw new Error(`subscriber ${id} has gone since the list was planned`);
  return person;
}

function carryOut(work: Work, planned: Planned): void {
  const { state } = work;
  const { line, person } = planned;
  const cause = { place: { entry: line.entry, line: line.line }, operation: operationOf(planned) };
  const known = person && expectPerson(work, person.id);
  change(work, known, cause, () => {
    const subscriber = known ?? add(work, planned);
    const objectId = line.objectId === '' ? (subscriber.managedBy?.objectId ?? null) : line.objectId;
    subscriber.managedBy = { source: state.source, objectId };
    if (subscriber.email !== line.address)
      renameSubscriber(work.organisation, subscriber, line.address, { entry: line.entry, now: state.now });
    if (state.settings.keeps === 'accounts') keepAccount(work, planned, subscriber);
    else keepTechnician(work, planned, subscriber);
    return subscriber;
  });
}

/** What becomes of somebody who is not in the list. */
function leave(work: Work, id: number): void {
  const { organisation, state } = work;
  const isAccount = state.settings.keeps === 'accounts';
  const cause = { place: { entry: state.nextEntry, line: 0 }, operation: isAccount ? 'Suspend' : 'Disable' };
  change(work, expectPerson(work, id), cause, () => {
    const subscriber = expectPerson(work, id);
    if (isAccount) suspendSubscriber(organisation, subscriber, state.source);
    else disable(organisation, subscriber);
    return subscriber;
  });
}

/** Whatever is done to somebody is noted, in the history and for the mail to an alternate address. */
function change(
  { organisation, state }: Work,
  known: Subscriber | null,
  { place, operation }: Cause,
  doIt: () => Subscriber,
): void {
  const before = known && fieldsOf(known);
  const portrait = known && portraitOf(known);
  const subscriber = doIt();
  if (!noteFieldChange(organisation, subscriber, [before, fieldsOf(subscriber)], { place, operation }))
    return;
  subscriber.lastChange = { file: state.file, line: place.line, at: state.now };
  organisation.changed.add(subscriber);
  if (portrait) noteChange(organisation, subscriber, portrait, operation, place.entry);
}

const NAME_MAX = 120;

/** What an account takes of a name. */
function accountName(text: string): string {
  return [...text].slice(0, NAME_MAX).join('');
}

function add({ organisation, state, nextId }: Work, { line }: Planned): Subscriber {
  const { now, settings, source } = state;
  const { keeps, initialPasswordHash: hash } = settings;
  const split = splitName(line.values.get('name') ?? '');
  const given = { givenName: accountName(split.givenName), familyName: accountName(split.familyName) };
  const names =
    keeps === 'accounts'
      ? { givenName: line.values.get('givenName') ?? '', familyName: line.values.get('familyName') ?? '' }
      : given;
  const person = { id: nextId(), email: line.address, ...names, origin: `directory sync:${source}` };
  const subscriber = newSubscriber(organisation, person, now);
  organisation.subscribers.set(subscriber.email, subscriber);
  if (keeps === 'technicians') {
    if (hash !== null) subscriber.password = { state: 'temporary', hash, changedAt: now };
  } else if (subscriber.identityVerified) {
    subscriber.state = 'active';
    subscriber.standing.readyFromStart = true;
  } else if (isInvited(organisation, subscriber)) invite(organisation, subscriber, line.entry, now);
  return subscriber;
}

/** A cell without a value leaves alone what is stored. */
function keepAccount({ organisation, state }: Work, { line, phase }: Planned, subscriber: Subscriber): void {
  for (const [column, value] of valuesOf(line.values)) {
    if (value === '') continue;
    if (column === 'givenName' || column === 'familyName') subscriber[column] = value;
    else subscriber.profile[column as keyof Profile] = value;
  }
  if (phase === 'enable') resumeSubscriber(organisation, subscriber);
  if (phase === 'disable') suspendSubscriber(organisation, subscriber, state.source);
}

/** Group, nickname, description and single sign-on id are never touched: somebody may have set them by hand. */
function keepTechnician({ organisation, state }: Work, { line }: Planned, subscriber: Subscriber): void {
  const { technicianGroup: group } = state.settings;
  if (group === null) throw new Error('a list of technicians without a group for them');
  const status = line.isDisabled ? ('disabled' as const) : ('enabled' as const);
  const { technician } = subscriber;
  const name = line.values.get('name') || technician?.name || '';
  setTechnician(
    organisation,
    subscriber,
    technician
      ? { ...technician, name, status, homeGroup: technician.homeGroup ?? technician.group }
      : { status, group, homeGroup: group, name, nickname: '', ssoId: null, description: '' },
  );
  if (line.isDisabled && technician?.status === 'enabled')
    releaseLicenses(organisation, subscriber, 'mobile');
}

function disable(organisation: Organisation, subscriber: Subscriber): void {
  const { technician } = subscriber;
  if (technician) setTechnician(organisation, subscriber, { ...technician, status: 'disabled' });
  releaseLicenses(organisation, subscriber, 'mobile');
}

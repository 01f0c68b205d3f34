import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../database/open.ts';
import { OperatorFault } from '../../fault.ts';
import { loadOrganisation } from '../subscribers/load.ts';
import { builtNotesDn, foldNotesDn } from '../subscribers/notes-name.ts';
import { chooseTemplate } from '../subscribers/notes-template.ts';
import {
  heldSubscriptions,
  type NotesMail,
  type Organisation,
  type Profile,
  type Subscriber,
} from '../subscribers/organisation.ts';
import type { DeclaredSubscriber } from './organisation-file.ts';
import { isInvited, endInvitation, noInvitation } from '../subscribers/invitation.ts';
import { newSubscriber } from '../subscribers/new-subscriber.ts';
import { fieldsOf, noteFieldChange, type Cause } from '../subscribers/changes.ts';
import { groupFields, membershipsOf, setMemberships, type Groups } from '../groups/groups.ts';
import { loadGroups } from '../groups/load.ts';
import { saveGroups } from '../groups/save.ts';
import { saveOrganisation } from '../subscribers/save.ts';
import { freeSeat, takeSeat } from '../subscribers/seats.ts';
import { decidedClaims } from '../subscribers/people.ts';
import { mailTypeOf } from '../subscribers/subscription.ts';
import { foldSsoId } from '../subscribers/technician.ts';
import { overwriteTechnician } from './technicians.ts';
import { operator } from '../../messages/en/operator.ts';

const ORIGIN = 'organisation file';
/** As a cause of changes. */
const SETUP: Cause = { place: null, operation: 'setup' };

/** @returns the addresses of those that were created or changed */
export async function setUpSubscribers(
  tx: Transaction,
  now: Date,
  customer: number,
  who: string,
  declared: readonly DeclaredSubscriber[],
): Promise<string[]> {
  if (declared.length === 0) return [];
  const { rows } = await tx.query<{ name: string }>('select name from customer where id = $1', [customer]);
  const notesDns = declared.map((one) => foldNotesDn(notesDnOf({ name: rows[0]?.name ?? '' }, one)));
  const organisation = await loadOrganisation(tx, customer, {
    emails: declared.map((one) => one.email),
    notesDns,
    ssoIds: declared.flatMap(({ technician }) => (technician?.ssoId ? foldSsoId(technician.ssoId) : [])),
  });
  const groups = await loadGroups(tx, customer, {
    names: [...new Set(declared.flatMap((one) => one.groups ?? []).map(({ name }) => name))],
    subscribers: [...organisation.subscribers.values()].map(({ id }) => id),
  });
  const decided = await decidedAmong(tx, customer, declared);
  for (const one of declared) {
    const stored = organisation.subscribers.get(one.email);
    // Who has left is not added again by a file that still declares the claim.
    if (decided.has(one.email) && (!stored || stored.state === 'remove_pending')) continue;
    if (organisation.takenElsewhere.has(one.email))
      throw new OperatorFault(operator.setup.emailTaken(customer, one.email));
    const before = structuredClone(stored);
    const fieldsNow = (person: Subscriber) => ({
      ...fieldsOf(person),
      ...(one.groups ? groupFields(membershipsOf(groups, person.id)) : {}),
    });
    const fields = stored ? fieldsNow(stored) : null;
    const subscriber = stored ?? (await createSubscriber(tx, organisation, one, now));
    overwrite(organisation, subscriber, decided.has(one.email) ? { ...one, claim: undefined } : one, now);
    const regrouped = overwriteGroups(groups, subscriber, one, customer);
    if (isDeepStrictEqual(before, subscriber) && !regrouped) continue;
    organisation.changed.add(subscriber);
    noteFieldChange(organisation, subscriber, [fields, fieldsNow(subscriber)], SETUP);
  }
  await saveOrganisation(tx, organisation, { who }, now);
  await saveGroups(tx, customer, groups);
  return [...organisation.changed].map((subscriber) => subscriber.email);
}

/** Those whose claim, as it is declared, has been decided: it is not opened again. */
async function decidedAmong(
  tx: Transaction,
  customer: number,
  declared: readonly DeclaredSubscriber[],
): Promise<ReadonlySet<string>> {
  const claims = declared.flatMap(({ email, claim }) =>
    claim ? [{ email, since: new Date(claim.since) }] : [],
  );
  return claims.length === 0 ? new Set() : await decidedClaims(tx, customer, claims);
}

async function createSubscriber(
  tx: Transaction,
  organisation: Organisation,
  declared: DeclaredSubscriber,
  now: Date,
): Promise<Subscriber> {
  const { rows } = await tx.query<{ id: number }>(`select nextval('subscriber_id') as id`);
  const { email, givenName, familyName } = declared;
  const person = { id: rows[0]?.id ?? 0, email, givenName, familyName, origin: ORIGIN };
  const subscriber = newSubscriber(organisation, person, now);
  if (declared.state !== 'pending') {
    subscriber.state = 'active';
    hasSignedIn(subscriber, now);
  }
  organisation.subscribers.set(subscriber.email, subscriber);
  return subscriber;
}

/** Writes every key that the file names over what is stored. */
function overwrite(
  organisation: Organisation,
  subscriber: Subscriber,
  declared: DeclaredSubscriber,
  now: Date,
): void {
  subscriber.givenName = declared.givenName;
  subscriber.familyName = declared.familyName;
  subscriber.roles = declared.roles ?? subscriber.roles;
  subscriber.canSign = declared.canSign ?? subscriber.canSign;
  subscriber.companyContact = declared.companyContact ?? subscriber.companyContact;
  subscriber.federationType = declared.federationType ?? subscriber.federationType;
  subscriber.alternateEmail = declared.altEmailAddress ?? subscriber.alternateEmail;
  if (subscriber.federationType === 'FEDERATED') endInvitation(subscriber);
  overwriteStanding(subscriber, declared, now);
  if (declared.state && declared.state !== subscriber.state) {
    subscriber.stateBeforeSuspend = declared.state === 'suspended' ? 'active' : null;
    subscriber.state = declared.state;
    subscriber.suspendedBy = null;
  }
  // As Suspend, Remove and Update do: the link of an earlier invitation stops working.
  const mayRegister = subscriber.state === 'pending' || subscriber.state === 'active';
  if (subscriber.invitation.state === 'pending' && !(mayRegister && isInvited(organisation, subscriber)))
    subscriber.invitation = noInvitation(subscriber.invitation.suppressed);
  for (const field of Object.keys(subscriber.profile) as (keyof Profile)[])
    subscriber.profile[field] = declared[field] ?? subscriber.profile[field];
  overwriteSeats(organisation, subscriber, declared, now);
  overwriteNotes(organisation, subscriber, declared);
  overwriteTechnician(organisation, subscriber, declared.technician);
  if (declared.managedBy) {
    const { source, objectId = null } = declared.managedBy;
    subscriber.managedBy = { source, objectId };
  }
}

/** Who is said to be active is verified and has signed in; a key of its own says otherwise. */
function overwriteStanding(
  subscriber: Subscriber,
  { state, identityVerified, signedIn, claim }: DeclaredSubscriber,
  now: Date,
): void {
  if (state === 'active' && subscriber.state === 'pending') hasSignedIn(subscriber, now);
  subscriber.identityVerified = identityVerified ?? subscriber.identityVerified;
  const { standing } = subscriber;
  if (signedIn === false) standing.firstSignInAt = null;
  if (signedIn === true) standing.firstSignInAt ??= now;
  if (claim) standing.claimSince = new Date(claim.since);
}

function hasSignedIn(subscriber: Subscriber, now: Date): void {
  subscriber.identityVerified = true;
  subscriber.standing.firstSignInAt = now;
}

/** @returns whether they were others */
function overwriteGroups(
  groups: Groups,
  subscriber: Subscriber,
  { groups: declared, email }: DeclaredSubscriber,
  customer: number,
): boolean {
  if (!declared) return false;
  const wanted = declared.map(({ name, primary, canSend, admin }) => {
    const group = groups.byName.get(name);
    if (!group) throw new OperatorFault(operator.setup.noGroup(customer, email, name));
    const isPrimary = primary || declared.length === 1;
    return { group, isPrimary, canSend: canSend ?? group.canSend, isAdmin: admin };
  });
  if (isDeepStrictEqual(membershipsOf(groups, subscriber.id), wanted)) return false;
  setMemberships(groups, subscriber.id, wanted);
  return true;
}

function overwriteSeats(
  organisation: Organisation,
  subscriber: Subscriber,
  { seats, email }: DeclaredSubscriber,
  now: Date,
): void {
  if (!seats) return;
  const wanted = new Map(seats.map((seat) => [seat.subscription, seat]));
  for (const seat of subscriber.seats)
    if (!wanted.has(seat.subscription)) freeSeat(organisation, subscriber, seat);
  for (const { subscription: id, state, extraStorage } of wanted.values()) {
    const subscription = organisation.subscriptions.get(id);
    if (!subscription || subscription.kind === 'storage')
      throw new OperatorFault(operator.setup.noSeats(organisation.id, email, id));
    if (!subscriber.seats.some((seat) => seat.subscription === id)) {
      if (subscription.seatsTaken >= subscription.seats)
        throw new OperatorFault(operator.setup.noSeatLeft(organisation.id, id, email));
      takeSeat(subscriber, subscription, { now, file: ORIGIN, line: 0 });
    }
    const seat = subscriber.seats.find((one) => one.subscription === id);
    if (seat) Object.assign(seat, { state, extraStorage: { ...extraStorage } });
  }
}

function overwriteNotes(
  organisation: Organisation,
  subscriber: Subscriber,
  declared: DeclaredSubscriber,
): void {
  const holdsNotes = heldSubscriptions(organisation, subscriber).some((one) => mailTypeOf(one) === 'notes');
  if (!holdsNotes) return;
  const dn = declared.notesDN ?? subscriber.notes?.dn ?? notesDnOf(organisation, declared);
  const plain: NotesMail = {
    template: null,
    version: null,
    locale: null,
    forms: null,
    ...subscriber.notes,
    dn,
  };
  subscriber.notes = plain;
  if (!declared.notesTemplate) return;
  const chosen = chooseTemplate(organisation, declared.notesTemplate, subscriber.profile.language, null);
  if ('problem' in chosen)
    throw new OperatorFault(
      operator.setup.template(
        organisation.id,
        declared.email,
        chosen.problem.replace('-missing', ''),
        chosen.value,
        chosen.known.join(', ') || operator.setup.none,
      ),
    );
  subscriber.notes = { ...plain, ...chosen };
}

/** A hybrid user's name is that of the on-premises entry with the same address. */
function notesDnOf(
  organisation: Pick<Organisation, 'name'> & Partial<Organisation>,
  declared: DeclaredSubscriber,
): string {
  const known = organisation.onPremises?.find((entry) => entry.email === declared.email);
  return declared.notesDN ?? known?.dn ?? builtNotesDn(organisation, declared.givenName, declared.familyName);
}

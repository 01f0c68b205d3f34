import type { Change } from '../changes/change-rows.ts';
import { diffOf, type Fields } from '../changes/diff.ts';
import type { Organisation, Seat, Subscriber } from './organisation.ts';

/**
 * All of a subscriber that counts as a change, seats included. When and by what it was changed is known besides. Written
 * out, since it is made twice for every entry.
 */
export function fieldsOf(subscriber: Subscriber): Fields {
  const { profile, invitation, password, notes, standing, technician, managedBy } = subscriber;
  const fields: Record<string, unknown> = {
    email: subscriber.email,
    alternateEmail: subscriber.alternateEmail,
    givenName: subscriber.givenName,
    familyName: subscriber.familyName,
    roles: subscriber.roles,
    companyContact: subscriber.companyContact,
    state: subscriber.state,
    stateBeforeSuspend: subscriber.stateBeforeSuspend,
    suspendedBy: subscriber.suspendedBy,
    federationType: subscriber.federationType,
    language: profile.language,
    timeZone: profile.timeZone,
    department: profile.department,
    jobTitle: profile.jobTitle,
    country: profile.country,
    telephone: profile.telephone,
    mobile: profile.mobile,
    fax: profile.fax,
    address: profile.address,
    company: profile.company,
    initials: profile.initials,
    areaCode: profile.areaCode,
    // Everybody may sign who was not forbidden to.
    canSign: subscriber.canSign ? null : 'no',
    'invitation.state': invitation.state === 'none' ? null : invitation.state,
    'invitation.sentTo': invitation.sentTo,
    'invitation.sentAt': invitation.sentAt,
    'invitation.expiresAt': invitation.expiresAt,
    'invitation.suppressed': invitation.suppressed,
    password: password.hash,
    passwordState: password.state === 'none' ? null : password.state,
    identityVerified: subscriber.identityVerified,
    readyFromStart: standing.readyFromStart,
    firstSignInAt: standing.firstSignInAt,
    claimSince: standing.claimSince,
    claimDecided: standing.claimDecided,
    termsAcceptedAt: subscriber.termsAcceptedAt,
    mailbox: subscriber.mailbox,
    'notes.dn': notes?.dn,
    'notes.template': notes?.template,
    'notes.version': notes?.version,
    'notes.locale': notes?.locale,
    'notes.forms': notes?.forms,
    'technician.status': technician?.status,
    'technician.group': technician?.group,
    'technician.homeGroup': technician?.homeGroup,
    'technician.name': technician?.name,
    'technician.nickname': technician?.nickname,
    'technician.ssoId': technician?.ssoId,
    'technician.description': technician?.description,
    'managedBy.source': managedBy?.source,
    'managedBy.objectId': managedBy?.objectId,
    origin: subscriber.origin,
  };
  for (const seat of subscriber.seats) addSeat(fields, seat);
  return fields;
}

/** A seat is a field of its holder: who takes it away takes its storage along. */
function addSeat(fields: Record<string, unknown>, { subscription, state, extraStorage }: Seat): void {
  const { files, mail } = extraStorage;
  fields[`seat.${subscription}`] = state;
  if (files > 0) fields[`seat.${subscription}.files`] = files;
  if (mail > 0) fields[`seat.${subscription}.mail`] = mail;
}

export interface Cause {
  place: Change['place'];
  operation: string;
}

/** @param before null: the subscriber is new */
export function noteSubscriberChange(
  organisation: Organisation,
  subscriber: Subscriber,
  before: Fields | null,
  cause: Cause,
): void {
  noteFieldChange(organisation, subscriber, [before, fieldsOf(subscriber)], cause);
}

/**
 * The same, with fields besides those of the account.
 *
 * @returns whether there is a difference
 */
export function noteFieldChange(
  organisation: Organisation,
  subscriber: Subscriber,
  [before, after]: [before: Fields | null, after: Fields],
  cause: Cause,
): boolean {
  const diff = diffOf(before, after);
  if (Object.keys(diff).length === 0) return false;
  // Whoever has it now is found by it; who had it is not.
  const name = typeof before?.email === 'string' && before.email !== after.email ? before.email : null;
  organisation.changes.push({ subject: subscriber.id, ...cause, name, diff });
  return true;
}

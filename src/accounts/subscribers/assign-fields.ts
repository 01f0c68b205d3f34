import type { Fields } from '../changes/diff.ts';
import type { NotesMail, Profile, Subscriber, Technician } from './organisation.ts';

/** Of fields by their names in changes. Nothing is null there, however it is stored. */
class Reader {
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  text(name: string): string {
    return this.textOrNull(name) ?? '';
  }

  textOrNull(name: string): string | null {
    const value = this.#fields[name];
    return typeof value === 'string' && value !== '' ? value : null;
  }

  /** One of a set of words. */
  word<Word extends string>(name: string, otherwise: Word): Word {
    return (this.textOrNull(name) ?? otherwise) as Word;
  }

  numberOrNull(name: string): number | null {
    const value = this.#fields[name];
    return typeof value === 'number' ? value : null;
  }

  flag(name: string): boolean {
    return this.#fields[name] === true;
  }

  /** ISO 8601 in changes, a moment in memory. */
  moment(name: string): Date | null {
    const value = this.#fields[name];
    if (value instanceof Date) return value;
    return typeof value === 'string' ? new Date(value) : null;
  }
}

/**
 * The way back of `fieldsOf`, but for seats and passwords: a seat may not be free any more, and of a password no change
 * keeps anything.
 *
 * @param fields all of them, as `fieldsOf` names them
 */
export function assignFields(subscriber: Subscriber, fields: Fields): void {
  const read = new Reader(fields);
  subscriber.email = read.text('email');
  subscriber.alternateEmail = read.textOrNull('alternateEmail');
  subscriber.givenName = read.text('givenName');
  subscriber.familyName = read.text('familyName');
  const { roles } = fields;
  subscriber.roles = Array.isArray(roles) ? (roles as Subscriber['roles']) : ['user'];
  subscriber.companyContact = read.flag('companyContact');
  subscriber.state = read.word('state', subscriber.state);
  subscriber.stateBeforeSuspend = read.textOrNull('stateBeforeSuspend') as Subscriber['stateBeforeSuspend'];
  subscriber.suspendedBy = read.textOrNull('suspendedBy');
  subscriber.federationType = read.word('federationType', subscriber.federationType);
  subscriber.profile = profileFrom(read);
  subscriber.canSign = read.textOrNull('canSign') === null;
  subscriber.invitation = {
    state: read.word('invitation.state', 'none'),
    sentTo: read.textOrNull('invitation.sentTo'),
    sentAt: read.moment('invitation.sentAt'),
    expiresAt: read.moment('invitation.expiresAt'),
    suppressed: read.flag('invitation.suppressed'),
  };
  subscriber.identityVerified = read.flag('identityVerified');
  subscriber.standing = {
    readyFromStart: read.flag('readyFromStart'),
    firstSignInAt: read.moment('firstSignInAt'),
    claimSince: read.moment('claimSince'),
    claimDecided: read.moment('claimDecided'),
  };
  subscriber.termsAcceptedAt = read.moment('termsAcceptedAt');
  subscriber.mailbox = read.textOrNull('mailbox');
  subscriber.notes = notesFrom(read);
  subscriber.technician = technicianFrom(read);
  const source = read.textOrNull('managedBy.source');
  const objectId = read.textOrNull('managedBy.objectId');
  subscriber.managedBy = source === null ? null : { source, objectId };
  subscriber.origin = read.text('origin');
}

const PROFILE: readonly (keyof Profile)[] = [
  'language',
  'timeZone',
  'department',
  'jobTitle',
  'country',
  'telephone',
  'mobile',
  'fax',
  'address',
  'company',
  'initials',
  'areaCode',
];

function profileFrom(read: Reader): Profile {
  return Object.fromEntries(PROFILE.map((name) => [name, read.text(name)])) as unknown as Profile;
}

function notesFrom(read: Reader): NotesMail | null {
  const dn = read.textOrNull('notes.dn');
  if (dn === null) return null;
  return {
    dn,
    template: read.textOrNull('notes.template'),
    version: read.textOrNull('notes.version'),
    locale: read.textOrNull('notes.locale'),
    forms: read.textOrNull('notes.forms'),
  };
}

function technicianFrom(read: Reader): Technician | null {
  const group = read.numberOrNull('technician.group');
  if (group === null) return null;
  return {
    status: read.word('technician.status', 'enabled'),
    group,
    homeGroup: read.numberOrNull('technician.homeGroup'),
    name: read.text('technician.name'),
    nickname: read.text('technician.nickname'),
    ssoId: read.textOrNull('technician.ssoId'),
    description: read.text('technician.description'),
  };
}

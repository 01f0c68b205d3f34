/** What somebody can be told of, and which events say it. */

/** Event → the name of its notice. What is not named here is no notice. */
const OF_EVENT: Readonly<Record<string, string>> = {
  'file.received': 'file.received',
  'file.deferred': 'file.deferred',
  'file.held': 'file.held',
  'file.approved': 'file.decided',
  'file.discarded': 'file.decided',
  'file.applied': 'file.applied',
  'file.applied_with_errors': 'file.applied_with_errors',
  'file.refused': 'file.refused',
  'file.set_aside': 'file.set_aside',
  'file.quarantined': 'file.quarantined',
  'file.withdrawn': 'file.withdrawn',
  'report.written': 'report.written',
  'undo.applied': 'undo.applied',
  'undo.set_aside': 'undo.set_aside',
  'feed.late': 'feed.late',
  'feed.missing': 'feed.missing',
  'feed.unusual': 'feed.unusual',
  'sequence.gap': 'sequence.gap',
  'cap.reached': 'cap.reached',
  'customer.held': 'customer.held',
  'customer.released': 'customer.released',
  'account.banned': 'account.banned',
  'certificate.expiring': 'certificate.expiring',
  'job.failed': 'job.failed',
  'notices.disabled': 'webhook.disabled',
};

/** Types whose events name no customer: only operators can be told. */
const OF_NOBODY = ['account.banned', 'certificate.expiring', 'job.failed'];

export const NOTICE_TYPES: readonly string[] = [...new Set(Object.values(OF_EVENT))];
export const CUSTOMER_TYPES = NOTICE_TYPES.filter((type) => !OF_NOBODY.includes(type));

/** What a mail tells where nothing else is said: what needs a person, and nothing while all is well. */
export const MAIL_TYPES: readonly string[] = [
  'file.held',
  'file.applied_with_errors',
  'file.refused',
  'file.set_aside',
  'file.quarantined',
  'undo.set_aside',
  'feed.late',
  'feed.missing',
  'feed.unusual',
  'sequence.gap',
  'webhook.disabled',
];

/** The same for operators: what customers see to themselves is left out. */
export const OPERATOR_MAIL_TYPES: readonly string[] = [
  'file.held',
  'file.set_aside',
  'file.quarantined',
  'undo.set_aside',
  'feed.missing',
  'certificate.expiring',
  'job.failed',
  'webhook.disabled',
];

/** @returns null: nobody is told of it */
export function noticeTypeOf(event: string): string | null {
  return Object.hasOwn(OF_EVENT, event) ? (OF_EVENT[event] ?? null) : null;
}

/** Types of events that are told as one of these. */
export function eventTypesOf(notices: readonly string[]): string[] {
  return Object.keys(OF_EVENT).filter((event) => notices.includes(OF_EVENT[event] ?? ''));
}

/** @param names of types, or `file.*`. @returns null: there is no such type */
export function typesNamed(name: string, known: readonly string[]): readonly string[] | null {
  const prefix = name.endsWith('.*') ? name.slice(0, -1) : null;
  const found = known.filter((type) => (prefix === null ? type === name : type.startsWith(prefix)));
  return found.length > 0 ? found : null;
}

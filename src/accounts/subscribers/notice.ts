import type { Organisation, Subscriber } from './organisation.ts';

/** What a notice's row in the outbox carries: names of operations and fields, never a value but the two addresses. */
export interface NoticePayload {
  to: string;
  /** Of the account. */
  email: string;
  /** ISO 8601. */
  at: string;
  /** In the order of the file; slices of one file may repeat an operation. */
  changes: { operation: string; fields: string[] }[];
}

/**
 * An account as far as its holder should hear of changes: column of a change file → what is stored, as text to compare.
 * `seats` and `state` are no columns; the operation's name says enough of them.
 */
type Portrait = Record<string, string>;

const UNNAMED = new Set(['seats', 'state']);

export function portraitOf(subscriber: Subscriber): Portrait {
  const { notes, password, seats, technician } = subscriber;
  const storage = (pool: 'files' | 'mail') =>
    seats.flatMap(({ subscription, extraStorage }) =>
      extraStorage[pool] > 0 ? [[subscription, extraStorage[pool]]] : [],
    );
  return {
    emailAddress: subscriber.email,
    altEmailAddress: subscriber.alternateEmail ?? '',
    givenName: subscriber.givenName,
    familyName: subscriber.familyName,
    ...subscriber.profile,
    password: password.hash ?? '',
    notesDN: notes?.dn ?? '',
    notesTemplate: JSON.stringify([notes?.template, notes?.version, notes?.locale, notes?.forms]),
    federationType: subscriber.federationType,
    collabExtraStorage: JSON.stringify(storage('files')),
    mailExtraStorage: JSON.stringify(storage('mail')),
    technician: technician ? JSON.stringify(technician) : '',
    seats: JSON.stringify(seats.map(({ subscription, state }) => [subscription, state])),
    state: subscriber.state,
  };
}

/**
 * Notes for the mail to the alternate address what an operation has changed (rules 5). Nothing where there is no such
 * address, or where all is as it was before.
 *
 * @param before the account's portrait before the operation
 */
export function noteChange(
  organisation: Organisation,
  subscriber: Subscriber,
  before: Portrait,
  operation: string,
  entry: number,
): void {
  const after = portraitOf(subscriber);
  const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
  const { id, alternateEmail: to, email } = subscriber;
  if (to === null || changed.length === 0) return;
  const notice = organisation.notices.get(id) ?? {
    to,
    email,
    entry,
    changes: new Map<string, Set<string>>(),
  };
  const fields = notice.changes.get(operation) ?? new Set();
  for (const name of changed) if (!UNNAMED.has(name)) fields.add(name);
  notice.changes.set(operation, fields);
  organisation.notices.set(id, { ...notice, to, email });
}

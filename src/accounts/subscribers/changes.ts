import type { Change } from '../changes/change-rows.ts';
import { diffOf, type Fields } from '../changes/diff.ts';
import type { Organisation, Seat, Subscriber } from './organisation.ts';

/** All of a subscriber that counts as a change, seats included. When and by what it was changed is known besides. */
export function fieldsOf(subscriber: Subscriber): Fields {
  const { id: _id, profile, invitation, password, notes, seats, ...own } = subscriber;
  const { createdAt: _createdAt, lastChange: _lastChange, ...fields } = own;
  return {
    ...fields,
    ...profile,
    ...named('invitation', invitation),
    password: password.hash,
    passwordState: password.state === 'none' ? null : password.state,
    ...named('notes', notes),
    ...Object.assign({}, ...seats.map(seatFields)),
  };
}

function named(part: string, values: object | null): Fields {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, value]: [string, unknown]) => [
      `${part}.${name}`,
      value === 'none' ? null : value,
    ]),
  );
}

/** A seat is a field of its holder: who takes it away takes its storage along. */
function seatFields({ subscription, state, extraStorage: { files, mail } }: Seat): Fields {
  return {
    [`seat.${subscription}`]: state,
    [`seat.${subscription}.files`]: files === 0 ? null : files,
    [`seat.${subscription}.mail`]: mail === 0 ? null : mail,
  };
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
  const diff = diffOf(before, fieldsOf(subscriber));
  if (Object.keys(diff).length === 0) return;
  const name = 'email' in diff ? subscriber.email : null;
  organisation.changes.push({ subject: subscriber.id, ...cause, name, diff });
}

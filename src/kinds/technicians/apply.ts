/** What a row without a fault does. */
import { fieldsOf, noteFieldChange } from '../../accounts/subscribers/changes.ts';
import { newSubscriber } from '../../accounts/subscribers/new-subscriber.ts';
import { noteChange, portraitOf } from '../../accounts/subscribers/notice.ts';
import type { Subscriber } from '../../accounts/subscribers/organisation.ts';
import { takeSeat } from '../../accounts/subscribers/seats.ts';
import {
  freeLicense,
  holdsLicense,
  setTechnician,
  splitName,
} from '../../accounts/subscribers/technician.ts';
import type { Effects, SourceRange } from '../../change-file/entry.ts';
import { addressOf } from './address.ts';
import { isOn } from './cells.ts';
import type { TechnicianRow } from './columns.ts';
import type { TechniciansState } from './context.ts';

/** A row without a fault. */
export interface PlannedTechnician {
  row: TechnicianRow;
  /** Somebody of the organisation, who becomes a technician; null: somebody new. */
  person: Subscriber | null;
  group: number;
}

/** As an account's origin says. */
const ORIGIN = 'technician import';

export function carryOut(
  state: TechniciansState,
  { row, person, group }: PlannedTechnician,
  { entry, line }: SourceRange,
  operation: string,
): Effects {
  const { organisation, inputs } = state;
  const before = person && fieldsOf(person);
  const portrait = person && portraitOf(person);
  const subscriber = person ?? addSubscriber(state, row, entry);
  setTechnician(organisation, subscriber, {
    status: isOn(row, 'enabled') ? 'enabled' : 'disabled',
    group,
    homeGroup: null,
    name: row.get('name') ?? '',
    nickname: row.get('nickname') ?? '',
    ssoId: row.get('sso_id') ?? null,
    description: row.get('description') ?? '',
  });
  takeLicenses(state, subscriber, row, line);
  noteFieldChange(organisation, subscriber, [before, fieldsOf(subscriber)], {
    place: { entry, line },
    operation,
  });
  subscriber.lastChange = { file: inputs.file, line, at: inputs.now };
  organisation.changed.add(subscriber);
  if (portrait) noteChange(organisation, subscriber, portrait, operation, entry);
  return { succeeded: 1 };
}

/** With a first password, to be changed at the first sign-in: nobody is invited who can sign in at once. */
function addSubscriber(
  { organisation, inputs }: TechniciansState,
  row: TechnicianRow,
  entry: number,
): Subscriber {
  const hash = inputs.passwordHashes.get(entry);
  if (hash === undefined) throw new Error('a technician was added without a password');
  const person = {
    id: inputs.nextSubscriberId(),
    email: addressOf(row),
    ...splitName(row.get('name') ?? ''),
    origin: ORIGIN,
  };
  const subscriber = newSubscriber(organisation, person, inputs.now);
  subscriber.password = { state: 'temporary', hash, changedAt: inputs.now };
  organisation.subscribers.set(person.email, subscriber);
  return subscriber;
}

function takeLicenses(
  { organisation, inputs }: TechniciansState,
  subscriber: Subscriber,
  row: TechnicianRow,
  line: number,
): void {
  for (const license of ['standard', 'mobile'] as const) {
    if (!isOn(row, `${license}_license`) || holdsLicense(organisation, subscriber, license)) continue;
    const subscription = freeLicense(organisation, license);
    if (subscription) takeSeat(subscriber, subscription, { now: inputs.now, file: inputs.file, line });
  }
}

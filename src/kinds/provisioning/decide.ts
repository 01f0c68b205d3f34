import { isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { fieldsOf, noteFieldChange, type Cause } from '../../accounts/subscribers/changes.ts';
import { noteChange, portraitOf } from '../../accounts/subscribers/notice.ts';
import type { Organisation, Subscriber } from '../../accounts/subscribers/organisation.ts';
import type { About, Entry, EntryResult, ProvisioningRecord } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { PRV_FIELDS } from '../../tables/prv-fields.ts';
import { cut, oncePerField, nameIn } from '../shown-value.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { lengthOf } from './profile.ts';
import {
  check,
  subscriberOf,
  suppressionOf,
  textOf,
  valueCheck,
  writtenValue,
  type Check,
  type Complaint,
  type FieldName,
  type DecisionInputs,
  type DecisionContext,
} from './context.ts';

/** A sentence that lists more than this helps nobody. */
const LISTED_MAX = 20;

const operations = new Map(OPERATIONS.map((operation) => [operation.name.toLowerCase(), operation]));

/** The checks of "PRV any" that come before those of the operation. The first, 1000, is the reader's. */
export const generalChecks: readonly Check[] = [
  check(2, 1015, (s) => !operationOf(s.record) && { field: 'action', value: writtenValue(s, 'action') }),
  valueCheck(
    3,
    1031,
    (s) =>
      !isEmailAddress(textOf(s, 'emailAddress')) && {
        field: 'emailAddress',
        value: writtenValue(s, 'emailAddress'),
      },
  ),
  valueCheck(4, 9, (s) => {
    const tooLong: Complaint[] = [];
    for (const { field, limit } of limitsOf(operationOf(s.record))) {
      const value = textOf(s, field);
      if (lengthOf(value) > limit) tooLong.push({ field, value, reason: 'too-long', limit });
    }
    return tooLong;
  }),
];

/** Fields whose excess length has a code of its own (1049, 1051-1053); the operations check them. */
const OWN_LENGTH_CODE: ReadonlySet<FieldName> = new Set(['givenName', 'familyName', 'jobTitle', 'country']);

const lengthsMax = new Map<FieldName, number>(
  PRV_FIELDS.filter((field) => !OWN_LENGTH_CODE.has(field.name)).flatMap(({ name, max_length }) => {
    const number = /\d+/.exec(max_length)?.[0];
    return number ? [[name, Number(number)]] : [];
  }),
);

interface Limit {
  field: FieldName;
  limit: number;
}

/** What holds for all entries of an operation, worked out once. */
const limits = new Map<Operation | undefined, readonly Limit[]>(
  [undefined, ...OPERATIONS].map((operation) => [
    operation,
    ['emailAddress' as const, ...(operation?.reads ?? [])].flatMap((field) => {
      const limit = lengthsMax.get(field);
      return limit === undefined ? [] : [{ field, limit }];
    }),
  ]),
);

function limitsOf(operation: Operation | undefined): readonly Limit[] {
  return limits.get(operation) ?? [];
}

const checks = new Map<Operation | undefined, readonly Check[]>(
  [undefined, ...OPERATIONS].map((operation) => [
    operation,
    [...generalChecks, ...(operation?.checks ?? [])],
  ]),
);

export function operationOf(record: ProvisioningRecord): Operation | undefined {
  return operations.get((record.get('action') ?? '').toLowerCase());
}

/**
 * Decides one entry (rules 6): runs the checks in the order of code-selection.csv; where none fails, changes the
 * organisation in memory. Pure but for that: time, ids and password hashes come in with the moment.
 */
export function decideEntry(
  organisation: Organisation,
  { place, read, isDisplaced }: Entry<ProvisioningRecord>,
  inputs: DecisionInputs,
): EntryResult {
  if ('refusal' in read)
    return { place, code: read.refusal.code, operation: null, subject: null, refusal: read.refusal };
  const { record } = read;
  const { entry, line } = place;
  const context: DecisionContext = { organisation, record, entry, line, inputs, worked: {} };
  const operation = operationOf(record);
  const found = refusalOf(checks.get(operation) ?? generalChecks, context);
  if (!found && operation && inputs.keepsPeople && REMOVING.has(operation.name))
    return leftOut(operation, context, place);
  const refusal = found && isDisplaced ? withoutValues(found) : found;
  if (!refusal && operation) carryOut(operation, context);
  return {
    place,
    code: refusal?.code ?? 0,
    operation: operation?.name ?? cut(textOf(context, 'action')),
    subject: cut(textOf(context, 'emailAddress')).toLowerCase(),
    refusal,
    ...(refusal && operation ? { about: aboutEntry(operation, context, isDisplaced) } : {}),
  };
}

/** Operations that take the account, or its use, from somebody. */
const REMOVING: ReadonlySet<Operation['name']> = new Set(['Remove', 'Suspend']);

/** Whether the entry could take something from somebody: the account, its use, or the address. */
export function mayTake({ read }: Entry<ProvisioningRecord>): boolean {
  const name = 'record' in read ? operationOf(read.record)?.name : undefined;
  return name !== undefined && (REMOVING.has(name) || name === 'Rename');
}

/** It could be carried out, and the person who approved the file wanted nobody to go. */
function leftOut({ name }: Operation, context: DecisionContext, place: EntryResult['place']): EntryResult {
  const subject = cut(textOf(context, 'emailAddress')).toLowerCase();
  return { place, code: 2904, operation: name, subject, refusal: { code: 2904, other: subject } };
}

/** An address that somebody has already is not whom an Add is about. */
function aboutEntry({ name }: Operation, context: DecisionContext, isDisplaced = false): About {
  const found = name === 'Add' ? undefined : subscriberOf(context);
  if (found) return { kind: 'person', id: found.id, name: '' };
  return { kind: 'person', id: null, name: isDisplaced ? '' : namesIn(context.record) };
}

function namesIn(record: ProvisioningRecord): string {
  return nameIn(record.get('givenName'), record.get('familyName'));
}

/** "Anything else while writing": the operation's own code for it; 1097 where the row forces the activation. */
export function failedEntry({ place, read, isDisplaced }: Entry<ProvisioningRecord>): EntryResult {
  if ('refusal' in read)
    return { place, code: read.refusal.code, operation: null, subject: null, refusal: read.refusal };
  const operation = operationOf(read.record);
  const forced = operation?.name === 'Add' && (read.record.get('activation') ?? '') !== '';
  const code = forced ? 1097 : (operation?.otherwise ?? 1008);
  const value = cut(read.record.get('emailAddress') ?? '');
  return {
    place,
    code,
    operation: operation?.name ?? null,
    subject: value.toLowerCase(),
    refusal: { code, field: 'emailAddress', value, reason: 'not-written' },
    ...(operation
      ? { about: { kind: 'person', id: null, name: isDisplaced ? '' : namesIn(read.record) } }
      : {}),
  };
}

/** The first check that fails gives the code; what else is wrong with the entry's values is named beside it. */
function refusalOf(checks: readonly Check[], context: DecisionContext): Refusal | null {
  for (let index = 0; index < checks.length; index += 1) {
    const check = checks[index];
    const found = check ? refusalsOf(check, context) : NONE;
    // Almost all of some twenty for each entry: nothing is taken apart for them.
    if (found.length === 0) continue;
    const [first, ...more] = found;
    if (!first) continue;
    // What the columns of an unknown operation must hold is not known either.
    const later = first.code === 1015 ? [] : checks.slice(index + 1).filter(({ ofValues }) => ofValues);
    const also = [...more, ...later.flatMap((other) => refusalsOf(other, context))];
    const others = oncePerField([first, ...also]).slice(1);
    return others.length > 0 ? { ...first, also: others } : first;
  }
  return null;
}

/** Of a row whose password may stand anywhere: fields and rules are told, and no value but who and what it is about. */
function withoutValues(refusal: Refusal): Refusal {
  const { value, also, field } = refusal;
  const isHidden = value !== undefined && field !== 'emailAddress' && field !== 'action';
  return {
    ...refusal,
    ...(isHidden ? { value: HIDDEN } : {}),
    ...(also ? { also: also.map(withoutValues) } : {}),
  };
}

const HIDDEN = '***';

const NONE: readonly Refusal[] = [];

/** Almost every check passes, and makes nothing. */
function refusalsOf({ code, fails }: Check, context: DecisionContext): readonly Refusal[] {
  const complaints = fails(context);
  if (!complaints || (Array.isArray(complaints) && complaints.length === 0)) return NONE;
  return [complaints].flat().map((complaint) => ({ code, ...shown(complaint) }));
}

/** Carries the operation out, and notes what it has changed. */
function carryOut(operation: Operation, context: DecisionContext): void {
  const { organisation, entry, line } = context;
  const known = subscriberOf(context);
  const before = known ? fieldsOf(known) : null;
  applyTelling(operation, context, known);
  const subscriber = known ?? subscriberOf(context);
  const cause = { place: { entry, line }, operation: operation.name };
  if (!subscriber) return;
  const isChanged = noteFieldChange(organisation, subscriber, [before, fieldsOf(subscriber)], cause);
  if (!isChanged && operation.name === 'ResendInvitation') noteSentAgain(context, subscriber, cause);
}

/** An invitation that was sent by the same file is sent again at the same moment: nothing shows it but this. */
function noteSentAgain(
  { organisation, inputs }: DecisionContext,
  { id, invitation }: Subscriber,
  cause: Cause,
) {
  const sentAt = invitation.sentAt?.getTime() === inputs.now.getTime() ? inputs.now.toISOString() : null;
  if (sentAt === null) return;
  organisation.changes.push({
    subject: id,
    ...cause,
    name: null,
    diff: { 'invitation.sentAt': [sentAt, sentAt] },
  });
}

/** Notes for the alternate address of the account what it has changed (rules 5). */
function applyTelling(
  { name, reads, apply }: Operation,
  context: DecisionContext,
  known: Subscriber | undefined,
): void {
  // Nobody is told where there is no such address, and where none can come.
  const mayTell = known !== undefined && (known.alternateEmail !== null || reads.includes('altEmailAddress'));
  const subscriber = mayTell && !NOT_TOLD.has(name) ? known : undefined;
  const before = subscriber && portraitOf(subscriber);
  apply(context);
  if (subscriber && before && suppressionOf(context) !== true)
    noteChange(context.organisation, subscriber, before, name, context.entry);
}

/** The invitation tells of an Add; sending it again changes nothing. */
const NOT_TOLD: ReadonlySet<Operation['name']> = new Set(['Add', 'ResendInvitation']);

/** No complaint carries a password, whatever a check says; a long value is cut. */
function shown(complaint: Complaint): Omit<Refusal, 'code'> {
  const { value, list, ...others } = complaint;
  const rest = { ...others, ...(list ? { list: list.slice(0, LISTED_MAX) } : {}) };
  return value === undefined || complaint.field === 'password' ? rest : { ...rest, value: cut(value) };
}

import { isEmailAddress } from '../../accounts/email-address.ts';
import type { Organisation } from '../../accounts/organisation.ts';
import type { Entry, EntryResult, ProvisioningRecord } from '../../entry.ts';
import type { Refusal } from '../../result-code.ts';
import { PRV_FIELDS } from '../../tables/prv-fields.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { lengthOf } from './profile.ts';
import {
  check,
  textOf,
  type Check,
  type Complaint,
  type FieldName,
  type Moment,
  type Situation,
} from './situation.ts';

/** More of a value than this says nothing more to the reader of a report. */
const SHOWN_CHARACTERS_MAX = 200;

const operations = new Map(OPERATIONS.map((operation) => [operation.name.toLowerCase(), operation]));

/** The checks of "PRV any" that come before those of the operation. The first, 1000, is the reader's. */
export const generalChecks: readonly Check[] = [
  check(2, 1015, (s) => !operationOf(s.record) && { field: 'action', value: textOf(s, 'action') }),
  check(3, 1031, (s) => {
    const value = textOf(s, 'emailAddress');
    return !isEmailAddress(value) && { field: 'emailAddress', value };
  }),
  check(4, 9, (s) => {
    const field = ['emailAddress' as const, ...(operationOf(s.record)?.reads ?? [])].find(
      (name) => lengthOf(textOf(s, name)) > lengthMax(name),
    );
    return field && { field, value: textOf(s, field), reason: 'too-long', limit: lengthMax(field) };
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

function lengthMax(field: FieldName): number {
  return lengthsMax.get(field) ?? Infinity;
}

export function operationOf(record: ProvisioningRecord): Operation | undefined {
  return operations.get((record.get('action') ?? '').toLowerCase());
}

/**
 * Decides one entry (chapter 6): runs the checks in the order of code-selection.csv; where none fails, changes the
 * organisation in memory. Pure but for that: time, ids and password hashes come in with the moment.
 */
export function decideEntry(
  organisation: Organisation,
  { place, read }: Entry<ProvisioningRecord>,
  moment: Moment,
): EntryResult {
  if ('refusal' in read)
    return { place, code: read.refusal.code, operation: null, subject: null, refusal: read.refusal };
  const { record } = read;
  const situation: Situation = { organisation, record, entry: place.entry, line: place.line, moment };
  const operation = operationOf(record);
  const refusal = firstFailure(generalChecks, situation) ?? firstFailure(operation?.checks ?? [], situation);
  if (!refusal) operation?.apply(situation);
  return {
    place,
    code: refusal?.code ?? 0,
    operation: operation?.name ?? cut(textOf(situation, 'action')),
    subject: cut(textOf(situation, 'emailAddress')).toLowerCase(),
    refusal,
  };
}

/** "Anything else while writing": the operation's own code for it; 1097 where the row forces the activation. */
export function failedEntry({ place, read }: Entry<ProvisioningRecord>): EntryResult {
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
  };
}

function firstFailure(checks: readonly Check[], situation: Situation): Refusal | null {
  for (const { code, fails } of checks) {
    const complaint = fails(situation);
    if (complaint) return { code, ...shown(complaint) };
  }
  return null;
}

/** No complaint carries a password, whatever a check says; a long value is cut. */
function shown(complaint: Complaint): Omit<Refusal, 'code'> {
  const { value, ...rest } = complaint;
  return value === undefined || complaint.field === 'password' ? rest : { ...rest, value: cut(value) };
}

function cut(text: string): string {
  const start = Array.from(text.slice(0, SHOWN_CHARACTERS_MAX * 2 + 2));
  return start.length <= SHOWN_CHARACTERS_MAX ? text : `${start.slice(0, SHOWN_CHARACTERS_MAX).join('')}…`;
}

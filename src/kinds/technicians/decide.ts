/** Decides a row of a technician file: its faults, or what it does to the accounts in memory. Pure but for that. */
import { isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import type { Subscriber } from '../../accounts/subscribers/organisation.ts';
import { freeLicense, holdsLicense, isSsoIdTaken } from '../../accounts/subscribers/technician.ts';
import type { About, Entry, EntryResult } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { cut, nameIn, oncePerField } from '../shown-value.ts';
import { addressOf } from './address.ts';
import { carryOut, type PlannedTechnician } from './apply.ts';
import { fault, formFaults, isOn, missingFaults } from './cells.ts';
import { headerOf, type TechnicianColumn, type TechnicianRow } from './columns.ts';
import type { TechniciansState } from './context.ts';

type TechnicianEntry = Entry<TechnicianRow>;

/** As the history has it. */
const OPERATION = 'Import';

export function decideTechnician(state: TechniciansState, entry: TechnicianEntry): EntryResult {
  const { place, read } = entry;
  if ('refusal' in read) return failed(entry, null, [read.refusal]);
  const row = read.record;
  const planned = planRow(state, row);
  if ('faults' in planned)
    return failed(entry, OPERATION, planned.faults, aboutRow(entry, row, personAt(state, row)));
  const effects = carryOut(state, planned, place, OPERATION);
  const warnings = planned.person
    ? [{ code: 2914 as const, field: headerOf('email'), other: planned.person.email }]
    : [];
  return { place, code: 0, operation: OPERATION, subject: subjectOf(row), refusal: null, effects, warnings };
}

/** What the account store refuses to write. */
export function failedTechnician(entry: TechnicianEntry): EntryResult {
  const { read } = entry;
  if ('refusal' in read) return failed(entry, null, [read.refusal]);
  const value = read.record.get('email') ?? '';
  const notWritten = fault(1008, 'email', value, { reason: 'not-written' });
  return failed(entry, OPERATION, [notWritten], aboutRow(entry, read.record, null));
}

function personAt({ organisation }: TechniciansState, row: TechnicianRow): Subscriber | null {
  const found = organisation.subscribers.get(addressOf(row));
  return found && found.state !== 'remove_pending' ? found : null;
}

function aboutRow({ isDisplaced }: TechnicianEntry, row: TechnicianRow, person: Subscriber | null): About {
  if (person) return { kind: 'person', id: person.id, name: '' };
  return { kind: 'person', id: null, name: isDisplaced ? '' : nameIn(row.get('name')) };
}

/** The first fault gives the code; the message names the others too. */
function failed(
  { place, read, isDisplaced }: TechnicianEntry,
  operation: string | null,
  faults: readonly Refusal[],
  about?: About,
): EntryResult {
  const [first, ...also] = oncePerField(isDisplaced ? faults.map(withoutValue) : faults);
  if (!first) throw new Error('an entry failed without a fault');
  const subject = 'record' in read && !isDisplaced ? subjectOf(read.record) : null;
  const refusal = also.length > 0 ? { ...first, also } : first;
  return { place, code: first.code, operation, subject, refusal, ...(about ? { about } : {}) };
}

/** Of a row whose password may stand anywhere: columns and rules are told, and no value. */
function withoutValue(refusal: Refusal): Refusal {
  return refusal.value === undefined || refusal.value === '' ? refusal : { ...refusal, value: '***' };
}

function subjectOf(row: TechnicianRow): string {
  return cut(row.get('email') ?? '').toLowerCase();
}

/** Required cells, forms, what must be unique, the group, licences: the order of the rules. */
function planRow(state: TechniciansState, row: TechnicianRow): PlannedTechnician | { faults: Refusal[] } {
  const { organisation } = state;
  const person = organisation.subscribers.get(addressOf(row)) ?? null;
  const group = groupOf(state, row);
  const faults = [
    ...missingFaults(row),
    ...formFaults(row),
    ...addressFaults(state, row, person),
    ...ssoIdFaults(state, row, person),
    ...('fault' in group ? [group.fault] : []),
    ...licenseFaults(state, row, person),
  ];
  if (faults.length > 0 || 'fault' in group) return { faults };
  return { row, person, group: group.id };
}

/** An import only adds technicians. */
function addressFaults(
  { organisation }: TechniciansState,
  row: TechnicianRow,
  person: Subscriber | null,
): Refusal[] {
  const address = addressOf(row);
  if (!isEmailAddress(address)) return [];
  if (person?.state === 'remove_pending') return [fault(1054, 'email', address)];
  if (person?.technician) return [fault(2002, 'email', address, { reason: 'technician' })];
  return organisation.takenElsewhere.has(address) ? [fault(2002, 'email', address)] : [];
}

function ssoIdFaults(
  { organisation }: TechniciansState,
  row: TechnicianRow,
  person: Subscriber | null,
): Refusal[] {
  const ssoId = row.get('sso_id');
  if (ssoId === undefined || !isSsoIdTaken(organisation, ssoId, person?.id ?? null)) return [];
  return [fault(2106, 'sso_id', ssoId)];
}

/** Where one is chosen for all, what the rows say is not even looked at. */
function groupOf(
  { organisation, chosenGroup }: TechniciansState,
  row: TechnicianRow,
): { id: number } | { fault: Refusal } {
  if (chosenGroup !== null) return { id: chosenGroup };
  const text = row.get('tech_group_id');
  if (text === undefined) return { fault: fault(2107, 'tech_group_id', '') };
  const id = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return organisation.technicianGroups.has(id) ? { id } : { fault: fault(2108, 'tech_group_id', text) };
}

const LICENSES = [
  ['standard_license', 'standard'],
  ['mobile_license', 'mobile'],
] as const satisfies (readonly [TechnicianColumn, string])[];

/** A person who holds one already needs no other. */
function licenseFaults(
  { organisation }: TechniciansState,
  row: TechnicianRow,
  person: Subscriber | null,
): Refusal[] {
  return LICENSES.filter(
    ([column, license]) =>
      isOn(row, column) &&
      !(person && holdsLicense(organisation, person, license)) &&
      !freeLicense(organisation, license),
  ).map(([column, license]) => fault(2109, column, license));
}

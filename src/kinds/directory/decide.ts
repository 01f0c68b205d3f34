import { noteEntryChanges } from '../../accounts/directory/changes.ts';
import { shownText, type DirectoryRecord, type GivenValue } from '../../accounts/directory/entry-change.ts';
import type { About, Entry, EntryResult } from '../../change-file/entry.ts';
import { isSkipped, type Refusal } from '../../change-file/result-code.ts';
import { addEntry } from './add.ts';
import { valueRefusal, type Members } from './attributes.ts';
import { deleteEntry } from './delete.ts';
import { modifyEntry } from './modify.ts';
import { renameEntry } from './rename.ts';
import type { DecisionContext } from './context.ts';

type Change = Exclude<DirectoryRecord['change'], { type: 'ignored' }>;

/**
 * Decides one record (rules 11) in the order of code-selection.csv; where nothing stands against it, changes the
 * directory in memory. Pure but for that.
 *
 * @returns null where the record is skipped silently (rule 11.1)
 */
export function decideRecord(
  context: DecisionContext,
  { place, read }: Entry<DirectoryRecord>,
): EntryResult | null {
  if ('refusal' in read) return unreadable(place, read.refusal);
  const { record } = read;
  const { change } = record;
  if (change.type === 'ignored') return null;
  const refusal = refusedValue(change, record.members) ?? carryOut(context, record, change);
  const { entry, line } = place;
  noteEntryChanges(context.directory, { place: { entry, line }, operation: change.type });
  return {
    place,
    code: refusal?.code ?? 0,
    operation: record.changetype,
    subject: shownText(record.name.text),
    refusal,
    ...(refusal && !isSkipped(refusal.code) ? aboutRecord(record) : {}),
  };
}

/** "Anything else while writing": what the account store refuses is a value that is not valid. */
export function failedRecord({ place, read }: Entry<DirectoryRecord>): EntryResult {
  if ('refusal' in read) return unreadable(place, read.refusal);
  const { name, changetype } = read.record;
  const value = shownText(name.text);
  const refusal: Refusal = { code: 9, field: 'dn', value, reason: 'not-written' };
  return {
    place,
    code: 9,
    operation: changetype,
    subject: value,
    refusal,
    ...aboutRecord(read.record),
  };
}

/** The journal tells of contacts that come and go. */
function aboutRecord({ change, name }: DirectoryRecord): { about?: About } {
  if (change.type !== 'add' && change.type !== 'delete') return {};
  const shown = givenValues(change).find(({ attribute }) => attribute.toLowerCase() === 'displayname')?.value;
  return { about: { kind: 'contact', id: null, name: shownText(shown ?? name.leaf[0]?.value ?? '') } };
}

function unreadable(place: EntryResult['place'], refusal: Refusal): EntryResult {
  return { place, code: refusal.code, operation: null, subject: null, refusal };
}

/** Of the values that the record gives, the first that cannot be kept. */
function refusedValue(change: Change, members: Members): Refusal | null {
  for (const { attribute, value } of givenValues(change)) {
    const refusal = valueRefusal(attribute, value, members);
    if (refusal) return refusal;
  }
  return null;
}

export function givenValues(change: DirectoryRecord['change']): GivenValue[] {
  if (change.type === 'add') return change.values;
  if (change.type !== 'modify') return [];
  return change.modifications.flatMap(({ attribute, values }) =>
    values.map((value) => ({ attribute, value })),
  );
}

function carryOut(context: DecisionContext, record: DirectoryRecord, change: Change): Refusal | null {
  switch (change.type) {
    case 'add':
      return addEntry(context, record, change.values);
    case 'modify':
      return modifyEntry(context, record, change.modifications);
    case 'delete':
      return deleteEntry(context, record);
    case 'modrdn':
      return renameEntry(context, record, change);
  }
}

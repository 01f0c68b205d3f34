/** The journal beside the models: each entry that was done or refused stands there once, and nothing that did not happen. */
import { expect } from 'vitest';
import { symbolOf, type ResultCode } from '../../src/change-file/result-code.ts';
import { journalLines } from '../../src/journal/journal-lines.ts';
import { parseRecord } from '../../src/journal/parse-record.ts';
import type { Queryable } from '../../src/database/open.ts';
import { CUSTOMER } from './generate-organisation.ts';
import type { TechniciansWorld } from './technicians.ts';
import type { UsersWorld } from './users.ts';

interface ToldFile {
  name: string;
  codes: readonly number[];
  /** By entry; null: more or less than one of another action. */
  done: readonly (string | null)[];
  /** Which entries are about a contact that is there and stays. */
  kept?: readonly boolean[];
  /** The same of those who stand in no entry. */
  after?: readonly string[];
  /** Whether somebody was there in whose name it was carried out. */
  hasActor: boolean;
}

/** There is no action for these: what cannot be read, what is unknown, and what was skipped. */
const NOT_TOLD = (code: number) => [10, 11, 1000, 1015].includes(code) || (code >= 2900 && code <= 2909);

async function linesOf(
  database: Queryable,
  from: number,
  to: number,
  customer = CUSTOMER,
): Promise<string[]> {
  const closing = { number: 1, day: '2026-03-02', events: [{ from, to }] };
  const pages = await Array.fromAsync(journalLines(database, customer, closing));
  return pages.flat().map(({ text }) => text);
}

function recordOf(line: string) {
  const record = parseRecord(line);
  if (!record) throw new Error(`no record: ${line}`);
  return record;
}

/** Every failure of a file once, in the order of the entries, however often its daemon died. */
export async function expectFailuresTold(
  database: Queryable,
  customer: number,
  { name, codes }: Pick<ToldFile, 'name' | 'codes'>,
): Promise<void> {
  const { rows } = await database.query<{ id: number }>(
    `select event.id from event where customer_id = $1 and subject = $2 and data #> '{journal,file}' is not null order by 1`,
    [customer, name],
  );
  const told: (string | null)[] = [];
  for (const { id } of rows)
    for (const record of (await linesOf(database, id, id, customer)).map(recordOf))
      if (record.outcome === 'FAILURE') told.push(record.reason);
  const wanted = codes.filter((code) => code !== 0 && !NOT_TOLD(code));
  expect(told, name).toEqual(wanted.map((code) => symbolOf(code as ResultCode)));
}

/** In the order of the entries: failures, and those actions of which an entry has one. */
export async function expectJournal(database: Queryable, file: ToldFile, at: string): Promise<void> {
  const { rows } = await database.query<{ id: number }>(
    `select id from event where type = 'file.applied' order by event.id desc limit 1`,
  );
  const id = rows[0]?.id ?? 0;
  const records = (await linesOf(database, id, id)).map(recordOf);
  const wanted = file.codes.flatMap((code, entry) => {
    if (code === 0) return file.done[entry] ?? [];
    return NOT_TOLD(code) || file.kept?.[entry] === true ? [] : symbolOf(code as ResultCode);
  });
  const counted = new Set(['ADDSUBSCRIBER', 'REMOVESUBSCRIBER', 'CREATE', 'DELETE']);
  if (file.name.includes('_PRV_'))
    for (const action of ['SUSPENDSUBSCRIBER', 'UNSUSPENDSUBSCRIBER']) counted.add(action);
  const told = records.flatMap(({ outcome, reason, action }) =>
    outcome === 'FAILURE' ? (reason ?? '') : counted.has(action) ? action : [],
  );
  expect(told, at).toEqual([...wanted, ...(file.after ?? [])]);
  for (const { timestamp, actor } of records)
    expect([timestamp, actor.kind], at).toEqual([
      '2026-03-02T12:00:00Z',
      file.hasActor ? 'member' : 'anonymous',
    ]);
}

/** What of the models the journal tells. */
type Read = Pick<UsersWorld, 'model' | 'extras'> & Pick<TechniciansWorld, 'technicians'>;

interface Person {
  suspended: boolean;
  groups: Set<string>;
  /** Whether a group was told of. */
  isGrouped: boolean;
  technician: string | null;
}

/** Who reads all of it knows who is there, who is suspended, who is in which group and which technician is enabled. */
export async function expectJournalOfAll(
  database: Queryable,
  { model, extras, technicians }: Read,
  at: string,
  customer = CUSTOMER,
): Promise<void> {
  const all = () => linesOf(database, 1, Number.MAX_SAFE_INTEGER, customer);
  const lines = await all();
  expect(await all(), at).toEqual(lines);
  const people = new Map<string, Person>();
  let added: Person | null = null;
  for (const line of lines) {
    const { action, object, outcome, extra } = recordOf(line);
    if (object?.type !== 'USER' || outcome !== 'SUCCESS') continue;
    const { id } = object;
    if (action === 'ADDSUBSCRIBER') {
      added = { suspended: false, groups: new Set(['Default Group']), isGrouped: false, technician: null };
      people.set(id, added);
    } else if (people.get(id) !== added || !extra.some(([key]) => key === 'GROUP')) added = null;
    if (action === 'REMOVESUBSCRIBER') people.delete(id);
    const person = people.get(id);
    if (!person) continue;
    if (action === 'SUSPENDSUBSCRIBER') person.suspended = true;
    if (action === 'UNSUSPENDSUBSCRIBER') person.suspended = false;
    const values = new Map(extra);
    person.technician = values.get('TECHNICIAN') ?? person.technician;
    const group = values.get('GROUP') ?? '';
    // Without a word somebody new is in the default group.
    if (values.has('OPERATION') && person === added && !added.isGrouped) person.groups.clear();
    person.isGrouped ||= values.has('OPERATION');
    if (values.get('OPERATION') === 'MEMBER_ADDED') person.groups.add(group);
    if (values.get('OPERATION') === 'MEMBER_REMOVED') person.groups.delete(group);
  }
  const { rows } = await database.query<{ id: string; email: string }>(
    'select id::text, email from subscriber where customer_id = $1',
    [customer],
  );
  const addresses = new Map(rows.map(({ id, email }) => [id, email]));
  const read = [...people].map(([id, person]) => [addresses.get(id), person.suspended, person.technician]);
  const wanted = model.subscribers
    .filter(({ state }) => state !== 'remove_pending')
    .map((one) => [one.email, one.state === 'suspended', technicians.get(one)?.status ?? null]);
  expect(new Map(read.map(([email, ...rest]) => [email, rest])), at).toEqual(
    new Map(wanted.map(([email, ...rest]) => [email, rest])),
  );
  for (const one of model.subscribers) {
    const extra = extras.get(one);
    const id = rows.find(({ email, id: number }) => email === one.email && people.has(number))?.id;
    if (!extra || id === undefined || one.state === 'remove_pending') continue;
    expect([one.email, [...(people.get(id)?.groups ?? [])].toSorted()], at).toEqual([
      one.email,
      [...extra.groups.keys()].toSorted(),
    ]);
  }
}

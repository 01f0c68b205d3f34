/**
 * All lines of a customer's journal of a day, in the order in which they were written down: from the events of its closing,
 * and from the changes and refused entries that these tell of. Page by page, so that a day of any size costs constant
 * memory; from what never changes any more, so that it is always the same.
 */
import { changesIn, namesAt, type ChangeSpan, type SpannedChange } from '../accounts/changes/history-rows.ts';
import { SUBJECT_KINDS } from '../accounts/changes/change-rows.ts';
import type { Diff } from '../accounts/changes/diff.ts';
import type { Queryable } from '../database/open.ts';
import type { StoredEvent } from '../events/catalog.ts';
import type { ChangesTold, SliceTold, VisitorTold } from '../events/journalled.ts';
import { journalledEvents } from '../events/read-journalled.ts';
import { refusedIn, type RefusedAbout } from '../ledger/refused-rows.ts';
import type { Closing } from './closing.ts';
import { defaultGroup, Subscriptions } from './names.ts';
import { formatRecord, recordTime, type JournalActor, type JournalRecord } from './record.ts';
import { tellContact } from './tell-contact.ts';
import { tellCustomer, tellVisit } from './tell-event.ts';
import { tellPerson } from './tell-person.ts';
import { actorFor, tellRefused, type Thing, type Token, type Told } from './told.ts';
import { uploadsIn } from './uploads.ts';

export interface Line {
  token: Token;
  /** Without its end. */
  text: string;
}

/** Read at once. */
const EVENTS_AT_ONCE = 500;
const ENTRIES_AT_ONCE = 250;

interface Reading {
  db: Queryable;
  customer: number;
  subscriptions: Subscriptions;
  defaultGroup: string;
}

export async function* journalLines(
  db: Queryable,
  customer: number,
  { events: ranges }: Closing,
): AsyncGenerator<Line[]> {
  const first = Math.min(...ranges.map(({ from }) => from));
  const reading: Reading = {
    db,
    customer,
    subscriptions: await Subscriptions.load(db, customer, first - 1),
    defaultGroup: await defaultGroup(db, customer),
  };
  for (let after = 0, more = true; more;) {
    const page = { after, limit: EVENTS_AT_ONCE };
    const events = await journalledEvents(db, customer, ranges, page);
    const uploads = await uploadsIn(db, customer, events, ranges);
    let lines: Line[] = [];
    for (const event of events) {
      const write = writer(customer, event);
      lines.push(...tellVisit(event, uploads.get(event.id) ?? null).map(write));
      lines.push(...tellCustomer(event).map(write));
      for await (const told of peoplePages(reading, event)) {
        yield lines;
        lines = told.map(write);
      }
    }
    yield lines;
    after = Number(events.at(-1)?.id ?? after);
    more = events.length === EVENTS_AT_ONCE;
  }
}

/** Makes the lines of an event: all of them have its time and its actor. */
function writer(customer: number, event: StoredEvent): (told: Told) => Line {
  const timestamp = recordTime(event.at);
  const actor = actorOf(customer, event);
  const owner = String(customer);
  const entity = (thing: Thing | null) => thing && { ...thing, customerid: owner };
  return ({ token, action, object, target, reason, extra }) => {
    const record: JournalRecord = {
      timestamp,
      actor,
      action,
      object: entity(object),
      target: entity(target),
      outcome: reason === null ? 'SUCCESS' : 'FAILURE',
      reason,
      extra,
    };
    return { token, text: formatRecord(record) };
  };
}

/** Change files are acts of the administrator, those at the doors and by FILE.undo of the login; all else is the operator's. */
function actorOf(customer: number, { who, data }: StoredEvent): JournalActor {
  const { by, of, id } = data.journal as Partial<SliceTold & VisitorTold>;
  if (by) return actorFor(customer, { login: by.email, id: by.id, of: customer });
  if (of === undefined) return actorFor(customer, null);
  return actorFor(customer, { login: who ?? '', id: id ?? null, of });
}

/** What became of people and contacts by an event, in the order of the entries. */
async function* peoplePages(reading: Reading, event: StoredEvent): AsyncGenerator<Told[]> {
  const { from, to, file, first = 0, last = 0 } = event.data.journal as Partial<ChangesTold & SliceTold>;
  if (from === undefined) return;
  const changes = new Pages(
    (after: Pick<SpannedChange, 'entry' | 'seq'>, limit) => {
      if (to === null || to === undefined) return Promise.resolve([]);
      const by: ChangeSpan['by'] = file === undefined ? { who: event.who ?? '' } : { file, first, last };
      return changesIn(reading.db, reading.customer, { from, to, by }, { after, limit });
    },
    { entry: -1, seq: 0 },
  );
  const refused = new Pages<RefusedAbout, Pick<RefusedAbout, 'entry'>>(
    ({ entry: after }, limit) =>
      file === undefined
        ? Promise.resolve([])
        : refusedIn(reading.db, { file, first, last }, { after, limit }),
    { entry: 0 },
  );
  for (;;) {
    const rows: (SpannedChange | RefusedAbout)[] = [];
    while (rows.length < ENTRIES_AT_ONCE) {
      const [change, refusal] = [await changes.peek(), await refused.peek()];
      if (!change && !refusal) break;
      const next = !refusal || (change && change.entry < refusal.entry) ? changes.take() : refused.take();
      if (next) rows.push(next);
    }
    if (rows.length === 0) return;
    yield await toldOf(reading, event, rows, from);
  }
}

/** Rows that come in pages, one by one. */
class Pages<Row extends After, After> {
  readonly #load: (after: After, limit: number) => Promise<Row[]>;
  #rows: Row[] = [];
  #at = 0;
  #after: After;
  #isLast = false;

  constructor(load: (after: After, limit: number) => Promise<Row[]>, begin: After) {
    this.#load = load;
    this.#after = begin;
  }

  async peek(): Promise<Row | undefined> {
    if (this.#at >= this.#rows.length && !this.#isLast) {
      this.#rows = await this.#load(this.#after, ENTRIES_AT_ONCE);
      this.#at = 0;
      this.#isLast = this.#rows.length < ENTRIES_AT_ONCE;
    }
    return this.#rows[this.#at];
  }

  take(): Row | undefined {
    const row = this.#rows[this.#at];
    this.#at += 1;
    if (row) this.#after = row;
    return row;
  }
}

type Row = SpannedChange | RefusedAbout;

async function toldOf(
  { db, customer, subscriptions, defaultGroup: group }: Reading,
  { id }: StoredEvent,
  rows: readonly Row[],
  from: number,
): Promise<Told[]> {
  const names = await namesOf(db, customer, rows, from);
  const surroundings = (name: string) => ({
    name,
    subscription: (one: number) => subscriptions.at(Number(id), one),
    defaultGroup: group,
  });
  return rows.flatMap((row): Told[] => {
    const name = names.get(row) ?? '';
    if ('code' in row) {
      const about = row.kind === SUBJECT_KINDS.person ? 'person' : 'contact';
      return [tellRefused({ ...row, about, name: row.id === null ? row.name : name })].filter(
        (one) => one !== null,
      );
    }
    return row.kind === SUBJECT_KINDS.person
      ? tellPerson(row, surroundings(name))
      : tellContact(row.subject, row.diff);
  });
}

/** What each of them was called then. Who was added has the name in the change. */
async function namesOf(
  db: Queryable,
  customer: number,
  rows: readonly Row[],
  from: number,
): Promise<Map<Row, string>> {
  const names = new Map<Row, string>();
  const asked: { row: Row; subject: number; seq: number }[] = [];
  let seq = from - 1;
  for (const row of rows) {
    if ('code' in row) {
      if (row.id !== null) asked.push({ row, subject: row.id, seq });
      continue;
    }
    seq = row.seq;
    if (row.kind !== SUBJECT_KINDS.person) continue;
    const given = givenName(row.diff);
    if (given === null) asked.push({ row, subject: row.subject, seq });
    else names.set(row, given);
  }
  const found = await namesAt(db, customer, asked);
  for (const [index, { row }] of asked.entries()) names.set(row, found[index] ?? '');
  return names;
}

/** @returns null where the change does not say all of the name */
function givenName({ givenName: given, familyName: family }: Diff): string | null {
  if (given === undefined || family === undefined || given === 'changed' || family === 'changed') return null;
  return [given[1], family[1]].filter((part) => typeof part === 'string').join(' ');
}

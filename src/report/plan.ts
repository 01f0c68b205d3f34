/** The plan of a file, for people and for programs: what it would do to whom. Nothing of it holds a value or a password. */
import { numberedAs } from '../change-file/change-file.ts';
import { peopleOf, percentOf, type Hold } from '../change-file/danger.ts';
import {
  FORETOLD_EFFECTS,
  type Foretold,
  type ForetoldEffect,
  type ForetoldSeats,
  type ForetoldSubject,
} from '../change-file/foretold.ts';
import type { Outcome } from '../change-file/outcome.ts';
import type { ReportedFile } from '../change-file/reported-file.ts';
import { isSkipped, symbolOf } from '../change-file/result-code.ts';
import { en } from '../messages/en/en.ts';
import { heldText } from '../messages/en/held.ts';
import { escapeHidden } from '../shown-text.ts';
import { refusalText } from './report.ts';

const words = en.plan;

/** So many of a list stand in a plan; of more only the number. */
const LISTED_MAX = 50_000;
/** In the text so many, and of each refused code so many entries. */
const SHOWN_MAX = 20;

/** What a plan is made from. */
export interface PlannedFile {
  reported: ReportedFile;
  outcome: Pick<Outcome, 'results'> | null;
  hold: Hold | null;
  foretold: Foretold | null;
  nextNumber: string | null;
}

export interface PlannedSubject {
  name: string;
  entries: readonly number[];
  /** Of whom is changed or suspended. */
  fields?: readonly string[];
}

export interface PlannedList {
  count: number;
  listed: PlannedSubject[];
}

type PlannedLists = Record<ForetoldEffect, PlannedList>;

/** The plan as it is written as JSON. */
export interface PlanDocument {
  file: string;
  /** What the real upload would come to. */
  wouldBe: 'applied' | 'applied_with_errors' | 'refused' | 'held';
  /** Under which name it would be accepted, where its number was used already; null: under its own. */
  uploadAs: string | null;
  /** Of the file as a whole. */
  refusal: { code: number | null; symbol: string | null; message: string } | null;
  held: (Hold & { people: number; percent: number; why: string }) | null;
  counts: ReportedFile['counts'];
  people: PlannedLists;
  contacts: PlannedLists;
  /** Entries that succeed and change nothing. */
  unchanged: number;
  seats: readonly ForetoldSeats[];
  /** Entries that fail or are skipped, by code. */
  refusedEntries: { code: number; symbol: string; skipped: boolean; count: number; entries: number[] }[];
}

export function planDocument({ reported, outcome, hold, foretold, nextNumber }: PlannedFile): PlanDocument {
  const { name: file, refusal, counts } = reported;
  const subjects = foretold?.subjects ?? [];
  const failed = counts !== null && counts.readErrors + counts.writeErrors > 0;
  return {
    file,
    wouldBe: hold
      ? 'held'
      : counts === null
        ? 'refused'
        : failed || refusal
          ? 'applied_with_errors'
          : 'applied',
    uploadAs: nextNumber === null ? null : numberedAs(file, nextNumber),
    refusal: refusal && {
      code: refusal.code,
      symbol: refusal.code === null ? null : symbolOf(refusal.code),
      message: refusalText(refusal),
    },
    held: hold && { ...hold, people: peopleOf(hold), percent: percentOf(hold), why: heldText(hold) },
    counts,
    people: listsOf(subjects.filter(({ kind }) => kind === 'person')),
    contacts: listsOf(subjects.filter(({ kind }) => kind === 'contact')),
    unchanged: foretold ? unchangedOf(foretold, outcome?.results ?? []) : 0,
    seats: foretold?.seats ?? [],
    refusedEntries: refusedOf(outcome?.results ?? []),
  };
}

function listsOf(subjects: readonly ForetoldSubject[]): PlannedLists {
  const list = (effect: ForetoldEffect): PlannedList => {
    const own = subjects.filter((one) => one.effect === effect);
    const listed = own
      .slice(0, LISTED_MAX)
      .map(({ name, entries, fields }) => ({ name, entries, ...(fields.length > 0 ? { fields } : {}) }));
    return { count: own.length, listed };
  };
  return {
    added: list('added'),
    changed: list('changed'),
    suspended: list('suspended'),
    removed: list('removed'),
  };
}

/** Whoever changes nothing that lasts is not among those who are foretold. */
function unchangedOf({ subjects }: Foretold, results: Outcome['results']): number {
  const changing = new Set(subjects.flatMap(({ entries }) => entries));
  return results.filter(({ code, place }) => code === 0 && !changing.has(place.entry)).length;
}

function refusedOf(results: Outcome['results']): PlanDocument['refusedEntries'] {
  const failed = results.flatMap(({ place, refusal }) => (refusal ? { entry: place.entry, refusal } : []));
  return [...Map.groupBy(failed, ({ refusal }) => refusal.code)]
    .toSorted(([one], [other]) => one - other)
    .map(([code, own]) => ({
      code,
      symbol: symbolOf(code),
      skipped: isSkipped(code),
      count: own.length,
      entries: own.slice(0, LISTED_MAX).map(({ entry }) => entry),
    }));
}

/** The same for people: lines with their ends. Names from outside are escaped. */
export function planText(plan: PlanDocument): string {
  const { counts, refusal, held, uploadAs, seats, unchanged } = plan;
  const lines = [
    words.title(escapeHidden(plan.file)),
    words.outcomes[plan.wouldBe],
    ...(refusal ? [words.refusal(refusal.message, refusal.code, refusal.symbol)] : []),
    ...(held ? [words.held(held.why, held.people)] : []),
    ...(uploadAs === null ? [] : [words.uploadAs(escapeHidden(uploadAs))]),
    ...(counts ? [words.counts(counts.entries, counts.written, counts.readErrors + counts.writeErrors)] : []),
    ...subjectLines('people', plan.people),
    ...subjectLines('contacts', plan.contacts),
    ...(counts ? [words.unchanged(unchanged)] : []),
    ...seats.map(({ subscription, before, after, of }) => words.seats(subscription, before, after, of)),
    ...plan.refusedEntries.map(({ code, symbol, skipped, count, entries }) =>
      words.refused({ code, symbol, skipped, count }, shownList(entries.map(String), count)),
    ),
    words.nothingDone,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function subjectLines(kind: 'people' | 'contacts', lists: PlannedLists): string[] {
  return FORETOLD_EFFECTS.flatMap((effect) => {
    const { count, listed } = lists[effect];
    if (count === 0) return [];
    const shown = listed
      .slice(0, SHOWN_MAX)
      .map(
        (one) => `  ${words.subject(escapeHidden(one.name), escapeHidden((one.fields ?? []).join(', ')))}`,
      );
    const more = count - shown.length;
    return [
      words.subjects[kind](words.effects[effect], count),
      ...shown,
      ...(more > 0 ? [`  ${words.more(more)}`] : []),
    ];
  });
}

function shownList(texts: readonly string[], count: number): string {
  const shown = texts.slice(0, SHOWN_MAX);
  const more = count - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` ${words.more(more)}` : ''}`;
}

import type { About, Effects, Entry, EntryResult } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { cut, oncePerField } from '../shown-value.ts';
import type { Keeps } from './columns.ts';
import { aboutLine, aboutPerson } from './line.ts';
import type { Lines } from './lines.ts';
import type { ListPlan } from './plan.ts';
import type { ListRow } from './reader.ts';
import type { GivenLine, Planned } from './state.ts';

/** One of each, however many lines have it. */
const EFFECTS: Readonly<Record<Planned['effect'], Effects>> = {
  created: { created: 1 },
  updated: { updated: 1 },
  enabled: { enabled: 1 },
  unchanged: { unchanged: 1 },
  disabled: { disabled: 1 },
  removed: { removed: 1 },
};

const OPERATIONS = {
  update: 'Update',
  enable: 'Enable',
  create: 'Create',
  disable: 'Disable',
  remove: 'Remove',
};

export function operationOf({ phase }: Pick<Planned, 'phase'>): string {
  return phase === null ? 'Keep' : OPERATIONS[phase];
}

/** What became of a list's lines. */
export interface ListResults {
  /** In the order of the entries. */
  results: EntryResult[];
  /** What is written, by entry. */
  planned: Map<number, Planned>;
  /** Ids of all whom lines name, whatever became of them. */
  named: number[];
}

/** @param given the lines that say whom they are about; the others are `nameless` */
export function resultsOf(
  entries: readonly Entry<ListRow>[],
  { given, nameless, keeps }: { given: readonly GivenLine[]; nameless: Lines['nameless']; keeps: Keeps },
  plan: ListPlan,
): ListResults {
  const of: ListResults = { results: [], planned: new Map(), named: [] };
  const before = (entries[0]?.place.entry ?? 1) - 1;
  const note = (result: EntryResult) => (of.results[result.place.entry - before - 1] = result);
  const expectPlace = (entry: number) => {
    const place = entries[entry - before - 1]?.place;
    if (place?.entry !== entry) throw new Error(`there is no entry ${entry}`);
    return place;
  };
  for (const [entry, { faults, subject, about }] of nameless)
    note(failedLine(expectPlace(entry), subject, faults, about));
  for (const one of given) {
    const { entry, address } = 'id' in one ? one : one.line;
    const place = expectPlace(entry);
    const decided = plan.lines.get(entry);
    if (decided && 'faults' in decided) {
      if (decided.person) of.named.push(decided.person.id);
      const about =
        'id' in one ? aboutPerson(keeps, one.id) : aboutLine(keeps, one.line.values, decided.person);
      note(failedLine(place, address, decided.faults, about));
    } else if (decided) {
      const { person, phase, effect } = decided.planned;
      if (person) of.named.push(person.id);
      if (phase !== null) of.planned.set(entry, decided.planned);
      note(doneLine(place, address, operationOf(decided.planned), EFFECTS[effect]));
    } else if ('id' in one) {
      of.named.push(one.id);
      note(doneLine(place, address, operationOf({ phase: null }), EFFECTS.unchanged));
    } else throw new Error(`line ${one.line.line} was not decided`);
  }
  return of;
}

function doneLine(
  place: EntryResult['place'],
  address: string,
  operation: string,
  effects: Effects,
): EntryResult {
  return { place, code: 0, operation, subject: cut(address), refusal: null, effects };
}

/** The first fault gives the code; the message names the others too. */
export function failedLine(
  place: EntryResult['place'],
  subject: string | null,
  faults: readonly Refusal[],
  about: About | null = null,
): EntryResult {
  const [first, ...also] = oncePerField(faults);
  if (!first) throw new Error('a line failed without a fault');
  const refusal = also.length > 0 ? { ...first, also } : first;
  return {
    place,
    code: first.code,
    operation: null,
    subject: subject && cut(subject),
    refusal,
    ...(about ? { about } : {}),
  };
}

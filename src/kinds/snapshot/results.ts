import type { Effects, Entry, EntryResult } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { cut, oncePerField } from '../shown-value.ts';
import type { Lines } from './lines.ts';
import type { ListPlan } from './plan.ts';
import type { ListRow } from './reader.ts';
import type { Planned } from './state.ts';

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

/** Every line's result, and the ids of all whom lines name, whatever became of them. */
export function resultsOf(
  entries: readonly Entry<ListRow>[],
  { named: lines, nameless }: Lines,
  plan: ListPlan,
): { results: Map<number, EntryResult>; planned: Map<number, Planned>; named: number[] } {
  const results = new Map<number, EntryResult>();
  const planned = new Map<number, Planned>();
  const named: number[] = [];
  const places = new Map(entries.map(({ place }) => [place.entry, place]));
  const expectPlace = (entry: number) => {
    const place = places.get(entry);
    if (!place) throw new Error(`there is no entry ${entry}`);
    return place;
  };
  for (const [entry, { faults, subject }] of nameless)
    results.set(entry, failedLine(expectPlace(entry), subject, faults));
  for (const { line } of lines) {
    const place = expectPlace(line.entry);
    const one = plan.lines.get(line.entry);
    if (!one) throw new Error(`line ${line.line} was not decided`);
    const person = 'planned' in one ? one.planned.person : one.person;
    if (person) named.push(person.id);
    const subject = cut(line.address);
    if ('planned' in one) {
      if (one.planned.phase !== null) planned.set(line.entry, one.planned);
      const operation = operationOf(one.planned);
      results.set(line.entry, {
        place,
        code: 0,
        operation,
        subject,
        refusal: null,
        effects: EFFECTS[one.planned.effect],
      });
    } else results.set(line.entry, failedLine(place, subject, one.faults));
  }
  return { results, planned, named };
}

/** The first fault gives the code; the message names the others too. */
export function failedLine(
  place: EntryResult['place'],
  subject: string | null,
  faults: readonly Refusal[],
): EntryResult {
  const [first, ...also] = oncePerField(faults);
  if (!first) throw new Error('a line failed without a fault');
  const refusal = also.length > 0 ? { ...first, also } : first;
  return { place, code: first.code, operation: null, subject: subject && cut(subject), refusal };
}

import { noteApplied, scopeOf } from '../../accounts/lists/applied.ts';
import type { Customer } from '../../accounts/customers/customer.ts';
import type { Entry, EntryResult } from '../../change-file/entry.ts';
import { LIMITS } from '../../tables/limits.ts';
import { anyKind, type Kind } from '../kind.ts';
import { dangerOf, restOf } from './absent.ts';
import { fault } from './line.ts';
import { loadList } from './load.ts';
import { readList, type ListRow } from './reader.ts';
import { failedLine } from './results.ts';
import { foretellList, saveList } from './save.ts';
import type { ListState } from './state.ts';
import { kinds } from '../../messages/en/kinds.ts';

const ENTRIES_MAX = Number(LIMITS.find(({ name }) => name === 'max_entries_snapshot_file')?.value);

/** All of a list was decided when it was loaded. */
function decideLine(state: ListState, { place }: Entry<ListRow>): EntryResult {
  const result = state.results[place.entry - 1];
  if (result?.place !== place) throw new Error(`entry ${place.entry} was not decided`);
  state.decidedTo = place.entry;
  return result;
}

function closed({ sources }: Customer, source: string): ReturnType<NonNullable<Kind['closed']>> {
  const settings = Object.hasOwn(sources, source) ? sources[source]?.snapshot : undefined;
  return settings ? null : { code: 2, reason: 'no-list', value: source };
}

const kind: Kind<ListRow, null, ListState> = {
  type: 'SNAPSHOT',
  extensions: ['.csv'],
  rank: 50,
  words: kinds.lists,
  heldRefuses: true,
  countsHourly: false,
  countsDaily: false,
  entriesMax: ENTRIES_MAX,
  empty: { code: 2200 },
  closed,
  read: readList,
  // First passwords of technicians are hashed already.
  pretend: () => null,
  demands: () => new Map(),
  ready: () => null,
  mayDemand: () => new Map(),
  load: loadList,
  decide: decideLine,
  rest: restOf,
  weigh: (state) => ({ ...dangerOf(state), limits: state.settings.guard }),
  replacesHeld: true,
  save: saveList,
  foretell: foretellList,
  conclude: async (tx, { customer, name }, now, { settings, source, unusable, doubt, lastScope }) => {
    // Nothing was applied of one without a line; one in doubt has removed nobody, and the first that would is warned of.
    if (unusable || doubt === 'empty') return;
    const scope = doubt === null ? scopeOf(settings) : (lastScope ?? scopeOf(settings));
    await noteApplied(tx, customer, source, { scope, file: name, now });
  },
  failed: ({ place }) =>
    failedLine(place, null, [fault(1008, 'emailAddress', '', { reason: 'not-written' })]),
  traced: { bytesMax: Infinity, text: (original) => original },
};

/** CSV files with all people of a source: who is not in them has left. */
export const snapshot = anyKind(kind);

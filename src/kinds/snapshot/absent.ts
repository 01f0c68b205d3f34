import type { Absence } from '../../accounts/lists/absent.ts';
import type { Danger, Sign } from '../../change-file/danger.ts';
import { cutOffSign, departmentSign, slippedSign } from '../../change-file/signs.ts';
import type { Rest } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { scopeOf } from '../../accounts/lists/applied.ts';
import type { AbsentPlan, ListFacts, ListState, Planned } from './state.ts';

/** Whoever is absent goes, but for those whom the organisation cannot do without. Pure. */
export function planAbsent(
  { keeps, administrators, guarded }: ListFacts,
  { absent }: Absence,
  planned: Iterable<Pick<Planned, 'phase' | 'person'>>,
): AbsentPlan {
  if (keeps !== 'accounts') return { gone: absent, kept: [] };
  let left = administrators;
  for (const { phase, person } of planned) if (phase === 'disable' && person?.administrates) left -= 1;
  const plan: AbsentPlan = { gone: [], kept: [] };
  for (const person of absent) {
    if (guarded.has(person.id)) plan.kept.push({ person, why: 'guarded' });
    else if (person.administrates && left <= 1) plan.kept.push({ person, why: 'last-administrator' });
    else {
      if (person.administrates) left -= 1;
      plan.gone.push(person);
    }
  }
  return plan;
}

const EFFECTS = { contacts: 'removed', accounts: 'suspended', technicians: 'disabled' } as const;

/** What the summary counts them as. */
const COUNTED = { contacts: 'removed', accounts: 'disabled', technicians: 'disabled' } as const;

export function restOf(state: ListState): Rest {
  state.isWhole = true;
  const { settings, absence, absent, doubt } = state;
  const gone = doubt === null ? absent.gone : [];
  const kept = doubt === null ? absent.kept.length : absence.absent.length;
  const effect = EFFECTS[settings.keeps];
  return {
    absent: gone.map(({ address: subject }) => ({ subject, effect })),
    warnings: keptWarnings(state, kept),
    effects: { [COUNTED[settings.keeps]]: gone.length, kept },
  };
}

function keptWarnings({ doubt, absent }: ListState, kept: number): Refusal[] {
  // The code of an empty list says it all.
  if (kept === 0 || doubt === 'empty') return [];
  if (doubt !== null) return [{ code: 2916, reason: doubt, limit: kept }];
  return absent.kept.map(({ person, why }) => ({ code: 2916, reason: why, limit: 1, value: person.address }));
}

/** What a guard decides on; nobody is absent from a list that is in doubt, or was not decided to its end. */
export function dangerOf({ planned, decidedTo, absence, absent, ...state }: ListState): Danger {
  const { isWhole, doubt, settings, source, lastScope } = state;
  const moved: { from: string; to: string }[] = [];
  let [disabled, strangers] = [0, 0];
  for (const [entry, { phase, person, line }] of planned) {
    if (entry > decidedTo) continue;
    if (person && phase !== null && phase !== 'remove' && person.address !== line.address)
      moved.push({ from: person.address, to: line.address });
    if (phase !== 'disable' && phase !== 'remove') continue;
    disabled += 1;
    if (person?.source !== source) strangers += 1;
  }
  const gone = isWhole && doubt === null ? absent.gone : [];
  return {
    absent: gone.length,
    disabled,
    addresses: moved.length,
    of: absence.of + strangers,
    scopeChanged: lastScope !== null && !isSameScope(lastScope, scopeOf(settings)),
    signs: [...goneSigns(gone, state.results), ...slippedSign(moved)],
  };
}

function goneSigns(gone: AbsentPlan['gone'], results: ListState['results']): Sign[] {
  if (gone.length === 0) return [];
  const departments = departmentSign(gone.map(({ department }) => department ?? ''));
  const given = results.map(({ subject }) => subject ?? '');
  const cutOff = cutOffSign(
    given,
    gone.map(({ address }) => address),
  );
  return [...departments, ...cutOff];
}

function isSameScope(one: ReturnType<typeof scopeOf>, other: ReturnType<typeof scopeOf>): boolean {
  return one.keeps === other.keeps && one.scope === other.scope && one.group === other.group;
}

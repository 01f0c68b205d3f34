/** What the definitions of a Groups cell make of a person's memberships. Pure: nothing of a row that fails is done. */
import {
  GROUPS_OF_PERSON_MAX,
  newGroup,
  onlyMembership,
  type Groups,
  type Membership,
  type UserGroup,
} from '../../accounts/groups/groups.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import type { GroupDefinition } from './groups-cell.ts';

export interface PlannedGroups {
  memberships: readonly Membership[];
  /** Not stored yet, and not among the groups. */
  created: UserGroup[];
  warnings: Refusal[];
  /** In the order of the cell; empty where there was none. */
  names: readonly string[];
}

const field = 'Groups';

/**
 * @param before null: a new person, who is in no group yet
 * @param mayCreate whether a group that is not there is created
 */
export function planGroups(
  groups: Groups,
  before: readonly Membership[] | null,
  definitions: readonly GroupDefinition[],
  mayCreate: boolean,
): PlannedGroups | { refusal: Refusal } {
  const list: Membership[] = (before ?? []).map((one) => ({ ...one }));
  const byName = new Map(list.map((one) => [one.group.name, one]));
  const formerPrimary = list.find(({ isPrimary }) => isPrimary)?.group;
  const created: UserGroup[] = [];
  const warnings: Refusal[] = [];
  const names = definitions.map(({ name }) => name);
  const removed = new Set<UserGroup>();
  for (const { name, statuses } of definitions) {
    const known = groups.byName.get(name);
    const member = byName.get(name);
    if (statuses.has('Remove')) {
      if (member) removed.add(member.group);
      else warnings.push({ code: 2915, field, value: name });
      continue;
    }
    if (!known && !mayCreate) {
      warnings.push({ code: 2911, field, value: name });
      continue;
    }
    const group = known ?? newGroup(name);
    if (!known) created.push(group);
    const changed = member ?? { group, isPrimary: false, canSend: group.canSend, isAdmin: false };
    if (!member) list.push(changed);
    if (statuses.has('Primary')) for (const one of list) one.isPrimary = one === changed;
    if (statuses.has('Send')) changed.canSend = true;
    if (statuses.has("Can't send")) changed.canSend = false;
    if (statuses.has('Admin')) changed.isAdmin = true;
  }
  const left = list.filter(({ group }) => !removed.has(group));
  const [first] = left;
  if (left.length > Math.max(GROUPS_OF_PERSON_MAX, before?.length ?? 0))
    return { refusal: tooMany(left.length) };
  // Rights in the default group start anew.
  if (!first) return { memberships: [onlyMembership(groups.defaultGroup)], created, warnings, names };
  if (!left.some(({ isPrimary }) => isPrimary)) {
    if (formerPrimary) return { refusal: { code: 2025, field, value: formerPrimary.name } };
    first.isPrimary = true;
  }
  return { memberships: left, created, warnings, names };
}

/** Nobody who is in more groups already is kept from leaving some. */
function tooMany(given: number): Refusal {
  return {
    code: 2020,
    field,
    reason: 'too-many-groups-of-person',
    limit: GROUPS_OF_PERSON_MAX,
    other: String(given),
  };
}

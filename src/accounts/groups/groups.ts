/** The groups of a customer in memory, as far as a change file names them, and who is a member of what. */

export interface UserGroup {
  /** null: new, not stored yet. */
  id: number | null;
  /** Unique within the customer; case and blanks count. */
  name: string;
  /** Where people are who are in no other group; one per customer. */
  isDefault: boolean;
  /** Whether new members may send from it. */
  canSend: boolean;
}

export interface Membership {
  group: UserGroup;
  /** Exactly one of a person's memberships is. */
  isPrimary: boolean;
  canSend: boolean;
  isAdmin: boolean;
}

export interface Groups {
  byName: Map<string, UserGroup>;
  defaultGroup: UserGroup;
  /** By subscriber id. Who is not here is in the default group alone, with the rights that it gives. */
  members: Map<number, readonly Membership[]>;
  /** Subscribers whose memberships were changed since they were loaded. */
  changed: Set<number>;
}

/** Longer names fit no list, nor the index of the table. */
export const GROUP_NAME_CHARACTERS_MAX = 255;
/** Of one person: all of them are loaded, written and shown with each change of the person. */
export const GROUPS_OF_PERSON_MAX = 100;

/** What a customer's default group is called where the organisation file names none. */
export const DEFAULT_GROUP = 'Default Group';

export function newGroup(name: string, isDefault = false): UserGroup {
  return { id: null, name, isDefault, canSend: true };
}

/** @param subscriber null: one who is not stored yet, without any choice of groups */
export function membershipsOf(groups: Groups, subscriber: number | null): readonly Membership[] {
  const stored = subscriber === null ? undefined : groups.members.get(subscriber);
  return stored ?? [onlyMembership(groups.defaultGroup)];
}

/** Of somebody in one group alone, with the rights that it gives. */
export function onlyMembership(group: UserGroup): Membership {
  return { group, isPrimary: true, canSend: group.canSend, isAdmin: false };
}

export function setMemberships(groups: Groups, subscriber: number, memberships: readonly Membership[]): void {
  for (const { group } of memberships) groups.byName.set(group.name, group);
  groups.members.set(subscriber, memberships);
  groups.changed.add(subscriber);
}

/** As fields of a change: `group.Sales` → `primary, send, admin`. */
export function groupFields(memberships: readonly Membership[]): Record<string, string> {
  return Object.fromEntries(
    memberships.map(({ group, isPrimary, canSend, isAdmin }) => [
      `group.${group.name}`,
      [
        ...(isPrimary ? ['primary'] : []),
        canSend ? 'send' : "can't send",
        ...(isAdmin ? ['admin'] : []),
      ].join(', '),
    ]),
  );
}

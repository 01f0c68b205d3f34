import type { SourceSettings, UsersSettings } from '../../accounts/customers/customer.ts';
import type { Groups } from '../../accounts/groups/groups.ts';
import type { Organisation } from '../../accounts/subscribers/organisation.ts';

/** What a file may do: its name can switch off what the organisation leaves on, and nothing on. */
export interface UserOptions {
  create: boolean;
  update: boolean;
  createGroups: boolean;
  /** Off: what stands in Groups is ignored. */
  multipleGroups: boolean;
}

/** The words of a name, and what each switches off. */
export const OPTION_WORDS = { NOCREATE: 'create', NOUPDATE: 'update', NOGROUPS: 'createGroups' } as const;

export function optionsInForce(words: readonly string[], settings: UsersSettings): UserOptions {
  const isOn = (word: keyof typeof OPTION_WORDS) =>
    settings[OPTION_WORDS[word]] !== false && !words.includes(word);
  return {
    create: isOn('NOCREATE'),
    update: isOn('NOUPDATE'),
    createGroups: isOn('NOGROUPS'),
    multipleGroups: settings.multipleGroups !== false,
  };
}

/** Whose rights the files of a source have. */
export type Standpoint =
  | { kind: 'account' }
  /** Acts for the members of one group; where the organisation does not allow that, for nobody. */
  | { kind: 'group'; group: string; allowed: boolean };

export function standpointOf(source: SourceSettings | undefined, settings: UsersSettings): Standpoint {
  if (source?.group === undefined) return { kind: 'account' };
  return { kind: 'group', group: source.group, allowed: settings.groupAdministrators === true };
}

/** What decisions work on and with: no clock, no database. */
export interface UsersState {
  organisation: Organisation;
  groups: Groups;
  options: UserOptions;
  standpoint: Standpoint;
  /** The file was approved without removals: whoever it would suspend stays. */
  keepsPeople?: boolean;
  inputs: {
    now: Date;
    /** Name of the change file, for "last change". */
    file: string;
    /** An id that no subscriber has. */
    nextSubscriberId: () => number;
  };
}

/** What reports say of the files of a kind. The grammar around it is documented, and the same in every language. */
import type { ReportWords } from '../../change-file/reported-file.ts';
import { quoted } from '../../shown-text.ts';

const provisioning: ReportWords = {
  entry: 'CSV entry',
  read: 'CSV entries read',
  written: 'BSS entries written',
  readErrors: 'CSV read errors',
  writeErrors: 'BSS write errors',
};

const directory: ReportWords = {
  entry: 'LDIF entry',
  read: 'LDIF entries read',
  written: 'directory entries written',
  readErrors: 'LDIF read errors',
  writeErrors: 'directory write errors',
};

const USER_EFFECTS = ['created', 'updated', 'unchanged', 'skipped', 'failed'];

const users: ReportWords = {
  entry: 'CSV entry',
  read: 'CSV entries read',
  written: 'user records written',
  readErrors: 'CSV read errors',
  writeErrors: 'user write errors',
  /** How many were created and updated: what the one who uploads wants to know first. */
  summary: (effects) => {
    const count = (name: string) => effects[name] ?? 0;
    const people = USER_EFFECTS.map((name) => `${name}: ${count(name)}`);
    return `Users ${[...people, `groups created: ${count('groups')}`].join('; ')}`;
  },
};

/** The options in force of a bulk user file, for a check. */
function userOptions(options: {
  create: boolean;
  update: boolean;
  createGroups: boolean;
  multipleGroups: boolean;
}): string {
  const { create, update, createGroups, multipleGroups } = options;
  const word = (on: boolean) => (on ? 'on' : 'off');
  const text = `Creating users: ${word(create)}; updating users: ${word(update)}; creating groups: ${word(createGroups)}`;
  return multipleGroups ? text : `${text}; groups are ignored`;
}

const technicians: ReportWords = {
  entry: 'CSV entry',
  read: 'CSV entries read',
  written: 'technicians written',
  readErrors: 'CSV read errors',
  writeErrors: 'technician write errors',
  summary: ({ succeeded = 0, failed = 0 }) => `Technicians succeeded: ${succeeded}; failed: ${failed}`,
};

const techniciansJson: ReportWords = {
  ...technicians,
  entry: 'JSON entry',
  read: 'JSON entries read',
  readErrors: 'JSON read errors',
};

/** @param name of the group that is chosen for all; null: none is */
function technicianGroup(id: number | null, name: string | null): string {
  return id === null
    ? 'Technician group: the one that each row names'
    : `Technician group of all rows: ${id}${name === null ? '' : ` (${name})`}; IDs in the file are ignored`;
}

const LIST_EFFECTS = ['created', 'updated', 'enabled', 'unchanged', 'disabled', 'removed', 'kept'];

const lists: ReportWords = {
  entry: 'CSV entry',
  read: 'CSV entries read',
  written: 'members written',
  readErrors: 'CSV read errors',
  writeErrors: 'member write errors',
  summary: (effects, source) =>
    `Snapshot of ${quoted(source)}: ${LIST_EFFECTS.map((name) => `${name}: ${effects[name] ?? 0}`).join('; ')}`,
};

export const kinds = {
  provisioning,
  directory,
  users,
  userOptions,
  technicians,
  techniciansJson,
  technicianGroup,
  lists,
};

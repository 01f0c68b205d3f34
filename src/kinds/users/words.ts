import type { Effects } from '../../change-file/entry.ts';
import type { ReportWords } from '../../change-file/reported-file.ts';
import type { UserOptions } from './context.ts';

/** How many were created and updated: what the one who uploads wants to know first. */
function summary(effects: Effects): string {
  const count = (name: string) => effects[name] ?? 0;
  const people = ['created', 'updated', 'unchanged', 'skipped', 'failed'].map(
    (name) => `${name}: ${count(name)}`,
  );
  return `Users ${[...people, `groups created: ${count('groups')}`].join('; ')}`;
}

export const USERS_WORDS: ReportWords = {
  entry: 'CSV entry',
  read: 'CSV entries read',
  written: 'user records written',
  readErrors: 'CSV read errors',
  writeErrors: 'user write errors',
  summary,
};

export function optionsText({ create, update, createGroups, multipleGroups }: UserOptions): string {
  const word = (on: boolean) => (on ? 'on' : 'off');
  const text = `Creating users: ${word(create)}; updating users: ${word(update)}; creating groups: ${word(createGroups)}`;
  return multipleGroups ? text : `${text}; groups are ignored`;
}

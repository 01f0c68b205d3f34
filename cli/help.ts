import { commands } from '../src/messages/en/commands.ts';
import type { Command } from './command.ts';

/** Commands that one kind of work needs, in the order of the help. */
export interface CommandGroup {
  title: string;
  commands: readonly Command[];
}

const words = commands.help;

export function help(groups: readonly CommandGroup[]): string {
  const all = groups.flatMap((group) => group.commands);
  const width = Math.max(...all.map(({ name, usage }) => `${name} ${usage}`.trimEnd().length));
  const lines = groups.flatMap((group) => [
    `${group.title}:`,
    ...group.commands.map(
      ({ name, usage, summary }) => `  ${`${name} ${usage}`.trimEnd().padEnd(width)}  ${summary}`,
    ),
    '',
  ]);
  return [
    words.title,
    '',
    words.usage,
    '',
    ...lines,
    words.called,
    words.more,
    '',
    words.configuration,
    words.exitCodes,
    '',
  ].join('\n');
}

export function helpFor(command: Command): string {
  const { summary, details } = command;
  const lines = [`${usageOf(command)}${flagsOf(command)} [--config FILE]`, '', summary];
  return `${[...lines, ...(details ? ['', details] : [])].join('\n')}\n`;
}

export function usageOf({ name, usage }: Command): string {
  return words.usageOf(`${name} ${usage}`.trimEnd());
}

/** What the usage names already, such as an option that must be given, is there once. */
function flagsOf({ usage, options, valueName = 'VALUE' }: Command): string {
  return Object.entries(options ?? {})
    .filter(([flag]) => !usage.split(/[ [\]]/u).includes(`--${flag}`))
    .map(([flag, { type }]) => ` [--${flag}${type === 'string' ? ` ${valueName}` : ''}]`)
    .join('');
}

import { parseArgs } from 'node:util';
import { codeOf, messageOf, OperatorFault } from '../src/fault.ts';
import { escapeHidden, quoted } from '../src/shown-text.ts';
import { nearestOf } from '../src/value-faults.ts';
import type { Command, CommandContext } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.wrong;

/** Options of every command. */
export const COMMON = { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

/** @throws {OperatorFault} exit code 2 where an option is unknown, or its value is missing or too much */
export function readArguments({ name, options: own }: Command, rest: string[]) {
  const options = { ...own, ...COMMON };
  try {
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true, strict: true });
    return { values: values as CommandContext['options'], positionals };
  } catch (error) {
    const known = Object.keys(options).map((option) => `--${option}`);
    throw new OperatorFault(`${optionFault(error, known)}${words.see(`${name} --help`)}`, 2);
  }
}

/** In words of ours: those of Node.js speak of positional arguments and of a form of its own. */
function optionFault(error: unknown, known: readonly string[]): string {
  const message = messageOf(error);
  const option = /'(?:-\w, )?(--?[^' ]+)/u.exec(message)?.[1] ?? '';
  const shown = escapeHidden(option);
  if (codeOf(error) === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
    return `${words.unknownOption(shown)}${didYouMean(nearestOf(option, known))}`;
  if (codeOf(error) !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return message;
  return message.includes('does not take') ? words.takesNoValue(shown) : words.needsValue(shown);
}

export function unknownCommand(name: string, known: readonly Command[]): string {
  const nearest = nearestOf(
    name,
    known.map((command) => command.name),
  );
  return `${words.unknownCommand(escapeHidden(name))}${didYouMean(nearest)}${words.see('help')}`;
}

function didYouMean(word: string | null): string {
  return word === null ? '' : words.didYouMean(word);
}

/** @throws {OperatorFault} exit code 2 where a text is not a customer ID */
export function customerNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new OperatorFault(words.customer(text), 2);
  return Number(text);
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Like `90m`, in milliseconds. @returns null where it is none */
export function durationMs(text: string): number | null {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** Like `2026-05-05T12:00Z`. @returns null where it is none */
export function momentOf(text: string): Date | null {
  const at = new Date(/^\d{4}-\d\d-\d\d/.test(text) ? text : Number.NaN);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** @throws {OperatorFault} where it is no time */
export function timeOf(text: string, now: Date): Date {
  const agoMs = durationMs(text);
  const at = agoMs === null ? momentOf(text) : new Date(now.getTime() - agoMs);
  if (!at) throw new OperatorFault(words.since(quoted(text)), 2);
  return at;
}

/** @throws {OperatorFault} exit code 2 where it is no number from `least` to `most` */
export function limitOf(
  text: string | null,
  { usual, least, most }: { usual: number; least: number; most: number },
): number {
  if (text === null) return usual;
  const limit = Number(text);
  if (!/^\d{1,6}$/.test(text) || limit < least || limit > most)
    throw new OperatorFault(words.limit(quoted(text), { least, most }), 2);
  return limit;
}

/** Of an option that was given; null: it was not. */
export function textOf(options: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = options[name];
  return typeof value === 'string' ? value : null;
}

/** What all questions about what happened have: of which customer, since when, and how many at most. */
export function selectionOf(
  options: Readonly<Record<string, unknown>>,
  limits: { usual: number; least: number; most: number },
): { customer: number | null; since: string | null; limit: number } {
  const [customer, since] = [textOf(options, 'customer'), textOf(options, 'since')];
  return {
    customer: customer === null ? null : customerNumber(customer),
    since: since === null ? null : timeOf(since, new Date()).toISOString(),
    limit: limitOf(textOf(options, 'limit'), limits),
  };
}

import { approve as approveAction } from '../src/actions/approve.ts';
import { discard as discardAction } from '../src/actions/discard.ts';
import type { Decided } from '../src/actions/decide-held.ts';
import { OperatorFault } from '../src/fault.ts';
import { commands } from '../src/messages/en/commands.ts';
import { countText } from '../src/messages/en/held.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber, textOf } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';

const words = commands.decide;

/** FILE is the whole name, with its extension. */
const COMMON = { usage: 'CUSTOMER FILE', count: { min: 2, max: 2 } } as const;

export const approve: Command = {
  ...COMMON,
  name: 'approve',
  summary: words.approveSummary,
  details: words.approveDetails,
  options: {
    people: { type: 'string' },
    'without-removals': { type: 'boolean' },
    reason: { type: 'string' },
    json: { type: 'boolean' },
  },
  run: async ({ arguments: [id = '', file = ''], ...context }) => {
    const customer = customerNumber(id);
    const people = peopleFrom(context.options.people);
    const withoutRemovals = context.options['without-removals'] === true;
    const asked = { customer, file, people, withoutRemovals, reason: reasonFrom(context.options) };
    const answer = await context.call(approveAction, asked);
    const done = answer.missing === undefined ? words.approved : words.approvedOnce;
    return told(context, { customer, file, ...answer }, done);
  },
};

export const discard: Command = {
  ...COMMON,
  name: 'discard',
  summary: words.discardSummary,
  details: words.discardDetails,
  options: { reason: { type: 'string' }, json: { type: 'boolean' } },
  run: async ({ arguments: [id = '', file = ''], ...context }) => {
    const customer = customerNumber(id);
    const answer = await context.call(discardAction, { customer, file, reason: reasonFrom(context.options) });
    return told(context, { customer, file, ...answer }, words.discarded);
  },
};

function reasonFrom(options: CommandContext['options']): string {
  return textOf(options, 'reason') ?? '';
}

function peopleFrom(given: unknown): number | null {
  if (typeof given !== 'string') return null;
  if (!/^\d{1,9}$/.test(given)) throw new OperatorFault(words.people(escapeHidden(given)), 2);
  return Number(given);
}

function told(
  { options, print, say }: Pick<CommandContext, 'options' | 'print' | 'say'>,
  answer: { customer: number; file: string } & Decided,
  done: (file: string, count: string) => string,
): number {
  const { file, decided, people, heldFor, counts } = answer;
  if (options.json) print(escapeHidden(JSON.stringify(answer)));
  else say(decided ? done(escapeHidden(file), countText(people, counts)) : words.notHeld(escapeHidden(file)));
  if (heldFor !== undefined && !options.json) say(words.tooFew(countText(heldFor, counts)));
  return decided ? 0 : 3;
}

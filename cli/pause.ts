import { pause as pauseAction } from '../src/actions/pause.ts';
import type { Paused } from '../src/actions/paused.ts';
import { resume as resumeAction } from '../src/actions/resume.ts';
import { commands } from '../src/messages/en/commands.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber, textOf } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';

const words = commands.pause;

export const pause: Command = {
  name: 'pause',
  usage: 'CUSTOMER',
  summary: words.summary,
  details: words.details,
  options: { reason: { type: 'string' }, json: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [id = ''], call, ...context }) => {
    const customer = customerNumber(id);
    const paused = await call(pauseAction, { customer, reason: textOf(context.options, 'reason') ?? '' });
    const { before } = paused;
    const already = before && words.alreadyPaused(customer, before.since, escapeHidden(before.by));
    return told(context, customer, paused, already ?? words.paused(customer, words.waiting(paused.waiting)));
  },
};

export const resume: Command = {
  name: 'resume',
  usage: 'CUSTOMER',
  summary: words.resumeSummary,
  details: words.resumeDetails,
  options: { json: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [id = ''], call, ...context }) => {
    const customer = customerNumber(id);
    const resumed = await call(resumeAction, { customer });
    const done = words.resumed(customer, words.waiting(resumed.waiting));
    return told(context, customer, resumed, resumed.changed ? done : words.notPaused(customer));
  },
};

function told(
  { options, print, say }: Pick<CommandContext, 'options' | 'print' | 'say'>,
  customer: number,
  paused: Paused,
  text: string,
): number {
  if (options.json) print(escapeHidden(JSON.stringify({ customer, ...paused })));
  else say(text);
  return paused.changed ? 0 : 3;
}

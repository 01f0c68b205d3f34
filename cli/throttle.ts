import { throttle as throttleAction } from '../src/actions/throttle.ts';
import { OperatorFault } from '../src/fault.ts';
import { customerNumber } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

const FLAGS = { hourly: 'hourly', daily: 'daily', 'per-file': 'perFile' } as const;

export const throttle: Command = {
  name: 'throttle',
  usage: 'CUSTOMER',
  summary: commands.throttle.summary,
  options: {
    hourly: { type: 'string' },
    daily: { type: 'string' },
    'per-file': { type: 'string' },
    json: { type: 'boolean' },
  },
  valueName: 'N',
  count: { min: 1, max: 1 },
  run: async ({ arguments: [id = ''], options, call, print }) => {
    const customer = customerNumber(id);
    const change = changeFrom(options);
    const caps = await call(throttleAction, { customer, change });
    if (options.json) print(JSON.stringify(caps));
    else print(commands.throttle.caps(caps.perFile, caps.hourly, caps.daily));
    return 0;
  },
};

function changeFrom(options: CommandContext['options']): Record<string, number> {
  const change: Record<string, number> = {};
  for (const [flag, name] of Object.entries(FLAGS)) {
    const text = options[flag];
    if (text === undefined) continue;
    if (typeof text !== 'string' || !/^[1-9]\d{0,8}$/.test(text))
      throw new OperatorFault(commands.wrong.positive(`--${flag}`, String(text)), 2);
    change[name] = Number(text);
  }
  return change;
}

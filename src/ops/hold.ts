import { customerNumber } from './arguments.ts';
import { operatorName, type Ask } from './ask.ts';
import type { Command } from './command.ts';

export function hold(ask: Ask): Command {
  return held(ask, 'hold', 'put a customer on hold: its provisioning files are refused with 1001');
}

export function release(ask: Ask): Command {
  return held(ask, 'release', 'release a customer from hold');
}

function held(ask: Ask, name: 'hold' | 'release', summary: string): Command {
  return {
    name,
    usage: 'CUSTOMER',
    summary,
    details: 'Exit 3 where it was so already.',
    count: { min: 1, max: 1 },
    run: async ({ arguments: [id = ''], configuration, say }) => {
      const customer = customerNumber(id);
      const settings = await configuration();
      const { changed } = await ask<{ changed: boolean }>(settings, {
        command: name,
        customer,
        who: operatorName(),
      });
      const state = name === 'hold' ? 'held' : 'active';
      say(changed ? `Customer ${customer} is ${state} now.` : `Customer ${customer} was ${state} already.`);
      return changed ? 0 : 3;
    },
  };
}

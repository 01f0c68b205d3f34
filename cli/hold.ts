import { customerNumber } from './arguments.ts';
import { operatorName, type Ask } from './ask.ts';
import type { Command } from './command.ts';
import type { Held } from '../src/actions/customer-actions.ts';
import { escapeHidden } from '../src/shown-text.ts';

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
    details: 'Names the waiting files that the hold refuses. Exit 3 if there was nothing to change.',
    count: { min: 1, max: 1 },
    run: async ({ arguments: [id = ''], configuration, say }) => {
      const customer = customerNumber(id);
      const settings = await configuration();
      const { changed, refused } = await ask<Held>(settings, {
        command: name,
        customer,
        who: operatorName(),
      });
      const state = name === 'hold' ? 'held' : 'active';
      say(changed ? `Customer ${customer} is ${state} now.` : `Customer ${customer} was ${state} already.`);
      if (refused.length > 0)
        say(
          `These waiting files will be refused with 1001 unless you release the customer before their turn:\n${refused.map((file) => `  ${escapeHidden(file)}`).join('\n')}`,
        );
      return changed ? 0 : 3;
    },
  };
}

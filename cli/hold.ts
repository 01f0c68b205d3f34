import { hold as holdAction } from '../src/actions/hold.ts';
import { release as releaseAction } from '../src/actions/release.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';
import { escapeHidden } from '../src/shown-text.ts';

export const hold = held(
  holdAction,
  'held',
  'put a customer on hold: its provisioning files are refused with 1001',
);

export const release = held(releaseAction, 'active', 'release a customer from hold');

function held(action: typeof holdAction, state: string, summary: string): Command {
  return {
    name: action.name,
    usage: 'CUSTOMER',
    summary,
    details: 'Names the waiting files that the hold refuses. Exit 3 if there was nothing to change.',
    count: { min: 1, max: 1 },
    run: async ({ arguments: [id = ''], call, say }) => {
      const customer = customerNumber(id);
      const { changed, refused } = await call(action, { customer });
      say(changed ? `Customer ${customer} is ${state} now.` : `Customer ${customer} was ${state} already.`);
      if (refused.length > 0)
        say(
          `These waiting files will be refused with 1001 unless you release the customer before their turn:\n${refused.map((file) => `  ${escapeHidden(file)}`).join('\n')}`,
        );
      return changed ? 0 : 3;
    },
  };
}

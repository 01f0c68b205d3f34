import { hold as holdAction } from '../src/actions/hold.ts';
import { release as releaseAction } from '../src/actions/release.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.hold;

export const hold = held(holdAction, words.summary, [words.onHold, words.alreadyOnHold]);

export const release = held(releaseAction, words.releaseSummary, [words.released, words.notOnHold]);

type Says = (customer: number, since?: { since: string; by: string } | null) => string;

function held(action: typeof holdAction, summary: string, [done, unchanged]: [Says, Says]): Command {
  return {
    name: action.name,
    usage: 'CUSTOMER',
    summary,
    details: words.details,
    options: { json: { type: 'boolean' } },
    count: { min: 1, max: 1 },
    run: async ({ arguments: [id = ''], options, call, print, say }) => {
      const customer = customerNumber(id);
      const { changed, refused, before } = await call(action, { customer });
      if (options.json) print(escapeHidden(JSON.stringify({ customer, changed, refused, before })));
      else {
        say(
          changed
            ? done(customer)
            : unchanged(customer, before && { ...before, by: escapeHidden(before.by) }),
        );
        if (refused.length > 0)
          say(words.refused(refused.map((file) => `  ${escapeHidden(file)}`).join('\n')));
      }
      return changed ? 0 : 3;
    },
  };
}

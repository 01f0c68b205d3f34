import type { Command } from './command.ts';
import { verify as verifyAction } from '../src/actions/verify.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.verify;

export const verify: Command = {
  name: 'verify',
  usage: '',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, call, print, say }) => {
    const { misfits } = await call(verifyAction, {});
    if (options.json) print(escapeHidden(JSON.stringify({ misfits })));
    else if (misfits.length === 0) say(words.nothing);
    else print(misfits.map(({ what, customer, id }) => words.misfit(customer, words[what](id))).join('\n'));
    return misfits.length === 0 ? 0 : 1;
  },
};

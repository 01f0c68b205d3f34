import { accountRemove } from '../src/actions/account-remove.ts';
import { OperatorFault } from '../src/fault.ts';
import { escapeHidden, quoted } from '../src/shown-text.ts';
import type { Command } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.account;

export const account: Command = {
  name: 'account',
  usage: 'remove LOGIN',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 2, max: 2 },
  run: async ({ arguments: [action = '', login = ''], options, call, print, say }) => {
    if (action !== 'remove') throw new OperatorFault(words.unknownAction(escapeHidden(action)), 2);
    const { removed } = await call(accountRemove, { login });
    if (!removed) throw new OperatorFault(words.none(quoted(login)), 3);
    if (options.json) print(JSON.stringify({ removed: login }));
    else say(words.removed(quoted(login)));
    return 0;
  },
};

import { OperatorFault } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import { operatorName, type Ask } from './ask.ts';
import type { Command } from './command.ts';

const DETAILS = `Nobody signs in with it any more, and its open sessions end within a second, at all daemons; an upload on its
way fails, and nothing of it is kept. Files that it has uploaded are not touched. Where an organisation file
lists the account, take it out there too: spoolgate setup makes it again.

Exit 3 where there is no such account.`;

export function account(ask: Ask): Command {
  return {
    name: 'account',
    usage: 'remove LOGIN',
    summary: 'remove an access account; its sessions end within a second',
    details: DETAILS,
    count: { min: 2, max: 2 },
    run: async ({ arguments: [action = '', login = ''], configuration, say }) => {
      if (action !== 'remove')
        throw new OperatorFault(
          `There is no "account ${action}". What there is: spoolgate account remove LOGIN`,
          2,
        );
      const settings = await configuration();
      const { removed } = await ask<{ removed: boolean }>(settings, {
        command: 'removeAccount',
        login,
        who: operatorName(),
      });
      if (!removed) throw new OperatorFault(`There is no account ${quoted(login)}.`, 3);
      say(`Account ${quoted(login)} is removed.`);
      return 0;
    },
  };
}

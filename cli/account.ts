import { accountRemove } from '../src/actions/account-remove.ts';
import { OperatorFault } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import type { Command } from './command.ts';

const DETAILS = `Nobody signs in with it any more, and its open sessions end within a second, at all daemons; an upload on its
way fails, and nothing of it is kept. Files that it has uploaded are not touched. Where an organisation file
lists the account, take it out there too: spoolgate setup makes it again.

Exit 3 where there is no such account.`;

export const account: Command = {
  name: 'account',
  usage: 'remove LOGIN',
  summary: 'remove an access account; its sessions end within a second',
  details: DETAILS,
  count: { min: 2, max: 2 },
  run: async ({ arguments: [action = '', login = ''], call, say }) => {
    if (action !== 'remove')
      throw new OperatorFault(
        `There is no "account ${action}". What there is: spoolgate account remove LOGIN`,
        2,
      );
    const { removed } = await call(accountRemove, { login });
    if (!removed) throw new OperatorFault(`There is no account ${quoted(login)}.`, 3);
    say(`Account ${quoted(login)} is removed.`);
    return 0;
  },
};

import { OperatorFault } from '../fault.ts';
import { liftBans } from '../receive/bans.ts';
import type { Command } from './command.ts';
import type { WithDatabase } from './setup.ts';

export function unban(withDatabase: WithDatabase): Command {
  return {
    name: 'unban',
    usage: 'ADDRESS-OR-LOGIN',
    summary: 'lift the bans of an address or an account; works at once',
    details: 'Their failed sign-ins are forgotten too. Exit 3 where there are none.',
    count: { min: 1, max: 1 },
    run: async ({ arguments: [subject = ''], configuration, say }) => {
      const lifted = await withDatabase(await configuration(), (database) => liftBans(database, subject));
      if (lifted.length === 0) throw new OperatorFault(`Nothing is known against ${subject}.`, 3);
      for (const one of lifted) say(`lifted: ${one.kind} ${one.subject}`);
      return 0;
    },
  };
}

import { OperatorFault } from '../fault.ts';
import { listBans, type BanEntry } from '../receive/bans.ts';
import type { Command } from './command.ts';
import type { WithDatabase } from './setup.ts';

export function bans(withDatabase: WithDatabase): Command {
  return {
    name: 'bans',
    usage: '',
    summary: 'who is banned from the doors, and until when',
    details: 'Exit 3 where nobody is. With --all also failed sign-ins that have not led to a ban.',
    options: { json: { type: 'boolean' }, all: { type: 'boolean' } },
    count: { min: 0, max: 0 },
    run: async ({ options, configuration, print }) => {
      const list = await withDatabase(await configuration(), (database) =>
        listBans(database, new Date(), options.all === true),
      );
      if (options.json) print(JSON.stringify({ bans: list }));
      else if (list.length === 0) throw new OperatorFault('Nobody is banned.', 3);
      else for (const entry of list) print(lineFor(entry));
      return list.length === 0 ? 3 : 0;
    },
  };
}

function lineFor({ kind, subject, until, bans: count, failures }: BanEntry): string {
  const what = kind === 'pair' ? `account and address ${subject}` : `${kind} ${subject}`;
  if (until === null) return `${what}: not banned, ${failures} refused sign-ins, ${count} bans so far`;
  return `${what}: banned until ${until.toISOString()}, ban number ${count}`;
}

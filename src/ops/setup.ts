import { readFile } from 'node:fs/promises';
import { organisationFileSchema } from '../accounts/organisation-file.ts';
import { isRemoval } from '../accounts/setup-accounts.ts';
import { setUpOrganisations } from '../accounts/setup.ts';
import { systemClock } from '../clock.ts';
import { readYaml, type Configuration } from '../configuration.ts';
import type { Database } from '../database/open.ts';
import { causeOf } from '../cause.ts';
import { OperatorFault } from '../fault.ts';
import { quoted } from '../shown-text.ts';
import type { Command } from './command.ts';

/** Opens the account store for the length of one command. */
export type WithDatabase = <T>(
  configuration: Configuration,
  work: (database: Database) => Promise<T>,
) => Promise<T>;

export function setup(withDatabase: WithDatabase): Command {
  return {
    name: 'setup',
    usage: 'FILE.yaml',
    summary: 'create or update what an organisation file says',
    details: 'Running it twice changes nothing. Works while the daemon runs, and while none does.',
    count: { min: 1, max: 1 },
    run: async ({ arguments: [file = ''], configuration, say }) => {
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        throw new OperatorFault(`The organisation file ${quoted(file)} cannot be read: ${causeOf(error)}`, 2);
      });
      const organisations = readYaml(text, file, organisationFileSchema);
      const changes = await withDatabase(await configuration(), (database) =>
        setUpOrganisations(database, systemClock, organisations, 'enforce'),
      );
      for (const change of changes) say(isRemoval(change) ? change : `set up ${change}`);
      say(
        changes.length === 0
          ? 'Everything was as the file says.'
          : `${changes.length} created, changed or removed.`,
      );
      return 0;
    },
  };
}

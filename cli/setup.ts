import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { organisationFileSchema, type DeclaredCustomer } from '../src/accounts/setup/organisation-file.ts';
import { isRemoval } from '../src/accounts/setup/access-accounts.ts';
import { setUpOrganisations } from '../src/accounts/setup/setup.ts';
import { systemClock } from '../src/clock.ts';
import { readYaml, type Configuration } from '../src/configuration.ts';
import type { Database } from '../src/database/open.ts';
import { causeOf } from '../src/cause.ts';
import { SPOOL_ID } from '../src/change-file/change-file.ts';
import { makeCustomerFolders } from '../src/spool/customer-folders.ts';
import { isThere } from '../src/durable.ts';
import { OperatorFault } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import type { Command } from './command.ts';
import { operatorName } from './ask.ts';
import { setupNotice } from './setup-notice.ts';

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
      const settings = await configuration();
      const { changes, added } = await withDatabase(settings, async (database) => {
        const known = await knownCustomers(database);
        const changed = await setUpOrganisations(
          database,
          systemClock,
          organisations,
          'enforce',
          operatorName(),
        );
        return { changes: changed, added: organisations.customers.filter(({ id }) => !known.has(id)) };
      });
      await makeFolders(settings, organisations.customers);
      for (const change of changes) say(isRemoval(change) ? change : `set up ${change}`);
      say(
        changes.length === 0
          ? 'Everything was as the file says.'
          : `${changes.length} created, changed or removed.`,
      );
      for (const customer of added) say(`\n${await setupNotice(settings, customer)}`);
      return 0;
    },
  };
}

async function knownCustomers(database: Database): Promise<Set<number>> {
  const { rows } = await database.query<{ id: number }>('select id from customer');
  return new Set(rows.map(({ id }) => id));
}

/** So that an upload is accepted as soon as this has ended. Where no daemon has taken the spool up yet, its start does it. */
async function makeFolders({ spool }: Configuration, customers: readonly DeclaredCustomer[]): Promise<void> {
  if (!(await isThere(path.join(spool, SPOOL_ID)))) return;
  for (const { id, folder = String(id) } of customers)
    await makeCustomerFolders(spool, path.join(spool, folder));
}

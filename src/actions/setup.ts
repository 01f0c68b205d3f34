import path from 'node:path';
import { organisationFileSchema, type DeclaredCustomer } from '../accounts/setup/organisation-file.ts';
import type { SetupChange } from '../accounts/setup/setup-change.ts';
import { customers } from '../accounts/customers/customer.ts';
import { setUpOrganisations } from '../accounts/setup/setup.ts';
import { SPOOL_ID } from '../change-file/change-file.ts';
import type { Database } from '../database/open.ts';
import { isThere } from '../durable.ts';
import { makeCustomerFolders } from '../spool/customer-folders.ts';
import { action, operators } from './action.ts';

export type { SetupChange };

/** Creates or updates what an organisation file says; the input is what the file holds. */
export const setup = action({
  name: 'setup',
  input: organisationFileSchema,
  allowed: operators,
  run: async ({ database, clock, spool }, organisations, { name }) => {
    const known = await storedTypes(database);
    const changes = await setUpOrganisations(database, clock, organisations, 'enforce', name);
    await makeFolders(spool, organisations.customers);
    const types = await storedTypes(database);
    return {
      changes,
      added: organisations.customers
        .filter(({ id }) => !known.has(id))
        .map((customer) => shown(customer, types.get(customer.id) ?? [])),
    };
  },
});

/** Types of change files that each customer may send: those of the file, or what holds where it names none. */
async function storedTypes(database: Database): Promise<Map<number, readonly string[]>> {
  return new Map((await customers(database)).map(({ id, types }) => [id, types]));
}

/** So that an upload is accepted as soon as this has ended. Where no daemon has taken the spool up yet, its start does it. */
async function makeFolders(spool: string, customers: readonly DeclaredCustomer[]): Promise<void> {
  if (!(await isThere(path.join(spool, SPOOL_ID)))) return;
  for (const { id, folder = String(id) } of customers)
    await makeCustomerFolders(spool, path.join(spool, folder));
}

/** What a new customer needs to know: no password. */
function shown({ id, name, folder = String(id), accounts = [] }: DeclaredCustomer, types: readonly string[]) {
  const logins = accounts.map(({ login, rights = [] }) => ({ login, rights }));
  return { id, name, folder, types, logins };
}

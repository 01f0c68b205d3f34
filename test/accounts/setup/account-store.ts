import { afterEach, beforeEach, expect } from 'vitest';
import { setUpOrganisations, type SetupMode } from '../../../src/accounts/setup/setup.ts';
import { systemClock } from '../../../src/clock.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import {
  ACME,
  declared,
  type WrittenCustomer,
  type WrittenOrganisation,
} from '../../support/organisation.ts';

/** Gives each test of the file an account store of its own, with nothing in it. */
export function emptyStores() {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await cloneDatabase();
  });
  afterEach(() => database.drop());
  return {
    query: <Row extends Record<string, unknown>>(text: string, values?: unknown[]) =>
      database.query<Row>(text, values),
    /** For what is called with the database itself. */
    store: () => database,
    /** @returns what was changed, e.g. `customer 1000001` */
    setUp: async (written: WrittenOrganisation, mode: SetupMode = 'enforce') => {
      const changes = await setUpOrganisations(database, systemClock, declared(written), mode);
      return changes.map(({ what, name }) => `${what} ${name}`);
    },
    /** The only row, where there is one. */
    one: async (text: string, values: unknown[] = []): Promise<Record<string, unknown> | undefined> => {
      const { rows } = await database.query(text, values);
      expect(rows.length).toBeLessThan(2);
      return rows[0];
    },
  };
}

/** One customer and nothing else. */
export const only = (customer: Partial<WrittenCustomer>): WrittenOrganisation => ({
  customers: [{ id: ACME, name: 'Acme', folder: 'acme', ...customer }],
});

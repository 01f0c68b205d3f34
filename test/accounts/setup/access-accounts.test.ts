import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setUpOrganisations, type SetupMode } from '../../../src/accounts/setup/setup.ts';
import { systemClock } from '../../../src/clock.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import {
  ACME,
  declared,
  type WrittenCustomer,
  type WrittenOrganisation,
} from '../../support/organisation.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(() => database.drop());

const setUp = (written: WrittenOrganisation, mode: SetupMode = 'enforce') =>
  setUpOrganisations(database, systemClock, declared(written), mode);

/** One customer and nothing else. */
const only = (customer: Partial<WrittenCustomer>): WrittenOrganisation => ({
  customers: [{ id: ACME, name: 'Acme', folder: 'acme', ...customer }],
});

async function one(query: string, values: unknown[] = []): Promise<Record<string, unknown> | undefined> {
  const { rows } = await database.query(query, values);
  expect(rows.length).toBeLessThan(2);
  return rows[0];
}

describe('access accounts', () => {
  const withAccounts = (...logins: string[]) =>
    only({ accounts: logins.map((login) => ({ login, password: `password of ${login}` })) });
  const logins = async () =>
    (await database.query<{ login: string }>('select login from access_account order by 1')).rows.map(
      ({ login }) => login,
    );

  it.each<SetupMode>(['enforce', 'edited'])(
    'that the file lists no more are removed, and it says so (%s)',
    async (mode) => {
      await setUp(withAccounts('first', 'second'), mode);
      await database.query(
        `insert into access_account (login, customer_id, rights) values ('by hand', $1, '{upload}')`,
        [ACME],
      );
      expect(await setUp(withAccounts('first'), mode)).toEqual(['removed account second']);
      expect(await logins()).toEqual(['by hand', 'first']);
      expect(await setUp(only({}), mode)).toEqual([]);
      expect(await logins()).toEqual(['by hand', 'first']);
      expect(await setUp(only({ accounts: [] }), mode)).toEqual(['removed account first']);
    },
  );

  it.each<SetupMode>(['enforce', 'edited'])(
    'keep a password and keys that were rotated since (%s)',
    async (mode) => {
      const [old, rotated] = [
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB old',
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC new',
      ];
      const file = (more: object = {}) =>
        only({ accounts: [{ login: 'acme', password: 'in the file', keys: [old], ...more }] });
      await setUp(file(), mode);
      await database.query(`update access_account set keys = $1, password_hash = 'rotated'`, [[rotated]]);
      expect(await setUp(file(), mode)).toEqual([]);
      expect(await setUp(file({ rights: ['upload'] }), mode)).toEqual(['account acme']);
      const kept = await one('select keys, password_hash, rights from access_account');
      expect(kept).toEqual({ keys: [rotated], password_hash: 'rotated', rights: ['upload'] });
      expect(await setUp(file({ keys: [] }), mode)).toEqual(['account acme']);
      expect(await one('select keys, password_hash from access_account')).toEqual({
        keys: [],
        password_hash: 'rotated',
      });
    },
  );

  it('that were removed by command are not brought back by a start, and are by the command', async () => {
    await setUp(withAccounts('first'));
    await database.query('delete from access_account');
    expect(await setUp(withAccounts('first'), 'edited')).toEqual([]);
    expect(await logins()).toEqual([]);
    expect(await setUp(withAccounts('first'))).toEqual(['account first']);
    const { rows } = await database.query('select declaration from organisation_item');
    expect(JSON.stringify(rows)).not.toContain('password of');
  });
});

import { describe, expect, it } from 'vitest';
import type { SetupMode } from '../../../src/accounts/setup/setup.ts';
import { ACME } from '../../support/organisation.ts';
import { emptyStores, only } from './account-store.ts';

const { query, setUp, one } = emptyStores();

describe('access accounts', () => {
  const withAccounts = (...logins: string[]) =>
    only({ accounts: logins.map((login) => ({ login, password: `password of ${login}` })) });
  const logins = async () =>
    (await query<{ login: string }>('select login from access_account order by 1')).rows.map(
      ({ login }) => login,
    );

  it.each<SetupMode>(['enforce', 'edited'])(
    'that the file lists no more are removed, and it says so (%s)',
    async (mode) => {
      await setUp(withAccounts('first', 'second'), mode);
      await query(
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

  it('that are removed are told of one by one, with what they were and nothing secret', async () => {
    const from = ['192.0.2.0/24'];
    await setUp(
      only({ accounts: [{ login: 'first', password: 'a secret of ours', rights: ['upload'], from }] }),
    );
    await setUp(only({ accounts: [] }));
    const { rows } = await query(
      `select who, subject, customer_id as customer, data from event where type = 'account.removed'`,
    );
    const before = { login: 'first', customer: ACME, rights: ['upload'], networks: from };
    const removed = { who: 'setup', subject: 'first', customer: ACME, data: { before, after: null } };
    expect(rows).toEqual([removed]);
  });

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
      await query(`update access_account set keys = $1, password_hash = 'rotated'`, [[rotated]]);
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
    await query('delete from access_account');
    expect(await setUp(withAccounts('first'), 'edited')).toEqual([]);
    expect(await logins()).toEqual([]);
    expect(await setUp(withAccounts('first'))).toEqual(['account first']);
    const { rows } = await query('select declaration from organisation_item');
    expect(JSON.stringify(rows)).not.toContain('password of');
  });
});

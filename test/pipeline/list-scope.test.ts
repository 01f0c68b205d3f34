/** A source whose lists are of other people from now on: the first list that would remove anybody is held. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { ACME, declared, fixtures } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

let station: TestStation;
beforeEach(async () => {
  station = await openStation();
  const organisation = declared(
    await fixtures({
      types: ['SNAPSHOT'],
      sources: { google: { snapshot: { keeps: 'contacts', scope: 'all' } } },
    }),
  );
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
  await station.upload(name(1), ALL);
  await station.workOff();
  await station.database.query(
    `update customer set sources = jsonb_set(jsonb_set(sources, '{google,snapshot,scope}', '"group"'),
       '{google,snapshot,group}', '"Staff"') where id = $1`,
    [ACME],
  );
});
afterEach(() => station[Symbol.asyncDispose]());

const name = (number: number) => `1000001_google_SNAPSHOT_${number}.csv`;
const HEADER = 'mail,displayName\n';
const ALL = `${HEADER}ann@example.com,Ann\nbob@example.com,Bob\n`;

async function lastApplied() {
  const { rows } = await station.database.query<{ file: string }>('select file from full_list');
  return rows[0]?.file;
}

it.each([
  ['without a line', HEADER, 1],
  ['with a line that cannot be read', `${ALL}"unterminated\n`, 2],
])('also after a list %s', async (_title, doubtful, applied) => {
  await station.upload(name(2), doubtful);
  await station.workOff();
  expect(await lastApplied()).toBe(name(applied));
  await station.upload(name(3), `${HEADER}ann@example.com,Ann\n`);
  await station.workOff();
  const { rows } = await station.database.query<{ state: string; reason: string | null }>(
    `select state, hold->>'reason' as reason from change_file where name = $1`,
    [name(3)],
  );
  expect(rows).toEqual([{ state: 'held', reason: 'scope' }]);
});

/** A list that went wrong is held, nothing of it is applied, and its hold says what it looks like. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { declared, fixtures } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { Guarded, numbers } from './guarded-station.ts';

const PEOPLE = 40;
const HEAD = 'objectId,emailAddress,givenName,familyName,department\n';
const of = new Guarded(() => station);
const name = (number: number) => `1000001_ad_SNAPSHOT_${number}.csv`;
/** In the order of their addresses; ten of them are of Sales. */
const line = (number: number, address = number) =>
  `g-${number},p${100 + address}@example.com,Given,Family${number},${number % 4 === 0 ? 'Sales' : 'Works'}\n`;
const list = (who: readonly number[], of: (number: number) => string = line) =>
  HEAD + who.map((one) => of(one)).join('');

let station: TestStation;
beforeEach(async () => {
  station = await openStation();
  const organisation = declared(
    await fixtures({
      types: ['SNAPSHOT'],
      sources: { ad: { snapshot: { keeps: 'accounts', scope: 'all' } } },
    }),
  );
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
  await of.run(name(1), list(numbers(1, PEOPLE)));
  expect(await of.active()).toBe(PEOPLE);
});
afterEach(() => station[Symbol.asyncDispose]());

const all = numbers(1, PEOPLE);

it.each<[what: string, content: string, hold: object]>([
  [
    'a department is missing',
    list(all.filter((number) => number % 4 !== 0)),
    { reason: 'percent', absent: 10, signs: [{ sign: 'department', value: 'Sales', people: 10 }] },
  ],
  [
    'it is cut off',
    list(numbers(1, 28)),
    { absent: 12, signs: [{ sign: 'cut-off', value: 'p128@example.com' }] },
  ],
  [
    'every second row is missing',
    list(all.filter((number) => number % 2 === 1)),
    { absent: 20, signs: [{ sign: 'half', people: 20 }] },
  ],
  [
    'its addresses have slipped by a row',
    list(all, (number) => line(number, number === PEOPLE ? 99 : number + 1)),
    {
      reason: 'addresses',
      counts: 'addresses',
      absent: 0,
      addresses: PEOPLE,
      signs: [{ sign: 'slipped', people: PEOPLE - 1 }],
    },
  ],
])('%s', async (_what, content, hold) => {
  await of.run(name(2), content);
  expect(await of.fileOf(name(2))).toMatchObject({ state: 'held', hold });
  const { rows } = await station.database.query<{ count: number }>(
    `select count(*)::int as count from subscriber where managed_by_source = 'ad' and state in ('pending', 'active')
        and email = 'p' || (100 + substring(managed_by_object from 3)::int) || '@example.com'`,
  );
  expect(rows).toEqual([{ count: PEOPLE }]);
});

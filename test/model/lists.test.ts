/** Random lists through the pipeline, some of whose turns die on their way, beside a second reading of the rules. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { listenToFailpoints, type Failpoint } from '../../src/failpoints.ts';
import { ACME, declared, fixtures, person } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { applyList, type ModelLine, type ModelPerson } from './lists.ts';
import { seededRandom, type Random } from './random.ts';

const SEED = Number(process.env['SPOOLGATE_LISTS_SEED'] ?? 20_261_127);
const LISTS = Number(process.env['SPOOLGATE_LISTS'] ?? 40);
/** Where a turn dies; what it had not committed is as though it had not been. */
const DEATHS: readonly Failpoint[] = [
  'taken',
  'loaded',
  'saved',
  'committed',
  'moved',
  'filed',
  'report-written',
];

let station: TestStation;
beforeAll(async () => {
  station = await openStation();
  const organisation = declared(
    await fixtures({
      types: ['SNAPSHOT'],
      domains: ['lists.example.com'],
      sources: {
        ad: { snapshot: { keeps: 'accounts', scope: 'all', guard: { percent: 100, people: 1000 } } },
      },
      subscribers: [
        person('hand.made@lists.example.com', [], { givenName: 'Hand', familyName: 'Made' }),
        person('hand.held@lists.example.com', [], {
          givenName: 'Hand',
          familyName: 'Held',
          state: 'suspended',
        }),
      ],
    }),
  );
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
});
afterAll(() => station[Symbol.asyncDispose]());

const NAMES = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'hand.made', 'hand.held'];

function randomLine(random: Random): ModelLine {
  const isNamed = random.percent(95);
  return {
    address: `${random.pick(NAMES)}@lists.example.com`,
    objectId: random.percent(70) ? `g-${random.below(9)}` : '',
    givenName: isNamed ? random.pick(['Ann', 'Bo']) : '',
    familyName: isNamed ? random.pick(['Lee', 'Ray']) : '',
    isDisabled: random.percent(20),
  };
}

function randomList(random: Random): ModelLine[] {
  const lines = Array.from({ length: 1 + random.below(9) }, () => randomLine(random));
  if (random.percent(15)) return lines;
  // Mostly nobody stands twice.
  const isFirst = (line: ModelLine, index: number) =>
    !lines
      .slice(0, index)
      .some(
        (other) =>
          other.address === line.address || (line.objectId !== '' && other.objectId === line.objectId),
      );
  return lines.filter(isFirst);
}

function listText(lines: readonly ModelLine[]): string {
  const rows = lines.map(({ address, objectId, givenName, familyName, isDisabled }) =>
    [address, objectId, givenName, familyName, isDisabled ? 'disabled' : ''].join(','),
  );
  return ['emailAddress,objectId,givenName,familyName,status', ...rows, ''].join('\n');
}

async function storedPeople(): Promise<object[]> {
  const { rows } = await station.database.query<object>(
    `select email as address, coalesce(managed_by_object, '') as "objectId", given_name as "givenName",
            family_name as "familyName", state, suspended_by_source is not null as "byList",
            managed_by_source is not null as "isManaged"
       from subscriber where customer_id = $1 and email like '%@lists.example.com' order by email`,
    [ACME],
  );
  return rows;
}

async function codesOf(name: string): Promise<number[]> {
  const { rows } = await station.database.query<{ codes: number[] }>(
    `select codes from entry_slice s join change_file f on f.id = s.change_file_id where f.name = $1 order by first_entry`,
    [name],
  );
  return rows.flatMap(({ codes }) => codes);
}

function dieOnce(random: Random): void {
  if (random.percent(50)) return;
  const where = random.pick(DEATHS);
  let isDone = false;
  listenToFailpoints((passed) => {
    if (isDone || passed !== where) return;
    isDone = true;
    throw new Error(`dies at ${passed}`);
  });
}

it('random lists come to what a second reading of the rules says, whatever dies on the way', async () => {
  const made = { objectId: '', byList: false, isManaged: false, givenName: 'Hand' } as const;
  const people: ModelPerson[] = [
    { ...made, address: 'hand.made@lists.example.com', familyName: 'Made', state: 'active' },
    { ...made, address: 'hand.held@lists.example.com', familyName: 'Held', state: 'suspended' },
  ];
  const told = new Map<number, number>();
  for (let number = 1; number <= LISTS; number += 1) {
    const random = seededRandom(SEED + number);
    const lines = randomList(random);
    const at = `SPOOLGATE_LISTS_SEED=${SEED}, list ${number}:\n${listText(lines)}`;
    const name = `${ACME}_ad_SNAPSHOT_${number}.csv`;
    const codes = applyList(people, lines);
    dieOnce(random);
    await station.upload(name, listText(lines));
    await station.workOff();
    listenToFailpoints(null);
    expect(await codesOf(name), at).toEqual(codes);
    expect(await storedPeople(), at).toEqual(
      people.toSorted((one, other) => (one.address < other.address ? -1 : 1)),
    );
    for (const code of codes) told.set(code, (told.get(code) ?? 0) + 1);
  }
  expect([...told.keys()]).toEqual(expect.arrayContaining([0, 2002, 2201, 2903]));
}, 300_000);

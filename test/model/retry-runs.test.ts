/** Random files with faults, corrected by their retry files, against the same files without a fault: the accounts are the same. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { accountsPicture } from '../support/accounts-picture.ts';
import { declared, fixtures, person } from '../support/organisation.ts';
import { mulberry } from '../support/random.ts';
import { openStation, type TestStation } from '../support/services.ts';

/** SPOOLGATE_RETRY_SEED and SPOOLGATE_RETRY_RUNS choose the runs: run n has the seed plus n. */
const SEED = Number(process.env['SPOOLGATE_RETRY_SEED'] ?? 20_261_129);
const RUNS = Number(process.env['SPOOLGATE_RETRY_RUNS'] ?? 5);
const PEOPLE = 20;

/** What is wrong in a row, and what it should have been: found again in a file whose other rows are gone. */
interface Row {
  right: string;
  wrong: string;
}

interface Kind {
  type: 'PRV' | 'USERS';
  header: string;
  row: (number: number, random: () => number) => Row;
}

const pick = <Value>(random: () => number, values: readonly [Value, ...Value[]]): Value =>
  values[Math.floor(random() * values.length)] ?? values[0];

const KINDS: readonly Kind[] = [
  {
    type: 'PRV',
    header: 'emailAddress,action,subscriptionId,givenName,familyName,jobTitle,timeZone\n',
    row: (number, random) => {
      const title = pick(random, ['Clerk', '"Smith, Jr."', '"a ""quoted"" word"', '']);
      if (number > PEOPLE) {
        const row = (seat: string, zone: string) =>
          `n${number}@example.com,Add,${seat},New,Person,${title},${zone}\n`;
        return {
          right: row('85180', 'Europe/Paris'),
          wrong: pick(random, [row('99', 'Europe/Paris'), row('85180', 'Paris')]),
        };
      }
      const row = (action: string, zone: string) =>
        `p${number}@example.com,${action},,,,${action === 'Suspend' ? '' : title},${zone}\n`;
      const action = pick(random, ['Update', 'Update', 'Suspend']);
      if (action === 'Suspend') return { right: row(action, ''), wrong: row('Suspnd', '') };
      return { right: row(action, 'Europe/Paris'), wrong: row(action, 'Paris') };
    },
  },
  {
    type: 'USERS',
    header: 'Email Address,First Name,Last Name,Status,Job Title\n',
    row: (number, random) => {
      const who = number > PEOPLE ? `n${number}` : `p${number}`;
      const title = pick(random, ['Clerk', '"Smith, Jr."', 'Head']);
      const row = (status: string) => `${who}@example.com,First,Last,${status},${title}\n`;
      return { right: row('Active'), wrong: row('Aktive') };
    },
  },
];

async function open(): Promise<TestStation> {
  const station = await openStation();
  const written = await fixtures({
    types: ['PRV', 'USERS'],
    guards: 'off',
    subscribers: Array.from({ length: PEOPLE }, (_, n) =>
      person(`p${n + 1}@example.com`, [], { givenName: 'Old', familyName: 'Name' }),
    ),
  });
  const organisation = declared(written);
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
  return station;
}

async function send(station: TestStation, name: string, content: string): Promise<void> {
  await station.upload(name, content);
  await station.workOff();
}

/** Without numbers, because who came with the second file has a higher one; of moments only whether there is one. */
async function pictureOf({ database }: TestStation): Promise<unknown> {
  const { people, subscriptions } = await accountsPicture(database);
  const plain = people.map((person) =>
    Object.fromEntries(
      Object.entries({ ...person, id: null }).map(([key, value]) => [
        key,
        key.endsWith('_at') ? value !== null : value,
      ]),
    ),
  );
  return {
    people: plain.toSorted((a, b) => String(a['email']).localeCompare(String(b['email']))),
    subscriptions,
  };
}

for (const kind of KINDS)
  it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(`${kind.type}, run %i`, async (seed) => {
    const random = mulberry(seed);
    const numbers = Array.from({ length: PEOPLE + 8 }, (_, n) => n + 1).filter(() => random() < 0.6);
    const rows = numbers.map((number) => kind.row(number, random));
    const isWrong = rows.map((_, n) => n === 0 || random() < 0.3);
    const first = `1000001_HR_${kind.type}_1.csv`;

    await using corrected = await open();
    await send(corrected, first, kind.header + rows.map(({ right }) => right).join(''));
    await using retried = await open();
    await send(
      retried,
      first,
      kind.header + rows.map(({ right, wrong }, n) => (isWrong[n] ? wrong : right)).join(''),
    );

    const inError = path.join(retried.folder, '_error');
    expect(await readdir(inError)).toContain(first);
    let retry = await readFile(path.join(inError, `1000001_HR_${kind.type}_1.retry.csv`), 'utf8');
    expect(retry).toBe(
      kind.header +
        rows
          .filter((_, n) => isWrong[n])
          .map(({ wrong }) => wrong)
          .join(''),
    );
    for (const { wrong, right } of rows) retry = retry.replace(wrong, () => right);
    await send(retried, `1000001_HR_${kind.type}_2.csv`, retry);

    expect(await readdir(path.join(retried.folder, '_processed'))).toContain(`1000001_HR_${kind.type}_2.csv`);
    expect(await pictureOf(retried)).toEqual(await pictureOf(corrected));
  });

import { renameSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Antivirus } from '../../src/antivirus/antivirus.ts';
import { Breather } from '../../src/breather.ts';
import { listenToFailpoints, type Failpoint } from '../../src/failpoints.ts';
import { tryFile, type TrialResult } from '../../src/pipeline/trial.ts';
import { Trials } from '../../src/pipeline/trials.ts';
import { makeCustomerFolders } from '../../src/spool/customer-folders.ts';
import { ACME, OTHER } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';
const NAME = `${ACME}_PRV_7.csv`;
const textOf = (who: string) => `${HEADER}${who}@example.com,Add,New,Person\n`;

let station: TestStation;
let place: string;
beforeEach(async () => {
  station = await openStation();
  await makeCustomerFolders(station.services.spool, station.folder);
  place = path.join(station.folder, '_validate');
});
afterEach(async () => {
  listenToFailpoints(null);
  await station[Symbol.asyncDispose]();
});

async function attempt(name = NAME): Promise<TrialResult> {
  const trial = { customer: ACME, folder: station.folder, name, sender: null };
  return tryFile(station.services, trial, new Breather());
}

it.each<Failpoint>(['trial-planned', 'trial-answered'])(
  'a file that is replaced at %s has no answer but its own',
  async (step) => {
    await writeFile(path.join(place, NAME), textOf('first'));
    await writeFile(path.join(place, '.next.part'), textOf('second'));
    listenToFailpoints((passed) => {
      if (passed !== step) return;
      listenToFailpoints(null);
      renameSync(path.join(place, '.next.part'), path.join(place, NAME));
    });
    expect(await attempt()).toEqual({ kind: 'over' });
    expect(await readdir(place)).toEqual([NAME]);
    expect(await attempt()).toMatchObject({ kind: 'answered', marked: true });
    expect(await readFile(path.join(place, `${ACME}_PRV_7.plan.txt`), 'utf8')).toContain(
      'second@example.com',
    );
  },
);

it('what is answered is not answered again, and says so itself', async () => {
  await writeFile(path.join(place, NAME), textOf('one'));
  expect(await attempt()).toMatchObject({ kind: 'answered' });
  expect((await stat(path.join(place, NAME))).mode & 0o1000).toBe(0o1000);
  expect(await attempt()).toEqual({ kind: 'over' });
});

it('a customer whose files another daemon answers waits for that one', async () => {
  await writeFile(path.join(place, NAME), textOf('one'));
  await station.database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(7766110, hashint8($1))', [ACME]);
    expect(await attempt()).toMatchObject({ kind: 'again' });
  });
  expect(await attempt()).toMatchObject({ kind: 'answered' });
});

it('the turn of the customer and a change of its accounts keep no answer waiting', async () => {
  await station.upload(`${ACME}_PRV_1.csv`, textOf('waiting'));
  await writeFile(path.join(place, NAME), textOf('one'));
  await station.database.transaction(async (tx) => {
    await tx.query('select 1 from customer where id = $1 for update', [ACME]);
    await tx.query('select 1 from turn_queue where customer_id = $1 for update', [ACME]);
    await tx.query('select 1 from subscriber where customer_id = $1 for update', [ACME]);
    await tx.query('select 1 from change_file where customer_id = $1 for update', [ACME]);
    expect(await attempt()).toMatchObject({ kind: 'answered' });
  });
  expect(await station.workOff()).toBeGreaterThan(0);
});

it('between two slices of a long file the answer goes by what is applied so far', async () => {
  await station.database.query(
    'update customer set per_file_cap = 5000, hourly_cap = 5000, daily_cap = 6000 where id = $1',
    [ACME],
  );
  const people = Array.from({ length: 1_500 }, (_, at) => `p${at}@example.com,Add,New,Person\n`);
  await station.upload(`${ACME}_PRV_1.csv`, HEADER + people.join(''));
  await station.beginLarge();
  await writeFile(path.join(place, NAME), textOf('p0') + 'p1400@example.com,Add,New,Person\n');
  expect(await attempt()).toMatchObject({ kind: 'answered' });
  const trace = await readFile(path.join(place, `${ACME}_PRV_7_trace.csv`), 'utf8');
  expect(
    trace
      .split('\n')
      .slice(1, 3)
      .map((line) => line.split(',')[2]),
  ).toEqual(['1035', '0']);
  await station.workOff();
  expect(await readdir(path.join(station.folder, '_processed'))).toContain(`${ACME}_PRV_1.csv`);
});

it('of each customer one file at a time, and two of all', async () => {
  const running: number[] = [];
  let [most, mostOfOne] = [0, 0];
  const passTried: Antivirus['passTried'] = async ({ customer }) => {
    running.push(customer);
    most = Math.max(most, running.length);
    mostOfOne = Math.max(mostOfOne, running.filter((one) => one === customer).length);
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    running.splice(running.indexOf(customer), 1);
    return { kind: 'clean' };
  };
  const { services } = station;
  const { rows } = await station.database.query<{ id: number; folder: string }>(
    'select id, folder from customer order by id limit 3',
  );
  const customers = rows.map(({ id, folder }) => ({
    customer: id,
    folder: path.join(services.spool, folder),
  }));
  expect(customers.map(({ customer }) => customer)).toContain(OTHER);
  for (const { customer, folder } of customers) {
    await makeCustomerFolders(services.spool, folder);
    for (let number = 1; number <= 3; number += 1)
      await writeFile(path.join(folder, '_validate', `${customer}_PRV_${number}.csv`), textOf(`p${number}`));
  }
  station.advance(10_000);
  const antivirus = { passTried } as unknown as Antivirus;
  await using trials = new Trials(
    { ...services, antivirus },
    { sweepMs: 3_600_000, quietMs: 1_000, customers: async () => customers, isBusy: () => false },
  );
  await trials.sweep();
  await trials.idle();
  expect([most, mostOfOne]).toEqual([2, 1]);
  for (const { folder } of customers)
    expect(
      (await readdir(path.join(folder, '_validate'))).filter((name) => name.endsWith('.plan.json')),
    ).toHaveLength(3);
});

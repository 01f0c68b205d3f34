/** What the real daemon counts of files that wait and of turns that fail, and of customers by themselves. */
import { expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, OTHER } from '../support/organisation.ts';
import { samplesIn, scrape, sumOf, type Sample } from './scrape.ts';

const HOUR_MS = 3_600_000;
const add = (name: string) => `emailAddress,action,givenName,familyName\n${name}@example.com,Add,A,B\n`;

/** Asks until it is so: events are counted a moment later, and what is read from the database is kept for some seconds. */
async function until(
  world: TestDaemon,
  name: string,
  labels: Record<string, string>,
  value: number,
): Promise<Sample[]> {
  return poll(`${name} ${JSON.stringify(labels)} = ${value}`, 50, async () => {
    const samples = samplesIn((await scrape(world.daemon.httpPort)).text);
    return sumOf(samples, name, labels) === value ? samples : null;
  });
}

it('a file over a cap is measured by its wait, and not as a slow one', async () => {
  await using world = await startTestDaemon({ configuration: { throttle: { hourly: 1 } } });
  const courier = await world.courier();
  await courier.send('1000001_HR_PRV_1.csv', add('a.b'));
  await courier.upload('1000001_HR_PRV_2.csv', add('c.d'));
  const waiting = await until(world, 'files_waiting', { state: 'deferred', type: 'PRV' }, 1);
  expect(sumOf(waiting, 'caps_reached_total', { period: 'hour' })).toBe(1);
  expect(sumOf(waiting, 'entries_waiting', { type: 'PRV' })).toBe(1);
  world.clock.advance(HOUR_MS);
  const done = await until(world, 'wait_seconds_count', { why: 'cap_hour' }, 1);
  expect(sumOf(done, 'wait_seconds_sum')).toBeGreaterThan(3_000);
  expect(sumOf(done, 'upload_to_report_seconds_count')).toBe(1);
});

it('a turn that fails is a fault, and what was rolled back with it is not counted', async () => {
  await using world = await startTestDaemon();
  await world.database.query('alter table entry_slice rename to entry_slice_away');
  const courier = await world.courier();
  await courier.upload('1000001_HR_PRV_1.csv', add('a.b'));
  const failing = await until(world, 'turns_total', { result: 'fault' }, 1);
  expect(sumOf(failing, 'files_total')).toBe(0);
  await world.database.query('alter table entry_slice_away rename to entry_slice');
  world.clock.advance(5_000);
  const done = await until(world, 'files_total', { decision: 'applied' }, 1);
  expect(sumOf(done, 'entries_total')).toBe(1);
  expect(sumOf(done, 'files_total')).toBe(1);
});

it('customers with most entries have series of their own, by their id, and the others are one', async () => {
  await using world = await startTestDaemon({ configuration: { metrics: { customers: 2 } } });
  const [acme, other] = [await world.courier('acme'), await world.courier('other')];
  await acme.send('1000001_HR_PRV_1.csv', add('a.b'));
  // The busiest are looked for at a scrape, and what it says is kept for some seconds.
  let number = 2;
  const samples = await poll('an own series', 500, async () => {
    await acme.send(`1000001_HR_PRV_${number}.csv`, add(`x${number}`));
    number += 1;
    const now = samplesIn((await scrape(world.daemon.httpPort)).text);
    return sumOf(now, 'files_total', { customer: String(ACME) }) > 0 ? now : null;
  });
  await other.send('2000002_HR_PRV_1.csv', add('y'));
  const customers = new Set(samples.map(({ labels }) => labels.customer).filter((id) => id !== undefined));
  expect([...customers].toSorted()).toEqual([String(ACME), 'other'].toSorted());
  expect(customers.has(String(OTHER))).toBe(false);
  const labelled = samples.filter(({ labels }) => labels.customer !== undefined).map(({ name }) => name);
  for (const name of labelled)
    expect(name).toMatch(
      /^spoolgate_(uploads|upload_bytes|files|entries|caps_reached)_total$|_files_waiting$/,
    );
});

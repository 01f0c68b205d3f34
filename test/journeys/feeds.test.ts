import { expect, it } from 'vitest';
import { feedStandings } from '../../src/feeds/standings.ts';
import { poll } from '../support/courier.ts';
import { TestClock } from '../support/clock.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

const DAY_MS = 86_400_000;

it('files that come every morning are expected the next morning', async () => {
  const clock = new TestClock();
  clock.set(new Date('2026-09-07T06:00:00Z'));
  await using world = await startTestDaemon({ clock, organisation: await fixtures({ timeZone: 'UTC' }) });
  const acme = await world.courier();
  for (let day = 1; day <= 22; day += 1) {
    await acme.send(`1000001_HR_PRV_${day}.csv`, 'emailAddress,action\nadmin@example.com,ResetPassword\n');
    clock.advance(DAY_MS);
  }
  // The follower tells of the last file a moment after it has come.
  await poll('all arrivals', 20, async () => {
    const { rows } = await world.database.query('select 1 from feed_hour');
    return rows.length === 22 ? rows : null;
  });
  const shown = async () => {
    await world.daemon.jobs.run('feeds');
    return (await feedStandings(world.database, ACME))[0];
  };
  const feed = await shown();
  expect(feed).toMatchObject({ source: 'HR', type: 'PRV', standing: 'on_time' });
  expect(feed?.expected?.usual.toISOString()).toMatch(/^2026-09-\d\dT06:0/);
  clock.advance(1.5 * DAY_MS);
  expect(await shown()).toMatchObject({ standing: 'missing' });
  const logged = await poll(
    'the line in the log',
    20,
    async () => world.log.find((line) => line.includes('expected file is missing')) ?? null,
  );
  expect(JSON.parse(logged)).toMatchObject({ level: 'warn', customer: ACME, source: 'HR', type: 'PRV' });
}, 120_000);

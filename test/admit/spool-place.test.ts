import { mkdir, rename, rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createIntake } from '../../src/admit/intake.ts';
import { SpoolPlace } from '../../src/admit/spool-place.ts';
import { openStation } from '../faults/station.ts';
import { ACME } from '../journeys/organisation.ts';

it('a spool that is unmounted counts nothing as deleted, and work goes on when it is back', async () => {
  await using world = await openStation();
  const { station, database, folder } = world;
  const { spool } = station;
  station.place = await SpoolPlace.of(spool);
  const { clock, journal, place } = station;
  const intake = createIntake({ database, clock, journal, spool, place });
  await world.upload(
    '1000001_PRV_1.csv',
    'emailAddress,action,givenName,familyName\na@example.com,Add,Ann,One\n',
  );
  const away = `${spool}-away`;
  await rename(spool, away);
  await mkdir(folder, { recursive: true });
  try {
    await expect(intake.customers()).rejects.toThrow(/not the spool that the daemon started on/);
    await expect(intake.sweep({ customer: ACME, folder })).rejects.toThrow(/Is its disk mounted/);
    await world.workOff(1).catch(() => undefined);
    expect(world.log).toContain('turn failed');
    expect((await database.query('select state from change_file')).rows).toEqual([{ state: 'waiting' }]);
  } finally {
    await rm(spool, { recursive: true });
    await rename(away, spool);
  }
  await intake.sweep({ customer: ACME, folder });
  await world.workOff();
  expect((await database.query('select state, written from change_file')).rows).toEqual([
    { state: 'filed', written: 1 },
  ]);
});

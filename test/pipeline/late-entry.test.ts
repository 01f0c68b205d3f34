import { expect, test } from 'vitest';
import { Settling } from '../../src/spool/settling.ts';
import { openStation } from '../support/services.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';

test('a file that is entered while the folder is looked at is not overtaken by a later one', async () => {
  await using world = await openStation();
  const [first, second] = ['1000001_HR_PRV_1.csv', '1000001_HR_PRV_2.csv'];
  // As after a crash: the second is announced by its door, the first is found by the sweep a moment later.
  let isLate = true;
  world.services.settling = Object.assign(new Settling(), {
    isBeingWritten: async () => {
      if (isLate) await world.upload(first, `${HEADER}ann@example.com,Add,Ann,One\n`);
      isLate = false;
      return false;
    },
  });
  await world.upload(second, `${HEADER}ann@example.com,Update,Anna,\n`);
  for (let tries = 0; tries < 20; tries += 1) {
    await world.workOff();
    world.advance(1_000);
  }
  const { rows } = await world.database.query(
    'select name, decision, written from change_file order by name',
  );
  expect(rows).toEqual([
    { name: first, decision: 'applied', written: 1 },
    { name: second, decision: 'applied', written: 1 },
  ]);
});

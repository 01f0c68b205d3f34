/** A daemon whose turn was cut off goes on for a moment, while another one has the turn already. */
import { renameSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { openStation } from '../support/services.ts';

test('a file that the other has just moved into its folder is filed once, and nothing has failed', async () => {
  await using world = await openStation();
  const name = '1000001_PRV_1.csv';
  let moved = false;
  listenToFailpoints((failpoint) => {
    if (failpoint !== 'trace-written' || moved) return;
    moved = true;
    const [from, to] = [path.join(world.folder, '.taken/1'), path.join(world.folder, '_processed', name)];
    renameSync(from, to);
  });
  await world.upload(name, 'emailAddress,action,givenName,familyName\na@example.com,Add,Ann,One\n');
  await world.workOff();
  listenToFailpoints(null);
  expect(moved).toBe(true);
  expect(world.log).not.toContain('turn failed');
  const { rows } = await world.database.query(
    'select state, filed_as, (select count(*) from batch_note) as notes from change_file',
  );
  expect(rows).toEqual([{ state: 'filed', filed_as: name, notes: 0 }]);
});

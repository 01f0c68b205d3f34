/** A daemon whose turn was cut off goes on for a moment, while another one has the turn already. */
import { renameSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { openChangeFile } from '../../src/spool/take.ts';
import { openStation } from '../support/services.ts';

vi.mock('../../src/spool/take.ts', async (original) => {
  const real = await original<typeof import('../../src/spool/take.ts')>();
  return { ...real, openChangeFile: vi.fn(real.openChangeFile) };
});

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
  expect(world.log).not.toContain('processing failed');
  const { rows } = await world.database.query(
    'select state, filed_as, (select count(*) from batch_note) as notes from change_file',
  );
  expect(rows).toEqual([{ state: 'filed', filed_as: name, notes: 0 }]);
});

test('a file that the other is just taking is not withdrawn, and none of its source passes it', async () => {
  await using world = await openStation();
  const header = 'emailAddress,action,givenName,familyName\n';
  const [name, later] = ['1000001_PRV_1.csv', '1000001_PRV_2.csv'];
  // On its way from the upload folder into the other's hands, it is seen in neither.
  vi.mocked(openChangeFile).mockResolvedValueOnce(null);
  await world.upload(name, `${header}a@example.com,Add,Ann,One\n`);
  await world.upload(later, `${header}b@example.com,Add,Bob,Two\n`);
  await world.workOff();
  const { rows } = await world.database.query(
    'select name, state, code from change_file order by finished_at',
  );
  expect(rows).toEqual([
    { name, state: 'filed', code: null },
    { name: later, state: 'filed', code: null },
  ]);
});

import { readdirSync, renameSync } from 'node:fs';
import { readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { isStagingName } from '../../src/durable.ts';
import { listenToFailpoints, type Failpoint } from '../../src/failpoints.ts';
import { openStation, type TestStation } from '../support/services.ts';

/** One entry is done, one fails. */
const NAME = '1000001_PRV_1.csv';
const TEXT =
  'emailAddress,action,givenName,familyName\na@example.com,Add,Ann,One\nnobody@example.com,Suspend,,\n';
const BESIDE = ['1000001_PRV_1.errors.csv', '1000001_PRV_1.retry.csv', '1000001_PRV_1_trace.csv'];

afterEach(() => listenToFailpoints(null));

const errorsOf = ({ folder }: TestStation) => path.join(folder, '_error');

it('what stands beside a file is whole before the commit, and named after it', async () => {
  await using world = await openStation();
  await world.upload(NAME, TEXT);
  const seen: Partial<Record<Failpoint, string[]>> = {};
  listenToFailpoints((step) => (seen[step] = readdirSync(errorsOf(world))));
  await world.workOff();
  expect(seen.committed?.filter(isStagingName)).toHaveLength(3);
  expect(seen.committed?.filter((name) => !isStagingName(name))).toEqual([]);
  expect(seen['trace-written']?.toSorted()).toEqual(BESIDE);
  expect((await readdir(errorsOf(world))).toSorted()).toEqual([NAME, ...BESIDE].toSorted());
  const errors = await readFile(path.join(errorsOf(world), '1000001_PRV_1.errors.csv'), 'utf8');
  expect(errors).toContain('2,3,nobody@example.com,');
  expect(errors).toContain('1000001_PRV_2.csv\r\n');
  const { rows } = await world.database.query('select retry_number from change_file');
  expect(rows).toEqual([{ retry_number: 2 }]);
});

it('where there is no commit nothing of it stays', async () => {
  await using world = await openStation();
  await world.upload(NAME, TEXT);
  let failures = 0;
  const after: string[][] = [];
  listenToFailpoints((step) => {
    if (step === 'claimed') after.push(readdirSync(errorsOf(world)));
    if (step !== 'saved' || failures > 0) return;
    failures += 1;
    throw new Error('the transaction ends here');
  });
  await world.workOff();
  world.advance(120_000);
  await world.workOff();
  expect(failures).toBe(1);
  expect(after[1]).toEqual([]);
  expect((await readdir(errorsOf(world))).toSorted()).toEqual([NAME, ...BESIDE].toSorted());
});

it('where it cannot be written ahead it is written when the file is filed', async () => {
  await using world = await openStation();
  await world.upload(NAME, TEXT);
  const [errors, away] = [errorsOf(world), `${errorsOf(world)}-away`];
  await rename(errors, away);
  listenToFailpoints((step) => {
    if (step === 'committed') renameSync(away, errors);
  });
  await world.workOff();
  expect((await readdir(errors)).toSorted()).toEqual([NAME, ...BESIDE].toSorted());
});

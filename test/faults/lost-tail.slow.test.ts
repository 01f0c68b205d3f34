/** A server that dies loses the commits that do not wait for the disk (docs/reliability.md): each is told again. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { listenToFailpoints, type Failpoint } from '../../src/failpoints.ts';
import { takeTurn } from '../../src/pipeline/turn.ts';
import { isReceiptName } from '../../src/change-file/receipt-names.ts';
import { checkFiles } from '../../src/receipts/check-files.ts';
import { compareFolder } from '../../src/spool/compare.ts';
import { poll } from '../support/courier.ts';
import { ACME } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { migrated, openServer, type OwnServer } from './own-server.ts';

const TEST_MS_MAX = 240_000;
const CONTENT = `emailAddress,action,subscriptionId,givenName,familyName
one@example.com,Add,85180,Ann,One
nobody@example.com,Suspend,,,
`;

afterEach(() => listenToFailpoints(null));

/** Its log is written to the disk by who waits for it, and by nobody else. */
async function lazily(server: OwnServer): Promise<void> {
  await server.database.query(`alter system set wal_writer_delay = '10s'`);
  await server.database.query('select pg_reload_conf()');
}

async function dieAndReturn(server: OwnServer): Promise<void> {
  await server.kill();
  await server.start();
  await poll('the server to answer', 60, () =>
    server.database.query('select 1').then(
      () => true,
      () => null,
    ),
  );
}

async function standing({ database }: TestStation) {
  const { rows } = await database.query<{ state: string; closed: boolean }>(
    `select f.state, exists (select 1 from batch where closed_at is not null) as closed from change_file f`,
  );
  return rows;
}

/** @param at the turn breaks off there; null: it comes to its end */
async function takeTurnUntil(world: TestStation, at: Failpoint | null): Promise<void> {
  listenToFailpoints((passed) => {
    if (passed === at) throw new Error('the server dies here');
  });
  await takeTurn(world.services);
  listenToFailpoints(null);
}

it.each<Failpoint | null>(['committed', 'receipts-kept', 'report-written', 'batch-closed', null])(
  'after %s: the file is filed and reported once',
  async (at) => {
    const server = await openServer();
    await using world = await openStation(undefined, undefined, () => migrated(server), true);
    await lazily(server);
    await world.upload('1000001_PRV_1.csv', CONTENT);
    await takeTurnUntil(world, at);
    await dieAndReturn(server);
    const { folder, database } = world;
    // What was decided is kept, and what came after it is lost.
    expect(await standing(world)).toEqual([{ state: 'applied', closed: false }]);
    expect(await compareFolder(database, { customer: ACME, folder }), 'no false alarm').toEqual([]);

    await world.workOff();
    expect(await standing(world)).toEqual([{ state: 'filed', closed: true }]);
    expect((await readdir(path.join(folder, '_error'))).toSorted()).toEqual([
      '1000001_PRV_1.csv',
      '1000001_PRV_1.errors.csv',
      '1000001_PRV_1.retry.csv',
      '1000001_PRV_1_trace.csv',
    ]);
    const told = await readdir(path.join(folder, '_report'));
    const reports = told.filter((name) => name.endsWith('.txt'));
    const receipts = told.filter(isReceiptName).map((name) => path.join(folder, '_report', name));
    const { good, faults } = await checkFiles(receipts, null);
    expect([good.length, faults]).toEqual([1, []]);
    expect(reports).toHaveLength(1);
    const report = await readFile(path.join(folder, '_report', reports[0] ?? ''), 'utf8');
    expect(report.match(/\*\*\* Processing file:/g)).toHaveLength(1);
    const trace = await readFile(path.join(folder, '_error', '1000001_PRV_1_trace.csv'), 'utf8');
    expect(trace).toContain('1,2,0,one@example.com');
    const { rows } = await database.query(
      `select (select count(*) from subscriber where email = 'one@example.com') as people,
         (select count(*) from entry_slice) as slices, (select count(*) from change where file_id is not null) as changes,
         (select count(*) from batch) as batches,
         (select count(*) from event where type = 'file.filed') as filed,
         (select count(*) - count(distinct id) from event) as doubled`,
    );
    expect(rows).toEqual([{ people: 1, slices: 1, changes: 1, batches: 1, filed: 1, doubled: 0 }]);
    expect(await compareFolder(database, { customer: ACME, folder })).toEqual([]);
  },
  TEST_MS_MAX,
);

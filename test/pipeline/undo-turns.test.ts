/** An undo as work of the customer's turn: who may ask, when it runs, and what becomes of it when something fails. */
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenToFailpoints, type Failpoint } from '../../src/failpoints.ts';
import { reportNames } from '../../src/ledger/kept.ts';
import { repairLine } from '../../src/ledger/turn-queue.ts';
import { takeTurn } from '../../src/pipeline/turn.ts';
import { accountsPicture } from '../support/accounts-picture.ts';
import { ACME } from '../support/organisation.ts';
import { openUndoWorld, type UndoWorld } from './undo-world.ts';

let world: UndoWorld;
beforeEach(async () => {
  world = await openUndoWorld();
});
afterEach(async () => {
  listenToFailpoints(null);
  await world[Symbol.asyncDispose]();
});

const picture = () => accountsPicture(world.station.database);
const FILE = '1000001_HR_PRV_1.csv';
const HEADER = 'emailAddress,action,givenName,familyName\n';
const CONTENT = `${HEADER}ann.lee@example.com,Remove,,\nbob.lee@example.com,Update,Robert,\nnew@example.com,Add,New,Person\n`;

async function undos() {
  const { rows } = await world.station.database.query<{ state: string; who: string | null; reason: string }>(
    'select state, who, reason from undo order by id',
  );
  return rows;
}

describe('cannot be asked for of a file', () => {
  const DAY_MS = 86_400_000;
  it.each<[string, string, RegExp, (() => Promise<void>) | null]>([
    ['that nobody knows', '1000001_HR_PRV_9.csv', /has sent no file/, null],
    [
      'that is an undo',
      `${FILE}.undo`,
      /an undo cannot be undone: send the file again under the next number/,
      null,
    ],
    [
      'that was refused',
      '1000001_HR_PRV_0.csv',
      /was not applied/,
      () => world.send('1000001_HR_PRV_0.csv', HEADER),
    ],
    [
      'older than undo.days',
      FILE,
      /more than 14 days ago \(undo\.days\)/,
      async () => world.station.advance(14 * DAY_MS + 60_000),
    ],
    [
      'that waits',
      '1000001_HR_PRV_2.csv',
      /waits, and has changed nothing yet/,
      () => world.station.upload('1000001_HR_PRV_2.csv', CONTENT),
    ],
  ])('%s', async (_, file, says, prepare) => {
    await world.send(FILE, CONTENT);
    await prepare?.();
    await expect(world.ask(file)).rejects.toThrow(says);
    expect(await undos()).toEqual([]);
  });

  it('that is still being applied; of a large one all slices are taken back', async () => {
    const { station } = world;
    Object.assign(station.services.caps, { perFile: 10_000, hourly: 10_000, daily: 10_001 });
    const then = await picture();
    const lines = Array.from({ length: 1_200 }, (_, n) => `p${n}@example.com,Add,P,${n}\n`);
    await station.upload(FILE, `${HEADER}${lines.join('')}bob.lee@example.com,Update,Robert,\n`);
    await station.beginLarge();
    await expect(world.ask(FILE)).rejects.toThrow(/is still being applied/);
    await station.workOff();
    expect(await world.ask(FILE)).toMatchObject({ takenBack: 1_201, leftOut: 0 });
    await station.workOff();
    expect(await picture()).toEqual(then);
  });
});

describe('by file', () => {
  it('is heard once, and the file goes', async () => {
    const then = await picture();
    await world.send(FILE, CONTENT);
    await world.send(`${FILE}.undo`, '\ufeffwrong export\r\nmore\n');
    expect(await undos()).toEqual([{ state: 'done', who: null, reason: 'wrong export' }]);
    expect(await readdir(world.station.folder)).not.toContain(`${FILE}.undo`);
    expect(await picture()).toEqual(then);
  });

  it('may be empty', async () => {
    await world.send(FILE, CONTENT);
    await world.send(`${FILE}.undo`, '');
    expect(await undos()).toMatchObject([{ state: 'done', reason: '' }]);
  });

  it.each([
    ['is not heard where the settings do not allow it', FILE, '{}'],
    ['of a file that was never applied is no valid name', '1000001_HR_PRV_7.csv', '{"byFile":true}'],
  ])('%s', async (_, file, settings) => {
    await world.station.database.query('update customer set undo = $2 where id = $1', [ACME, settings]);
    await world.send(FILE, CONTENT);
    await world.send(`${file}.undo`, '');
    expect(await undos()).toEqual([]);
    const { rows } = await world.station.database.query(
      'select folder, code, detail from change_file where name = $1',
      [`${file}.undo`],
    );
    expect(rows).toMatchObject([{ folder: '_error', code: 1, detail: { reason: 'undo', other: file } }]);
  });
});

describe('a turn', () => {
  it.each<Failpoint>(['undo-saved', 'undo-committed', 'undo-traced', 'undo-reported'])(
    'that fails at %s is taken again, and the file is taken back once',
    async (step) => {
      const then = await picture();
      await world.send(FILE, CONTENT);
      await world.ask(FILE);
      let failed = false;
      listenToFailpoints((passed) => {
        if (passed !== step || failed) return;
        failed = true;
        throw new Error(`dies at ${step}`);
      });
      await world.station.workOff();
      expect(failed).toBe(true);
      expect(await undos()).toMatchObject([{ state: 'done' }]);
      expect(await picture()).toEqual(then);
      expect([...(await world.told()).keys()]).toHaveLength(2);
      const { rows } = await world.station.database.query('select 1 from change where undo_id is not null');
      expect(rows).toHaveLength(3);
    },
  );

  it('that fails again and again sets the undo aside: nothing of it is done, and files go on', async () => {
    await world.send(FILE, CONTENT);
    const then = await picture();
    await world.ask(FILE);
    listenToFailpoints((passed) => {
      if (passed === 'undo-saved') throw new Error('never');
    });
    await world.send('1000001_HR_PRV_2.csv', `${HEADER}bob.lee@example.com,Update,Bobby,\n`);
    expect(await undos()).toMatchObject([{ state: 'failed' }]);
    const { people } = await picture();
    expect(people.find((one) => one['email'] === 'bob.lee@example.com')).toMatchObject({
      given_name: 'Bobby',
    });
    expect(people).toHaveLength(then.people.length);
    const { rows } = await world.station.database.query(
      `select subject from event where type = 'undo.set_aside'`,
    );
    expect(rows).toEqual([{ subject: FILE }]);
  });

  it('takes back between two slices of another file', async () => {
    const { station } = world;
    Object.assign(station.services.caps, { perFile: 10_000, hourly: 10_000, daily: 10_001 });
    await world.send(FILE, CONTENT);
    const lines = Array.from({ length: 1_200 }, (_, n) => `p${n}@example.com,Add,P,${n}\n`);
    await station.upload('1000001_HR_PRV_2.csv', `${HEADER}${lines.join('')}`);
    await station.beginLarge();
    await world.ask(FILE);
    await takeTurn(station.services);
    const { rows } = await station.database.query(
      `select state from change_file where name like '%PRV_2.csv'`,
    );
    expect(rows).toEqual([{ state: 'applying' }]);
    expect(await undos()).toMatchObject([{ state: 'done' }]);
    await station.workOff();
    expect((await picture()).people.length).toBeGreaterThan(1_200);
  });

  it('takes back while files wait for a cap, and they go on waiting', async () => {
    const { station } = world;
    await world.send(FILE, CONTENT);
    Object.assign(station.services.caps, { hourly: 3 });
    await world.send('1000001_HR_PRV_2.csv', `${HEADER}bob.lee@example.com,Update,Bobby,\n`);
    await world.ask(FILE);
    await station.workOff();
    expect(await undos()).toMatchObject([{ state: 'done' }]);
    const { rows } = await station.database.query(
      `select f.state, q.phase, q.next_turn_at = f.deferred_until as same from change_file f join turn_queue q using (customer_id)
        where f.name like '%PRV_2.csv'`,
    );
    expect(rows).toEqual([{ state: 'deferred', phase: 'deferred', same: true }]);
  });

  it('comes by the sweep where the one that was running has missed it', async () => {
    const { station } = world;
    await world.send(FILE, CONTENT);
    await world.ask(FILE);
    await station.database.query(`update turn_queue set phase = 'idle'`);
    await repairLine(station.database, station.services.clock.now());
    await station.workOff();
    expect(await undos()).toMatchObject([{ state: 'done' }]);
  });
});

it('report and trace are known to purge and comparison, and stay until they are written', async () => {
  await world.send(FILE, CONTENT);
  await world.ask(FILE);
  listenToFailpoints((passed) => {
    if (passed === 'undo-reported') throw new Error('not yet');
  });
  await takeTurn(world.station.services);
  const names = async () =>
    [...(await reportNames(world.station.database, ACME))].filter(([name]) => name.includes('_undo_'));
  expect((await names()).map(([, at]) => at)).toEqual([null, null]);
  listenToFailpoints(null);
  await world.station.workOff();
  expect((await names()).map(([, at]) => at)).toEqual([expect.any(Date), expect.any(Date)]);
  expect((await names()).map(([name]) => name).sort()).toEqual([...(await world.told()).keys()]);
});

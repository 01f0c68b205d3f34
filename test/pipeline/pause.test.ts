/** A paused customer: nothing new begins, what is begun is finished, and nothing is refused. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { setPaused } from '../../src/actions/paused.ts';
import { setHeld } from '../../src/actions/held.ts';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { repairLine, repairMoments } from '../../src/ledger/turn-queue.ts';
import { lookSettled } from '../../src/pipeline/settling.ts';
import { writeStatus } from '../../src/pipeline/status.ts';
import { takeTurn } from '../../src/pipeline/turn.ts';
import { ACME, declared, fixtures } from '../support/organisation.ts';
import { openUndoWorld, type UndoWorld } from './undo-world.ts';

let world: UndoWorld;
beforeEach(async () => {
  world = await openUndoWorld();
});
afterEach(async () => {
  listenToFailpoints(null);
  await world[Symbol.asyncDispose]();
});

const HEADER = 'emailAddress,action,givenName,familyName\n';
const fileOf = (number: number) => `${ACME}_HR_PRV_${number}.csv`;
const update = (name: string) => `${HEADER}bob.lee@example.com,Update,${name},\n`;
const upload = (number: number, content = update(`Bob${number}`)) =>
  world.station.upload(fileOf(number), content);

function set(reason: string | null, changed: (customer: number) => void = () => {}) {
  const { services, database } = world.station;
  const parts = { database, clock: services.clock, caps: services.caps, changed };
  return setPaused(parts, ACME, { by: 'ola', reason });
}
const pause = (reason = 'a wrong export') => set(reason);
const resume = () => set(null);

async function files() {
  const { rows } = await world.station.database.query<{ name: string; state: string; code: number | null }>(
    'select name, state, code from change_file order by id',
  );
  return rows.map(({ name, state, code }) => [name, state, code]);
}

async function turnQueue() {
  const { rows } = await world.station.database.query<{ phase: string }>('select phase from turn_queue');
  return rows[0]?.phase;
}

describe('while a customer is paused', () => {
  it('its files wait, whatever comes, and go on in their order when it is resumed', async () => {
    await pause();
    await upload(2);
    await upload(1);
    await world.station.workOff();
    expect(await files()).toEqual([
      [fileOf(2), 'waiting', null],
      [fileOf(1), 'waiting', null],
    ]);
    expect(await turnQueue()).toBe('deferred');
    expect(await resume()).toMatchObject({ changed: true, waiting: 2, before: { by: 'ola' } });
    await world.station.workOff();
    expect(await files()).toEqual([
      [fileOf(2), 'filed', null],
      [fileOf(1), 'filed', null],
    ]);
    const reports = await readdir(path.join(world.station.folder, '_report'));
    expect(reports.filter((name) => !name.endsWith('.csv'))).toHaveLength(1);
  });

  it('sweeps and an hourly look begin nothing either', async () => {
    await pause();
    await upload(1);
    for (let hours = 0; hours < 3; hours += 1) {
      const { database, services } = world.station;
      await repairLine(database, services.clock.now());
      await repairMoments(database, services.clock.now(), 0);
      await world.station.workOff();
      world.station.advance(60 * 60_000);
    }
    expect(await files()).toEqual([[fileOf(1), 'waiting', null]]);
  });

  it('a large file that is begun is finished, has its report, and the next one of its batch waits', async () => {
    const { station } = world;
    Object.assign(station.services.caps, { perFile: 10_000, hourly: 10_000, daily: 10_001 });
    const lines = Array.from({ length: 1_200 }, (_, n) => `p${n}@example.com,Add,P,${n}\n`);
    await upload(1, `${HEADER}${lines.join('')}`);
    await upload(2);
    await station.beginLarge();
    await pause();
    await station.workOff();
    expect(await files()).toEqual([
      [fileOf(1), 'filed', null],
      [fileOf(2), 'waiting', null],
    ]);
    const reports = await readdir(path.join(station.folder, '_report'));
    const [report = ''] = reports.filter((name) => name.endsWith('.txt'));
    expect(await readFile(path.join(station.folder, '_report', report), 'utf8')).toContain(fileOf(1));
    await resume();
    await station.workOff();
    expect(await files()).toEqual([
      [fileOf(1), 'filed', null],
      [fileOf(2), 'filed', null],
    ]);
  });

  it.each(['batch-left', 'report-written', 'batch-closed'] as const)(
    'a turn that fails at %s is taken again, and the batch ends with one report',
    async (step) => {
      await upload(1);
      await upload(2);
      await takeTurn(world.station.services);
      await pause();
      let failed = false;
      listenToFailpoints((passed) => {
        if (passed !== step || failed) return;
        failed = true;
        throw new Error(`dies at ${step}`);
      });
      await world.station.workOff();
      expect(failed).toBe(true);
      expect(await files()).toEqual([
        [fileOf(1), 'filed', null],
        [fileOf(2), 'waiting', null],
      ]);
      const { rows } = await world.station.database.query('select 1 from batch where closed_at is null');
      expect(rows).toEqual([]);
      const reports = await readdir(path.join(world.station.folder, '_report'));
      expect(reports.filter((name) => name.endsWith('.txt'))).toHaveLength(1);
      await resume();
      await world.station.workOff();
      expect((await files()).map(([, state]) => state)).toEqual(['filed', 'filed']);
    },
  );

  it('what somebody asks to be undone is undone, and files go on waiting', async () => {
    await world.send(fileOf(1), update('Robert'));
    await pause();
    await upload(2);
    expect(await world.undo(fileOf(1))).toEqual([]);
    const undone = await world.station.database.query('select state from undo');
    expect(undone.rows).toEqual([{ state: 'done' }]);
    expect(await files()).toEqual([
      [fileOf(1), 'filed', null],
      [fileOf(2), 'waiting', null],
    ]);
  });

  it('a file that waits for a cap looks again at the end, and waits on', async () => {
    Object.assign(world.station.services.caps, { hourly: 1 });
    await world.send(fileOf(1), update('Robert'));
    await world.send(fileOf(2), update('Bobby'));
    await pause();
    await resume();
    await world.station.workOff();
    expect(await files()).toEqual([
      [fileOf(1), 'filed', null],
      [fileOf(2), 'deferred', null],
    ]);
  });

  it('an organisation file does not end it', async () => {
    await pause();
    const organisation = declared(await fixtures({ timeZone: 'Europe/Berlin' }));
    for (const customer of organisation.customers) customer.accounts = [];
    await setUpOrganisations(world.station.database, world.station.services.clock, organisation, 'enforce');
    await upload(1);
    await world.station.workOff();
    expect(await files()).toEqual([[fileOf(1), 'waiting', null]]);
    expect(await pause('again')).toMatchObject({
      changed: false,
      before: { by: 'ola', reason: 'a wrong export' },
    });
  });

  it('a hold refuses nothing; after it, it does', async () => {
    const { database, services } = world.station;
    await pause();
    await upload(1);
    const parts = { database, clock: services.clock, caps: services.caps, changed: () => {} };
    await setHeld(parts, ACME, true, 'ola');
    await world.station.workOff();
    expect(await files()).toEqual([[fileOf(1), 'waiting', null]]);
    await resume();
    await world.station.workOff();
    const { rows } = await database.query('select code from refused_entry');
    expect(rows).toEqual([{ code: 1001 }]);
  });

  it('its status files say so, with the reason, and not who it was', async () => {
    await pause();
    await upload(1);
    await writeStatus(world.station.services, ACME);
    const read = (name: string) => readFile(path.join(world.station.folder, name), 'utf8');
    const json = JSON.parse(await read('_status.json')) as { paused: { since: string; reason: string } };
    const { since } = json.paused;
    expect(json.paused).toEqual({ since, reason: 'a wrong export' });
    const text = await read('_status.txt');
    expect(text).toContain(
      `Processing has been paused since ${since.slice(0, 16).replace('T', ' ')} UTC: files are accepted and wait, and none is refused for it. Reason: a wrong export\n`,
    );
    expect(text).toContain(`1. ${fileOf(1)}: paused: waiting until processing is resumed;`);
    expect(text).toContain('no estimate');
    expect(text).not.toContain('ola');
  });
});

it('a pause and its end wait for the turn that is running, and are told once', async () => {
  const { database, services } = world.station;
  await upload(1);
  await upload(2);
  const order: string[] = [];
  listenToFailpoints((passed) => {
    if (passed !== 'claimed' || order.length > 0) return;
    order.push('claimed');
    void set('now', () => order.push('paused'));
  });
  await takeTurn(services);
  order.push('turn ended');
  listenToFailpoints(null);
  await expect.poll(() => order).toEqual(['claimed', 'turn ended', 'paused']);
  await world.station.workOff();
  expect(await files()).toEqual([
    [fileOf(1), 'filed', null],
    [fileOf(2), 'waiting', null],
  ]);
  await resume();
  await resume();
  const { rows } = await database.query(
    `select type, who, data->'after'->>'reason' as reason from event where type like 'customer.%' order by id`,
  );
  expect(rows).toEqual([
    { type: 'customer.paused', who: 'ola', reason: 'now' },
    { type: 'customer.resumed', who: 'ola', reason: null },
  ]);
});

it('after a long pause the folder is looked at once more before a batch begins', async () => {
  const { services, folder } = world.station;
  await pause();
  await upload(7);
  await world.station.workOff();
  world.station.advance(24 * 60 * 60_000);
  await writeFile(path.join(folder, fileOf(6)), update('Early'));
  const look = () => lookSettled({ services, customer: ACME, folder } as Parameters<typeof lookSettled>[0]);
  await resume();
  expect(await look()).toEqual({ settled: false });
});

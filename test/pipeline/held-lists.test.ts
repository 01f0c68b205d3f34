/** Lists that would remove too many people, and everything that can become of them. */
import { chmod, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardJob } from '../../src/jobs/guard.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { expireHeld } from '../../src/ledger/held.ts';
import { isStillNext, startBatch } from '../../src/ledger/batch.ts';
import { lockDecision } from '../../src/ledger/deciding.ts';
import { nextInBatch } from '../../src/ledger/look.ts';
import { missingBefore } from '../../src/ledger/sequence.ts';
import { parseChangeFileName, type ChangeFile } from '../../src/change-file/change-file.ts';
import { noteRuling, noteUpload } from '../../src/ledger/turn-queue.ts';
import { createIntake } from '../../src/spool/intake.ts';
import { ACME } from '../support/organisation.ts';
import { ordinaryUser } from '../support/ordinary-user.ts';
import { type TestStation } from '../support/services.ts';
import { APPLIED, DISCARDED, HELD, list, ListsOf, name, openListStation } from './list-station.ts';

let station: TestStation;
beforeEach(async () => {
  station = await openListStation();
});
afterEach(() => station[Symbol.asyncDispose]());

const of = new ListsOf(() => station);

/** Six of fifty are absent. */
async function hold(number = 2): Promise<void> {
  await station.upload(name(number), list(7, 50));
  await station.workOff();
  expect(await of.fileOf(name(number))).toEqual(HELD);
}

async function eventsOf(type: string) {
  const { rows } = await station.database.query<{ who: string | null; subject: string; data: object }>(
    'select who, subject, data from event where type = $1 order by id',
    [type],
  );
  return rows;
}

describe('a list over the guard', () => {
  beforeEach(() => hold());

  it('stays where it lies, changes nothing, and stops no other file', async () => {
    expect(await of.people()).toBe(50);
    expect(await readdir(station.folder)).toContain(name(2));
    await station.upload('1000001_PRV_1.csv', 'emailAddress,action\nnobody@example.com,Suspend\n');
    await station.workOff();
    expect(await of.fileOf('1000001_PRV_1.csv')).toMatchObject({ state: 'filed' });
    expect(await of.fileOf(name(2))).toEqual(HELD);
    expect(await eventsOf('file.held')).toMatchObject([
      { subject: name(2), data: { people: 6, of: 50, reason: 'percent' } },
    ]);
  });

  it('says in the status why it waits, and how it is decided', async () => {
    const { status, text } = await of.lists();
    expect(status.lists).toMatchObject([{ source: 'google', state: 'needs_confirmation', file: name(2) }]);
    expect(text).toContain('held: 6 of 50 people are absent (12 %)');
    expect(text).toContain(`upload ${name(2)}.approve with the number 6 in its first line`);
    expect(text).toContain('Full lists of source "google": Needs confirmation; last applied ');
  });

  it.each([null, 6, 7])('is applied when it is approved by command for %s people', async (count) => {
    expect(await of.actions().approve(name(2), count)).toEqual({ decided: true, people: count ?? 6 });
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(APPLIED);
    expect(await of.people()).toBe(44);
    expect(await eventsOf('file.approved')).toMatchObject([
      { who: 'root', subject: name(2), data: { people: count ?? 6, held: 6 } },
    ]);
  });

  it('is held again where more people would be hit than were approved', async () => {
    await of.actions().approve(name(2), 5);
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(HELD);
    expect(await of.people()).toBe(50);
    expect((await eventsOf('file.held')).at(-1)).toMatchObject({ data: { reason: 'more-than-approved' } });
  });

  it('is decided once: who comes second hears that it is not held', async () => {
    const { approve: yes, discard: no } = of.actions();
    const both = await Promise.all([yes(name(2)), no(name(2)), yes(name(2))]);
    expect(both.filter(({ decided }) => decided)).toHaveLength(1);
  });

  it.each(['6\n', '6', ' 6 \r\nbecause they left\n', '\ufeff6\n'])(
    'is applied when %j comes beside it',
    async (content) => {
      await station.upload(`${name(2)}.approve`, content);
      await station.workOff();
      expect(await of.fileOf(name(2))).toEqual(APPLIED);
      expect(await readdir(station.folder)).not.toContain(`${name(2)}.approve`);
      expect(await of.people()).toBe(44);
    },
  );

  it.each(['', 'six\n', '-6\n', '6 people\n', '\n6\n'])('is not approved by %j', async (content) => {
    await station.upload(`${name(2)}.approve`, content);
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(HELD);
    expect(await of.fileOf(`${name(2)}.approve`)).toMatchObject({ folder: '_error', code: 1 });
    expect(await of.lastReport()).toContain('the first line of an approval is not the number of people');
  });

  it('is held again where the number in the answer is too small', async () => {
    await station.upload(`${name(2)}.approve`, '3\n');
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(HELD);
  });

  it('is discarded by an empty answer, and its number is used up', async () => {
    await station.upload(`${name(2)}.discard`, '');
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(DISCARDED);
    expect(await of.people()).toBe(50);
    expect(await of.lastReport()).toContain(
      'The list would have affected 6 people and was not approved (it was rejected). Nothing was changed; upload a new list under a higher number.',
    );
    expect(await of.lastReport()).toContain('Result code: 2202 SNAPSHOT_NOT_CONFIRMED');
    expect(await readdir(path.join(station.folder, '_error'))).toEqual([name(2)]);
    await station.upload(name(2), list(1, 50));
    await station.workOff();
    expect(await of.fileOf(name(2))).toMatchObject({ code: 4 });
  });

  it('is withdrawn when its file is deleted, also after it was approved', async () => {
    const { database, clock, journal, spool } = station.services;
    const intake = createIntake({ database, clock, journal, spool, types: KINDS.types });
    await rm(path.join(station.folder, name(2)));
    await intake.sweep({ customer: ACME, folder: station.folder });
    expect(await of.fileOf(name(2))).toMatchObject({ state: 'withdrawn' });
    await hold(3);
    await of.actions().approve(name(3));
    await rm(path.join(station.folder, name(3)));
    await station.workOff();
    expect(await of.fileOf(name(3))).toMatchObject({ state: 'withdrawn' });
    expect(await of.people()).toBe(50);
  });

  it('is discarded when nobody has decided for 24 hours', async () => {
    const { database, clock } = station.services;
    station.advance(24 * 60 * 60_000 - 10_000);
    expect(await expireHeld(database, clock.now())).toEqual([]);
    station.advance(10_001);
    expect(await expireHeld(database, clock.now())).toEqual([ACME]);
    await noteRuling(database, [ACME], clock.now());
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(DISCARDED);
    expect(await of.lastReport()).toContain('(nobody decided within 24 hours)');
    expect(await eventsOf('file.discarded')).toMatchObject([{ who: 'spoolgate', data: { why: 'expired' } }]);
  });

  it('is discarded after 24 hours by a clock that was set back meanwhile', async () => {
    const { database, clock } = station.services;
    await database.query(
      `update change_file set held_until = held_until + interval '1 year' where state = 'held'`,
    );
    const changed: number[] = [];
    const { run } = guardJob({ database, clock }, (customer) => changed.push(customer));
    await run();
    expect(changed).toEqual([]);
    station.advance(24 * 60 * 60_000);
    await run();
    expect(changed).toEqual([ACME]);
  });

  it.each([false, true])(
    'is discarded when a newer list is applied; approved before: %s',
    async (approved) => {
      await station.upload(name(3), list(2, 50));
      if (approved) {
        // The newer one's batch has begun.
        await noteUpload(station.database, ACME, station.services.clock.now(), 0);
        await station.database.query(
          `update change_file set state = 'waiting', ruling = '{"verdict":"approved","people":6}', sequence = 2, rank = 60
          where name = $1`,
          [name(2)],
        );
      }
      await station.workOff();
      expect(await of.fileOf(name(3))).toEqual(APPLIED);
      expect(await of.fileOf(name(2))).toEqual(DISCARDED);
      expect(await of.people()).toBe(49);
    },
  );

  it('stays held while a newer list is held too, and both can be approved in their order', async () => {
    await station.upload(name(3), list(11, 50));
    await station.workOff();
    expect([await of.fileOf(name(2)), await of.fileOf(name(3))]).toEqual([HELD, HELD]);
    await of.actions().approve(name(2));
    await station.workOff();
    expect(await of.people()).toBe(44);
    // Fewer are left to be absent: it may go on with what it was held for.
    await of.actions().approve(name(3));
    await station.workOff();
    expect(await of.fileOf(name(3))).toEqual(APPLIED);
    expect(await of.people()).toBe(40);
  });

  it('has all its notes in the report of the batch that carries it out', async () => {
    const [header, ...lines] = list(7, 50).trimEnd().split('\n');
    const other = 'p60@example.com,,disabled';
    const rows = [`${header},status`, ...lines.map((line) => `${line},`), other, ''];
    await station.upload(name(5), rows.join('\n'));
    await station.workOff();
    expect(await of.fileOf(name(5))).toEqual(HELD);
    await of.actions().approve(name(5));
    await station.workOff();
    const reports = await Promise.all(
      (await readdir(path.join(station.folder, '_report'))).map((one) =>
        readFile(path.join(station.folder, '_report', one), 'utf8'),
      ),
    );
    const [report, ...more] = reports.filter((text) => text.includes(`/${name(5)}\n`));
    expect(more).toEqual([]);
    expect(report).toContain('WARNING: CSV entry #45: Skipped');
    expect(report).toContain(
      'created: 0; updated: 0; enabled: 0; unchanged: 44; disabled: 0; removed: 6; kept: 0',
    );
  });

  it('loses its approval when another file comes under its name', async () => {
    await of.actions().approve(name(2));
    await station.upload(name(2), list(30, 50));
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(HELD);
    expect(await of.people()).toBe(50);
  });

  it.each(['approved', 'discarded'])(
    'is held itself where it lies there for one that was %s',
    async (how) => {
      if (how === 'approved') await of.actions().approve(name(2), 50);
      else await of.actions().discard(name(2));
      // Its batch has begun, and the intake has not seen the other one yet.
      await startBatch(station.database, ACME, station.services.clock.now());
      await writeFile(path.join(station.folder, name(2)), list(30, 50));
      await station.workOff();
      expect(await of.fileOf(name(2))).toEqual(HELD);
      expect(await of.people()).toBe(50);
    },
  );

  it('that comes under the name of a chosen one is not carried out as the one that was decided', async () => {
    const { database, clock } = station.services;
    await of.actions().approve(name(2));
    const batch = await startBatch(database, ACME, clock.now());
    const next = await nextInBatch(database, batch?.id ?? 0);
    if (!next?.file.ruling) throw new Error('no approved file is next');
    const { file } = next;
    const asked = { now: clock.now(), digest: null };
    const looks = () =>
      database.transaction(async (tx) => [
        await isStillNext(tx, file),
        (await lockDecision(tx, file, asked)) !== null,
      ]);
    expect(await looks()).toEqual([true, true]);
    await station.upload(name(2), list(30, 50));
    expect(await looks()).toEqual([false, false]);
  });

  it('does not count as a number that never came', async () => {
    const { database } = station.services;
    await database.query('update sequence_counter set files = 5');
    await station.upload(name(3), list(2, 50));
    const { rows } = await database.query<{ id: number }>('select id from change_file where name = $1', [
      name(3),
    ]);
    const parsed = parseChangeFileName(name(3), KINDS.types);
    const file = { id: rows[0]?.id, customer: ACME, name: name(3), parsed } as ChangeFile;
    expect(await missingBefore(database, file)).toEqual([]);
    await station.workOff();
    expect(await of.fileOf(name(3))).toEqual(APPLIED);
    const counter = await database.query('select gapless from sequence_counter');
    expect(counter.rows).toEqual([{ gapless: true }]);
  });

  it('keeps its number where it was approved and a gate refuses it', async () => {
    const { database } = station.services;
    await of.actions().approve(name(2));
    await database.query(`update customer set types = '{PRV,DI}'`);
    await station.workOff();
    expect(await of.fileOf(name(2))).toMatchObject({ folder: '_error', code: 2 });
    await database.query(`update customer set types = '{PRV,DI,SNAPSHOT}'`);
    await station.upload(name(2), list(2, 50));
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(APPLIED);
  });

  it('waits on where its answer may not be read, and other files go on', async () => {
    const answer = `${name(2)}.approve`;
    await writeFile(path.join(station.folder, answer), '6\n', { mode: 0o000 });
    const { database, clock, journal, spool } = station.services;
    const intake = createIntake({ database, clock, journal, spool, types: KINDS.types, quietMs: 0 });
    for (const at of [station.services.spool, station.folder]) await chmod(at, 0o755);
    using _user = ordinaryUser();
    await intake.sweep({ customer: ACME, folder: station.folder });
    expect(await of.fileOf(answer)).toMatchObject({ state: 'waiting' });
    expect(await of.fileOf(name(2))).toEqual(HELD);
  });

  it('that is replaced by a good one is not held any more', async () => {
    await station.upload(name(2), list(2, 50));
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(APPLIED);
  });

  it('is not decided twice by an answer that a death has left behind', async () => {
    const answer = path.join(station.folder, `${name(2)}.approve`);
    await station.upload(`${name(2)}.approve`, '6\n');
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(APPLIED);
    // Put back as it was, with its time: as though its removal had not come to pass.
    const { rows } = await station.database.query<{ answer: string }>(
      `select ruling->>'answer' as answer from change_file where name = $1`,
      [name(2)],
    );
    const at = new Date(rows[0]?.answer.split(' ').at(-1) ?? '');
    await writeFile(answer, '6\n');
    await utimes(answer, at, at);
    const { database, clock, journal, spool } = station.services;
    const intake = createIntake({ database, clock, journal, spool, types: KINDS.types, quietMs: 0 });
    await intake.sweep({ customer: ACME, folder: station.folder });
    expect(await readdir(station.folder)).not.toContain(`${name(2)}.approve`);
    expect(await of.fileOf(`${name(2)}.approve`)).toBeUndefined();
  });
});

/** What becomes of a held file of commands: who decides it, how, and what waits behind it. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KINDS } from '../../src/kinds/registry.ts';
import { createIntake } from '../../src/spool/intake.ts';
import { repairLine } from '../../src/ledger/turn-queue.ts';
import { ACME } from '../support/organisation.ts';
import type { TestStation } from '../support/services.ts';
import {
  addContact,
  address,
  Guarded,
  ldif,
  numbers,
  openGuardedStation,
  prv,
  setGuards,
  users,
} from './guarded-station.ts';

let station: TestStation;
beforeEach(async () => {
  station = await openGuardedStation();
});
afterEach(() => station[Symbol.asyncDispose]());

const of = new Guarded(() => station);
const name = (number: number, source = 'HR', type = 'PRV') => `1000001_${source}_${type}_${number}.csv`;

/** Twelve of forty-one people, all of Sales. */
async function hold(file = name(1)): Promise<void> {
  await of.run(file, prv('Suspend', numbers(1, 12)));
  expect(await of.stateOf(file)).toBe('held');
}

describe('what waits behind a held file', () => {
  beforeEach(async () => {
    await station.upload(name(1), prv('Suspend', numbers(1, 12)));
    await station.upload(name(2), prv('Resume', [1]));
    await station.upload(name(3), prv('Suspend', [20]));
    await station.upload(name(1, 'other'), prv('Suspend', [21]));
    await station.upload(
      name(1, 'HR', 'USERS'),
      users([22], () => 'INACTIVE,'),
    );
    await station.workOff();
  });

  it('are later files of its source and type, and nothing else', async () => {
    const states = await Promise.all(
      [name(1), name(2), name(3), name(1, 'other'), name(1, 'HR', 'USERS')].map((file) => of.stateOf(file)),
    );
    expect(states).toEqual(['held', 'waiting', 'waiting', 'filed', 'filed']);
    expect(await of.active()).toBe(38);
  });

  it('comes later, and waits too; it is shown', async () => {
    await of.run(name(4), prv('Suspend', [23]));
    expect(await of.stateOf(name(4))).toBe('waiting');
    const { status, text } = await of.status();
    expect(status.files.map(({ reason, expected }) => [reason, expected])).toEqual([
      ['decision', null],
      ['behind-held', null],
      ['behind-held', null],
      ['behind-held', null],
    ]);
    expect(status.files[0]?.values).toMatchObject({ behind: 3, reason: 'percent', until: '' });
    expect(text).toContain(`${name(2)}: behind ${name(1)}, which is held until somebody decides`);
    expect(text).toContain('It waits until somebody decides; 3 files wait behind it');
    expect(text).toContain('12 of them are of department "Sales": the file may lack it');
  });

  it('is held again when fewer are approved than it is held for, and that is told at once', async () => {
    expect(await of.approve(name(1), { people: 11 })).toEqual({ decided: true, people: 11, heldFor: 12 });
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'held', hold: { reason: 'more-than-approved' } });
  });

  it('goes on in its order when the file is approved', async () => {
    expect(await of.approve(name(1))).toEqual({ decided: true, people: 12 });
    expect(await of.stateOf(name(3))).toBe('filed');
    expect(await of.active()).toBe(40 - 12 + 1 - 1 - 2);
    const { rows } = await station.database.query<{ name: string }>(
      `select name from change_file where source = 'HR' and type = 'PRV' order by started_at, sequence`,
    );
    expect(rows.map((row) => row.name)).toEqual([name(1), name(2), name(3)]);
  });

  it('goes on when the file is discarded; none of its numbers is missing', async () => {
    await of.discard(name(1));
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'filed', folder: '_error', code: 2203 });
    expect(await of.fileOf(name(2))).toMatchObject({ state: 'filed', folder: '_error' });
    expect(await of.fileOf(name(3))).toMatchObject({ state: 'filed', folder: '_processed' });
    expect(await of.lastReport()).not.toContain('Missing');
    await of.run(name(1), prv('Suspend', [30]));
    expect(await of.fileOf(name(1))).toMatchObject({ code: 4 });
  });

  it('goes on when the file is deleted, at the next look at the folder', async () => {
    const { database, clock, journal, spool } = station.services;
    await rm(path.join(station.folder, name(1)));
    const intake = createIntake({ database, clock, journal, spool, types: KINDS.types });
    await intake.sweep({ customer: ACME, folder: station.folder });
    await repairLine(database, clock.now());
    await station.workOff();
    expect(await of.stateOf(name(1))).toBe('withdrawn');
    expect(await of.stateOf(name(3))).toBe('filed');
  });

  it('goes on when the file is replaced by one that takes less', async () => {
    await of.run(name(1), prv('Suspend', [1]));
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'filed', folder: '_processed' });
    expect(await of.stateOf(name(2))).toBe('filed');
  });

  it('is held itself where it takes too much, once the one before it is decided', async () => {
    await of.run(name(4), prv('Remove', numbers(24, 33)));
    await of.approve(name(1));
    expect(await of.stateOf(name(4))).toBe('held');
    expect(await of.stateOf(name(3))).toBe('filed');
  });
});

describe('it is decided by file', () => {
  beforeEach(() => hold());

  it.each<[answer: string, content: string, reason: string | undefined]>([
    ['approve', '12\n', undefined],
    ['approve', ' 13 \r\nSales was sold\r\nsee ticket 7\n', 'Sales was sold / see ticket 7'],
    ['APPROVE', '\ufeff12', undefined],
  ])('%s with %j', async (answer, content, reason) => {
    await of.answer(`${name(1)}.${answer}`, content, 'boss');
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'filed', folder: '_processed', removals: 12 });
    expect(await readdir(station.folder)).not.toContain(`${name(1)}.${answer}`);
    const [event] = await of.events('file.approved');
    expect(event).toMatchObject({
      who: 'boss',
      subject: name(1),
      data: { held: 12, ...(reason === undefined ? {} : { reason }) },
    });
    expect(await of.active()).toBe(28);
  });

  it.each(['', 'twelve', '-12', '12 people'])('not by %j', async (content) => {
    await of.answer(`${name(1)}.approve`, content, 'boss');
    expect(await of.stateOf(name(1))).toBe('held');
    expect(await of.fileOf(`${name(1)}.approve`)).toMatchObject({ folder: '_error', code: 1 });
  });

  it('is held again for a number that is too small', async () => {
    await of.answer(`${name(1)}.approve`, '11\n', 'boss');
    expect(await of.fileOf(name(1))).toMatchObject({
      state: 'held',
      hold: { reason: 'more-than-approved', approved: 11 },
    });
  });

  it('is discarded with the reason in its report, without a trace', async () => {
    await of.answer(`${name(1)}.discard`, 'wrong\x1bfile\n', 'boss');
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'filed', folder: '_error', code: 2203 });
    expect(await of.lastReport()).toContain(
      'The file was held and not approved (it was rejected: wrong\\u001bfile). Nothing was changed; upload a corrected file under a higher number.',
    );
    expect(await of.lastReport()).toContain('Result code: 2203 FILE_NOT_APPROVED');
    expect(await of.events('file.discarded')).toMatchObject([
      { who: 'boss', data: { why: 'rejected', people: 12, reason: 'wrong\x1bfile' } },
    ]);
    expect(await of.traced('_error', name(1))).toBeNull();
    expect(await of.active()).toBe(40);
  });

  it('keeps no more of a reason than it may have', async () => {
    await of.answer(`${name(1)}.discard`, 'x'.repeat(3_000), 'boss');
    const [event] = await of.events('file.discarded');
    expect(event?.data).toMatchObject({ reason: 'x'.repeat(500) });
  });
});

describe('without removals', () => {
  it('what takes nothing is done, and each line that would take somebody is skipped and says so', async () => {
    const content = `${prv('Suspend', numbers(1, 6))}${prv('Remove', numbers(7, 12)).split('\n').slice(1).join('\n')}${address(13)},Rename,q13@example.com\nnobody@example.com,Remove,\n`;
    await of.run(name(1), content);
    await of.answer(`${name(1)}.approve-without-removals`, '12\n', 'boss');
    expect(await of.fileOf(name(1))).toMatchObject({
      state: 'filed',
      folder: '_error',
      written: 1,
      removals: 0,
    });
    expect(await of.active()).toBe(40 - 1);
    expect(await of.traced('_error', name(1))).toEqual([...numbers(1, 12).map(() => 2904), 0, 1011]);
    expect(await of.lastReport()).toContain(
      'WARNING: CSV entry #7: Skipped: p7@example.com would be removed, suspended or disabled, and the file was approved without removals.',
    );
    expect(await of.events('file.approved')).toMatchObject([{ data: { withoutRemovals: true } }]);
  });

  it('of a bulk user file', async () => {
    await of.run(
      name(1, 'HR', 'USERS'),
      users(numbers(1, 12), (number) => (number === 1 ? 'ACTIVE,' : 'INACTIVE,')),
    );
    await of.approve(name(1, 'HR', 'USERS'), { withoutRemovals: true });
    expect(await of.fileOf(name(1, 'HR', 'USERS'))).toMatchObject({
      state: 'filed',
      folder: '_processed',
      removals: 0,
    });
    expect(await of.active()).toBe(40);
    expect(await of.traced('_processed', name(1, 'HR', 'USERS'))).toEqual([
      0,
      ...numbers(2, 12).map(() => 2904),
    ]);
  });

  it('of the directory', async () => {
    await of.run('1000001_dir_DI_1.ldif', ldif(addContact, numbers(1, 40)));
    const file = '1000001_dir_DI_2.ldif';
    await of.run(
      file,
      ldif(() => 'changetype: delete\n', numbers(1, 12)),
    );
    await of.approve(file, { withoutRemovals: true });
    expect(await of.fileOf(file)).toMatchObject({ state: 'filed', folder: '_processed', removals: 0 });
    expect(await of.contacts()).toBe(40);
  });
});

describe('a second person', () => {
  beforeEach(async () => {
    await setGuards(station, { secondPerson: true });
    await of.enter(name(1), prv('Suspend', numbers(1, 12)), 'agent');
    await station.workOff();
    expect(await of.stateOf(name(1))).toBe('held');
  });

  it('must approve too: the first one is shown, and does not count twice', async () => {
    expect((await of.status()).text).toContain('two people must approve it');
    expect(await of.approve(name(1), { name: 'anna' })).toEqual({ decided: true, people: 12, missing: 1 });
    expect(await of.approve(name(1), { name: 'anna' })).toEqual({ decided: true, people: 12, missing: 1 });
    expect(await of.stateOf(name(1))).toBe('held');
    expect((await of.status()).text).toContain('approved by anna, and a second person must approve it');
    expect(await of.approve(name(1), { name: 'piet' })).toEqual({ decided: true, people: 12 });
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'filed', removals: 12 });
    expect(await of.events('file.approved')).toMatchObject([
      { who: 'anna', data: { missing: 1 } },
      { who: 'anna', data: { missing: 1 } },
      { who: 'piet', data: { people: 12 } },
    ]);
  });

  it('is a login too, but for the one that has uploaded the file', async () => {
    await of.answer(`${name(1)}.approve`, '12\n', 'boss');
    expect(await of.stateOf(name(1))).toBe('held');
    expect(await readdir(station.folder)).not.toContain(`${name(1)}.approve`);
    await of.answer(`${name(1)}.approve`, '12\n', 'agent');
    expect(await of.stateOf(name(1))).toBe('held');
    expect(await of.fileOf(`${name(1)}.approve`)).toMatchObject({ folder: '_error', code: 1 });
    expect(await of.lastReport()).toContain(
      'whoever has uploaded a file cannot approve it where two people must',
    );
    // Nobody knows who has put it there.
    await of.answer(`${name(1)}.approve`, '12 \n', null);
    expect(await of.stateOf(name(1))).toBe('held');
    await of.approve(name(1), { name: 'boss' });
    expect(await of.stateOf(name(1))).toBe('filed');
  });

  it('may approve less: the smaller number counts, and without removals is without removals', async () => {
    await of.approve(name(1), { name: 'anna', people: 5 });
    await of.approve(name(1), { name: 'piet' });
    expect(await of.fileOf(name(1))).toMatchObject({
      state: 'held',
      hold: { reason: 'more-than-approved', approved: 5 },
    });
    expect((await of.status()).text).toContain('two people must approve it');
    await of.approve(name(1), { name: 'anna', withoutRemovals: true });
    await of.approve(name(1), { name: 'piet' });
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'filed', removals: 0 });
  });

  it('is not needed to discard', async () => {
    await of.discard(name(1), 'no');
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'filed', code: 2203 });
  });
});

describe('it is planned again at that moment', () => {
  it('and held again where it would take more than was approved', async () => {
    await of.run(
      name(1),
      prv('Suspend', numbers(1, 12)) + prv('Suspend', [60]).split('\n').slice(1).join('\n'),
    );
    await station.database.query(
      `update subscriber set email = 'p60@example.com' where email = 'p40@example.com'`,
    );
    await of.approve(name(1));
    expect(await of.fileOf(name(1))).toMatchObject({
      state: 'held',
      hold: { reason: 'more-than-approved', approved: 12, removed: 13 },
    });
  });

  it('also of a file of several slices, which is weighed as a whole before its first one', async () => {
    const caps = `update customer set per_file_cap = 5000, hourly_cap = 9000, daily_cap = 90000`;
    await station.database.query(caps);
    const filler = numbers(1_000, 2_199).map((number) => `${address(number)},Resume,\n`);
    const content =
      prv('Resume', [1]) +
      filler.slice(0, 1_100).join('') +
      prv('Suspend', numbers(1, 12)).split('\n').slice(1).join('\n');
    // The first ceiling of write errors would stop it: its first thousand entries must not all fail.
    const good = content
      .replace(/p1\d{3}@example.com,Resume,/g, 'p2@example.com,Update,')
      .replace(/p2\d{3}@example.com,Resume,/g, 'p2@example.com,Update,');
    await of.run(name(1), good);
    expect(await of.fileOf(name(1))).toMatchObject({
      state: 'held',
      written: 0,
      hold: { reason: 'percent', removed: 12 },
    });
    await of.approve(name(1));
    expect(await of.fileOf(name(1))).toMatchObject({ state: 'filed', removals: 12 });
    expect(await of.active()).toBe(28);
  });
});

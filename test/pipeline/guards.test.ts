/** Files of commands that would take too much, of every kind, by every guard. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
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
const PRV = '1000001_HR_PRV_1.csv';

async function addContacts(): Promise<void> {
  await of.run('1000001_dir_DI_1.ldif', ldif(addContact, numbers(1, 40)));
  expect(await of.contacts()).toBe(40);
}

describe('a file is held before anything of it is done', () => {
  it.each<[what: string, name: string, content: string, hold: object]>([
    ['removes a department', PRV, prv('Remove', numbers(1, 10)), { reason: 'percent', removed: 10, of: 41 }],
    ['suspends five', PRV, prv('Suspend', numbers(1, 5)), { reason: 'percent', removed: 5 }],
    [
      'renames eleven',
      PRV,
      prv('Rename', numbers(1, 11), (number) => `q${number}@example.com`),
      { reason: 'addresses', counts: 'addresses', addresses: 11, removed: 0 },
    ],
    [
      'suspends by bulk file',
      '1000001_HR_USERS_1.csv',
      users(numbers(1, 10), () => 'INACTIVE,'),
      { reason: 'percent', removed: 10, of: 41 },
    ],
    [
      'renames by bulk file',
      '1000001_HR_USERS_1.csv',
      users(numbers(13, 24), (number) => `ACTIVE,q${number}@example.com`),
      { reason: 'addresses', addresses: 12 },
    ],
  ])('%s', async (_what, name, content, hold) => {
    await of.run(name, content);
    expect(await of.fileOf(name)).toMatchObject({ state: 'held', hold });
    expect(await of.active()).toBe(40);
    expect(await of.events('file.held')).toHaveLength(1);
    // Nobody is in a hurry: a list would be discarded by now.
    station.advance(30 * 86_400_000);
    await station.workOff();
    expect(await of.stateOf(name)).toBe('held');
  });

  it.each<[what: string, change: (number: number) => string, hold: object]>([
    ['deletes', () => 'changetype: delete\n', { reason: 'percent', removed: 10, of: 40 }],
    [
      'changes addresses',
      (number) => `changetype: modify\nreplace: mail\nmail: d${number}@example.com\n-\n`,
      { reason: 'addresses', addresses: 10, of: 40 },
    ],
  ])('of the directory: %s', async (_what, change, hold) => {
    await addContacts();
    const name = '1000001_dir_DI_2.ldif';
    await of.run(name, ldif(change, numbers(1, 10)));
    expect(await of.fileOf(name)).toMatchObject({ state: 'held', hold });
    expect(await of.contacts()).toBe(40);
  });

  it('is far larger than its source has ever sent', async () => {
    for (const number of numbers(1, 5)) {
      const content = prv('Resume', [number]);
      await of.run(`1000001_HR_PRV_${number}.csv`, content);
    }
    const rows = numbers(1, 150).map((number) => `${address(1)},Update,Title ${number}\n`);
    const large = `emailAddress,action,jobTitle\n${rows.join('')}`;
    await of.run('1000001_HR_PRV_6.csv', large);
    expect(await of.fileOf('1000001_HR_PRV_6.csv')).toMatchObject({
      state: 'held',
      hold: { reason: 'size', counts: 'entries', size: { entries: 150, usual: 1 } },
    });
    expect((await of.status()).text).toContain(
      "held: 150 entries, while the largest of the source's last files had 1. To approve it, upload 1000001_HR_PRV_6.csv.approve with the number 150",
    );
    // Of another source nobody knows yet what is usual.
    await of.run('1000001_new_PRV_1.csv', large);
    expect(await of.stateOf('1000001_new_PRV_1.csv')).toBe('filed');
    expect(await of.approve('1000001_HR_PRV_6.csv', { people: 149 })).toMatchObject({ counts: 'entries' });
    expect(await of.stateOf('1000001_HR_PRV_6.csv')).toBe('held');
    await of.approve('1000001_HR_PRV_6.csv');
    expect(await of.stateOf('1000001_HR_PRV_6.csv')).toBe('filed');
  });

  it('adds technicians only: a source of theirs is held by its size alone', async () => {
    const row = (number: number) =>
      `${address(number)},Person ${number},Passw0rd-${number}-Xy,1001,false,false,false\n`;
    const head = 'email,name,password,tech_group_id,enabled,standard_license,mobile_license\n';
    await of.run('1000001_rescue_TECHNICIANS_1.csv', head + numbers(1, 40).map(row).join(''));
    expect(await of.stateOf('1000001_rescue_TECHNICIANS_1.csv')).toBe('filed');
  });
});

describe('what counts', () => {
  it('is what the plan would do: entries that a code refuses take nobody away', async () => {
    const known = prv('Suspend', numbers(1, 4));
    const unknown = numbers(100, 160).map((number) => `${address(number)},Remove,\n`);
    await of.run(PRV, known + unknown.join(''));
    expect(await of.fileOf(PRV)).toMatchObject({ state: 'filed', folder: '_error', removals: 4, written: 4 });
    expect(await of.active()).toBe(36);
  });

  it('is so of the size too: a large file of which nothing can be done is refused as ever', async () => {
    for (const number of numbers(1, 5)) await of.run(`1000001_HR_PRV_${number}.csv`, prv('Resume', [number]));
    await of.run('1000001_HR_PRV_6.csv', prv('Suspend', numbers(100, 290)));
    expect(await of.fileOf('1000001_HR_PRV_6.csv')).toMatchObject({ state: 'filed', written: 0 });
  });

  it('is what is left at the end: who is suspended and resumed is there', async () => {
    const both =
      prv('Suspend', numbers(1, 20)) + prv('Resume', numbers(1, 20)).split('\n').slice(1).join('\n');
    await of.run(PRV, both);
    expect(await of.fileOf(PRV)).toMatchObject({ state: 'filed', folder: '_processed', removals: 0 });
  });

  it('is no entry that is deleted and added again, and none that is renamed', async () => {
    await addContacts();
    const again = ldif(
      (number) => `changetype: delete\n\ndn: cn=Contact ${number},ou=dir,o=acme\n${addContact(number)}`,
      numbers(1, 20),
    );
    const renamed = ldif(
      (number) => `changetype: modrdn\nnewrdn: cn=Other ${number}\ndeleteoldrdn: 0\n`,
      numbers(21, 40),
    );
    await of.run('1000001_dir_DI_2.ldif', `${again}\n${renamed}`);
    expect(await of.fileOf('1000001_dir_DI_2.ldif')).toMatchObject({ state: 'filed', folder: '_processed' });
    expect(await of.contacts()).toBe(40);
  });

  it('is all that the source takes within a day, unless somebody has approved it', async () => {
    await of.run('1000001_HR_PRV_1.csv', prv('Suspend', numbers(1, 4)));
    await of.run('1000001_other_PRV_1.csv', prv('Suspend', [5]));
    await of.run('1000001_HR_PRV_2.csv', prv('Suspend', [6]));
    expect(await of.fileOf('1000001_HR_PRV_2.csv')).toMatchObject({
      state: 'held',
      hold: { reason: 'day', removed: 1, earlier: 4, of: 36 },
    });
    expect((await of.status()).text).toContain(
      '1 of 36 people would be removed or suspended (3 %), after 4 within the 24 hours before',
    );
    await of.approve('1000001_HR_PRV_2.csv');
    expect(await of.stateOf('1000001_HR_PRV_2.csv')).toBe('filed');
    // Another type of the same source counts too; a day later nothing of it does.
    await of.run(
      '1000001_HR_USERS_1.csv',
      users([7], () => 'INACTIVE,'),
    );
    expect(await of.stateOf('1000001_HR_USERS_1.csv')).toBe('held');
    await of.discard('1000001_HR_USERS_1.csv');
    station.advance(86_400_001);
    await of.run(
      '1000001_HR_USERS_2.csv',
      users([7], () => 'INACTIVE,'),
    );
    expect(await of.stateOf('1000001_HR_USERS_2.csv')).toBe('filed');
  });

  it.each<[what: string, guards: Parameters<typeof setGuards>[1], state: string]>([
    ['off', 'off', 'filed'],
    ['removals off', { removals: 'off' }, 'filed'],
    ['wide', { removals: { people: 50, percent: 80 } }, 'filed'],
    ['as they are', undefined, 'held'],
    ['narrow', { removals: { people: 3 } }, 'held'],
  ])('with guards %s', async (_what, guards, state) => {
    await setGuards(station, guards);
    await of.run(PRV, prv('Suspend', numbers(1, 30)));
    expect(await of.stateOf(PRV)).toBe(state);
  });

  it('is set by the source over the customer', async () => {
    const { declared, fixtures } = await import('../support/organisation.ts');
    const organisation = declared(
      await fixtures({ guards: 'off', sources: { HR: { guards: { removals: { people: 2 } } } } }),
    );
    for (const customer of organisation.customers) customer.accounts = [];
    await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
    await of.run('1000001_HR_PRV_1.csv', prv('Suspend', numbers(1, 3)));
    await of.run('1000001_other_PRV_1.csv', prv('Suspend', numbers(4, 30)));
    expect(await of.fileOf('1000001_HR_PRV_1.csv')).toMatchObject({
      state: 'held',
      hold: { reason: 'people' },
    });
    expect(await of.stateOf('1000001_other_PRV_1.csv')).toBe('filed');
  });
});

/** A customer is set up while the daemon runs, and uploads at once. */
import { lstat, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { checkConfiguration } from '../../src/configuration.ts';
import { setup } from '../../cli/setup.ts';
import { callOn } from '../support/call-on.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { declared, fixtures, type WrittenOrganisation } from '../support/organisation.ts';

let world: TestDaemon;
beforeAll(async () => {
  world = await startTestDaemon({ organisation: await fixtures() });
});
afterAll(() => world[Symbol.asyncDispose]());

const NEW: WrittenOrganisation = {
  customers: [
    {
      id: 3_000_003,
      name: 'New\u001b[2J',
      folder: 'new',
      accounts: [{ login: 'held', password: 'Upload-4-Held', rights: ['upload', 'download'] }],
    },
  ],
};
const NOBODY = 'emailAddress,action\nnobody@new.example,Suspend\n';

it('n12: the doors make the folders that are missing, and the upload is accepted and processed', async () => {
  await setUpOrganisations(world.database, world.clock, declared(NEW), 'enforce');
  await using courier = await world.courier('held');
  const filed = await courier.send('3000003_hr_PRV_1.csv', NOBODY);
  expect(filed.codes).toEqual([1011]);
  expect(await courier.names('/')).toContain('_processed');
});

it('n12: a folder that was removed is made again', async () => {
  await rm(world.folder('new'), { recursive: true });
  await using courier = await world.courier('held');
  await courier.upload('3000003_hr_PRV_2.csv', NOBODY);
  expect((await lstat(world.folder('new'))).mode & 0o777).toBe(0o750);
});

it('setup makes them before anybody comes, and prints what to send to the customer, without a password', async () => {
  await world.database.query('delete from access_account where customer_id = 3000003');
  const organisation: WrittenOrganisation = {
    customers: [
      { ...NEW.customers[0], id: 4_000_004, folder: 'newer' } as WrittenOrganisation['customers'][0],
    ],
  };
  const file = path.join(world.home, 'new.yaml');
  await writeFile(file, JSON.stringify(organisation));
  const said: string[] = [];
  const text = `data: ${world.home}/data\nspool: ${world.home}/spool\n`;
  const configuration = { ...checkConfiguration(text, 'spoolgate.yaml'), readFrom: null };
  const code = await setup.run({
    arguments: [file],
    options: {},
    configuration: async () => configuration,
    call: callOn(world.database, configuration),
    print: () => {},
    write: () => {},
    room: async () => true,
    say: (line) => void said.push(line),
    progress: { show: () => {}, done: () => {} },
  });
  expect(code).toBe(0);
  expect((await lstat(path.join(world.folder('newer'), '_processed'))).isDirectory()).toBe(true);
  const notice = said.join('\n');
  expect(notice).toMatch(/certificate SHA-256 ([0-9A-F]{2}:){31}/i);
  expect(notice).toMatch(/host keys .*SHA256:/);
  // What holds for a customer whose file names no types.
  expect(notice).toMatch(/types +PRV, DI$/m);
  expect(notice).toContain('held (upload, download)');
  expect(notice).toContain('New\\u001b[2J');
  expect(notice).not.toContain('Upload-4-Held');
});

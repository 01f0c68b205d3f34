/** The failed entries of a file, corrected and sent again under the name that report, status and errors file give. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, expect, test } from 'vitest';
import { customerStatuses } from '../../src/ledger/status.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { ACME, declared, fixtures } from '../support/organisation.ts';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';

const worlds: TestStation[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]();
});

async function open(): Promise<TestStation> {
  const world = await openStation();
  worlds.push(world);
  await world.database.query(`update customer set types = '{PRV,DI,USERS,TECHNICIANS,SNAPSHOT}'`);
  await world.database.query(
    `insert into technician_group (customer_id, id, name) values ($1, 1001, 'Desk')`,
    [ACME],
  );
  return world;
}

async function send(world: TestStation, name: string, content: string): Promise<void> {
  await world.upload(name, content);
  await world.workOff();
}

/** People, seats, groups, technicians and contacts, without what numbers and times differ in. */
async function accounts({ database }: TestStation): Promise<unknown> {
  const { rows } = await database.query(
    `select (select json_agg(s order by s.email) from (
              select email, given_name, family_name, job_title, state,
                     (select array_agg(seat.subscription_id order by 1) from seat where subscriber_id = subscriber.id) as seats
                from subscriber where customer_id = $1) s) as people,
            (select json_agg(t order by t.name) from (select to_jsonb(technician) - 'subscriber_id' - 'group_id' - 'created_at' - 'updated_at' as name
                from technician where customer_id = $1) t) as technicians,
            (select json_agg(d order by d.dn) from (select dn, attributes from directory_entry where customer_id = $1) d) as contacts`,
    [ACME],
  );
  return rows[0];
}

const inError = (world: TestStation, name: string) =>
  readFile(path.join(world.folder, '_error', name), 'utf8');

const PRV_HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,jobTitle\r\n';
const SECRET = 'Correct-horse-9';
const TECHNICIANS_HEADER =
  'Name,Nickname,Email address,Single Sign-On ID,Description,Password,Enabled,Standard License,Mobile License,Tech Group ID\n';

interface Case {
  first: string;
  /** With faults. */
  content: string;
  retry: string;
  corrected: (retry: string) => string;
  wholeCorrected: (content: string) => string;
  again: string;
}

const bothWays = (corrected: (text: string) => string) => ({ corrected, wholeCorrected: corrected });

test.each<[string, Case]>([
  [
    'provisioning',
    {
      first: '1000001_HR_PRV_7.csv',
      again: '1000001_HR_PRV_8.csv',
      content: `${PRV_HEADER}ann@example.com,Add,85180,Ann,One,\r\n"bob@example.com",Add,99,Bob,"Two, Jr.",\r\ncid@example.com,Ad,85180,Cid,Three,`,
      retry: `${PRV_HEADER}"bob@example.com",Add,99,Bob,"Two, Jr.",\r\ncid@example.com,Ad,85180,Cid,Three,\n`,
      ...bothWays((text) => text.replace(',99,', ',85180,').replace(',Ad,', ',Add,')),
    },
  ],
  [
    'the contact directory',
    {
      first: '1000001_HR_DI_7.ldif',
      again: '1000001_HR_DI_8.ldif',
      content:
        'version: 1\n\ndn: cn=Ann,o=Acme\nchangetype: add\nobjectclass: inetOrgPerson\ndisplayName: Ann\nmail: ann@example.com\ngivenName: Ann\nsn: One\n\n# Bob\ndn: cn=Bob,o=Acme\nchangetype: ad\nobjectclass: inetOrgPerson\ndisplayName: Bob\nmail: bob@example.com\ngivenName: Bob\nsn: Two\n\ndn: cn=Cid,o=Acme\nchangetype: add\nobjectclass: inetOrgPersn\ndisplayName: Cid\nmail: cid@example.com\ngivenName: Cid\nsn: Three\n',
      retry:
        'dn: cn=Bob,o=Acme\nchangetype: ad\nobjectclass: inetOrgPerson\ndisplayName: Bob\nmail: bob@example.com\ngivenName: Bob\nsn: Two\n\ndn: cn=Cid,o=Acme\nchangetype: add\nobjectclass: inetOrgPersn\ndisplayName: Cid\nmail: cid@example.com\ngivenName: Cid\nsn: Three\n',
      ...bothWays((text) => text.replace('changetype: ad\n', 'changetype: add\n').replace('Persn', 'Person')),
    },
  ],
  [
    'users in bulk',
    {
      first: '1000001_HR_USERS_7.csv',
      again: '1000001_HR_USERS_8.csv',
      content:
        'Last Name;Email Address;First Name\nOne;ann@example.com;Ann\nTwo;bob@example;Bob\n;cid@example.com;Cid\n',
      retry: 'Last Name;Email Address;First Name\nTwo;bob@example;Bob\n;cid@example.com;Cid\n',
      ...bothWays((text) =>
        text.replace('bob@example;', 'bob@example.com;').replace('\n;cid', '\nThree;cid'),
      ),
    },
  ],
  [
    'technicians',
    {
      first: '1000001_HR_TECHNICIANS_7.csv',
      again: '1000001_HR_TECHNICIANS_8.csv',
      content: `${TECHNICIANS_HEADER}Ann,ann,ann@example.com,,,${SECRET},TRUE,FALSE,FALSE,1001\nBob,bob,bob@example,,,${SECRET},TRUE,FALSE,FALSE,1001\n`,
      retry: `${TECHNICIANS_HEADER}Bob,bob,bob@example,,,${SECRET},TRUE,FALSE,FALSE,1001\n`,
      ...bothWays((text) => text.replace('bob@example,', 'bob@example.com,')),
    },
  ],
  [
    'technicians in JSON',
    {
      first: '1000001_HR_TECHNICIANS_7.json',
      again: '1000001_HR_TECHNICIANS_8.json',
      content: `[{"name":"Ann","nickname":"ann","email":"ann@example.com","sso_id":"","description":"","password":"${SECRET}","enabled":true,"standard_license":false,"mobile_license":false,"tech_group_id":1001},\n{"name":"Bob","nickname":"bob","email":"bob@example","sso_id":"","description":"","password":"${SECRET}","enabled":true,"standard_license":false,"mobile_license":false,"tech_group_id":1001} , {"name":"Cid","nickname":"cid","email":"cid@example","sso_id":"","description":"","password":"${SECRET}","enabled":true,"standard_license":false,"mobile_license":false,"tech_group_id":1001}]`,
      retry: `[\n{"name":"Bob","nickname":"bob","email":"bob@example","sso_id":"","description":"","password":"${SECRET}","enabled":true,"standard_license":false,"mobile_license":false,"tech_group_id":1001},\n{"name":"Cid","nickname":"cid","email":"cid@example","sso_id":"","description":"","password":"${SECRET}","enabled":true,"standard_license":false,"mobile_license":false,"tech_group_id":1001}\n]\n`,
      ...bothWays((text) => text.replaceAll('@example"', '@example.com"')),
    },
  ],
])('%s', async (_, { first, content, retry, corrected, wholeCorrected, again }) => {
  const world = await open();
  await send(world, first, content);
  const retryFile = first.replace(/(?=\.\w+$)/, '.retry');
  expect(await inError(world, retryFile)).toBe(retry);
  const errors = await inError(world, first.replace(/\.\w+$/, '.errors.csv'));
  const rows: Record<string, string>[] = parse(errors, { bom: true, columns: true });
  expect(rows.map((row) => row['sendRetryFileAs'])).toEqual(rows.map(() => again));
  for (const row of rows) expect(row['suggestion'], JSON.stringify(row)).toMatch(/^[A-Z].*\.$/u);
  const [report = ''] = await readdir(path.join(world.folder, '_report'));
  expect(await readFile(path.join(world.folder, '_report', report), 'utf8')).toContain(
    `; correct what failed in ${retryFile} and upload it as ${again})\n`,
  );
  const facts = { caps: world.services.caps, countsHourly: () => true, heldRefuses: () => true };
  const own = { hourly: null, daily: null, perFile: null, timeZone: 'UTC' };
  const customer = { id: ACME, name: 'Acme', folder: 'acme', state: 'active' as const, pause: null, ...own };
  const [status] = await customerStatuses(world.database, [customer], facts, world.services.clock.now());
  expect(status?.results[0]?.retryAs).toBe(again);

  await send(world, again, corrected(retry));
  expect((await readdir(path.join(world.folder, '_processed'))).filter((name) => name === again)).toEqual([
    again,
  ]);
  const other = await open();
  await send(other, first, wholeCorrected(content));
  expect(await accounts(world)).toEqual(await accounts(other));
});

test('a file without faults has none of it, and a full list only says what is wrong', async () => {
  const world = await open();
  const organisation = declared(
    await fixtures({
      types: ['PRV', 'SNAPSHOT'],
      sources: { ad: { snapshot: { keeps: 'accounts', scope: 'all' } } },
    }),
  );
  for (const one of organisation.customers) one.accounts = [];
  await setUpOrganisations(world.database, world.services.clock, organisation, 'enforce');
  await send(world, '1000001_HR_PRV_1.csv', `${PRV_HEADER}ann@example.com,Add,85180,Ann,One,\n`);
  await send(world, '1000001_ad_SNAPSHOT_1.csv', 'mail,givenName\nann@example.com,Ann\nno address,Bob\n');
  expect((await readdir(path.join(world.folder, '_processed'))).toSorted()).toEqual([
    '1000001_HR_PRV_1.csv',
    '1000001_HR_PRV_1_trace.csv',
  ]);
  expect((await readdir(path.join(world.folder, '_error'))).toSorted()).toEqual([
    '1000001_ad_SNAPSHOT_1.csv',
    '1000001_ad_SNAPSHOT_1.errors.csv',
    '1000001_ad_SNAPSHOT_1_trace.csv',
  ]);
  expect(await inError(world, '1000001_ad_SNAPSHOT_1.errors.csv')).toMatch(/\n2,3,[^\n]*,\r\n$/u);
});

test('the number lies beyond those that wait, and beyond the last one', async () => {
  const world = await open();
  const bad = `${PRV_HEADER}ann@example.com,Suspend,,,,\n`;
  await world.upload('1000001_HR_PRV_1.csv', bad);
  await world.upload('1000001_HR_PRV_5.csv', bad);
  await world.upload('1000001_other_PRV_9.csv', bad);
  await world.workOff();
  expect(await inError(world, '1000001_HR_PRV_1.errors.csv')).toContain(',1000001_HR_PRV_6.csv\r\n');
  expect(await inError(world, '1000001_HR_PRV_5.errors.csv')).toContain(',1000001_HR_PRV_6.csv\r\n');
});

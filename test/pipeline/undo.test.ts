/** What files of every kind did is taken back, and what cannot be is told. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { undo, type ListedChange } from '../../src/actions/undo.ts';
import { ACME, declared, fixtures, person } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

let station: TestStation;
beforeEach(async () => {
  station = await openStation();
  const organisation = declared(
    await fixtures({
      types: ['PRV', 'DI', 'USERS', 'TECHNICIANS', 'SNAPSHOT'],
      sources: { google: { snapshot: { keeps: 'contacts', scope: 'all' } } },
      undo: { byFile: true },
      subscribers: [person('ann.lee'), person('bob.lee'), person('eve.lee', [], { state: 'pending' })],
    }),
  );
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
});
afterEach(() => station[Symbol.asyncDispose]());

async function send(name: string, content: string): Promise<void> {
  await station.upload(name, content);
  await station.workOff();
}

async function ask(file: string, more: { entries?: [number, number][]; dryRun?: boolean } = {}) {
  const { database, clock } = station.services;
  const listed: ListedChange[] = [];
  const channel = { send: async (one: ListedChange) => void listed.push(one) };
  const input = {
    customer: ACME,
    file,
    entries: more.entries ?? null,
    reason: 'a slip',
    dryRun: more.dryRun ?? false,
  };
  const services = { database, clock, undoDays: 14, changed: () => {} } as never;
  const answer = await undo.run(services, input, { kind: 'operator', name: 'root' }, channel as never);
  return { ...answer, listed };
}

async function accounts() {
  const { rows } = await station.database.query(
    `select s.id, email, alternate_email, given_name, family_name, roles, company_contact, state, state_before_suspend, department,
            job_title, federation_type, language, time_zone, notes_dn, mailbox, invitation_state, invitation_sent_at,
            password_state, managed_by_source, managed_by_object, suspended_by_source, identity_verified,
            (select coalesce(json_agg(json_build_array(subscription_id, x.state, extra_files_gb, extra_mail_gb) order by subscription_id), '[]')
               from seat x where subscriber_id = s.id) as seats,
            (select row_to_json(t) from (select status, group_id, name, sso_id from technician where subscriber_id = s.id) t) as technician,
            (select coalesce(json_agg(json_build_array(g.name, m.is_primary, m.can_send, m.is_admin) order by g.name), '[]')
               from group_membership m join user_group g on g.id = m.group_id where m.subscriber_id = s.id) as groups
       from subscriber s where s.state <> 'removed' order by s.id`,
  );
  const subscriptions = await station.database.query(
    'select customer_id, id, seats_taken from subscription order by 1, 2',
  );
  const entries = await station.database.query(
    'select id, dn, class, attributes, managed_by_source, managed_by_object from directory_entry order by id',
  );
  return { people: rows, subscriptions: subscriptions.rows, entries: entries.rows };
}

const HEADER = 'emailAddress,action,givenName,familyName,department';
const PRV = '1000001_HR_PRV_1.csv';

describe('a provisioning file', () => {
  it('is taken back person by person: who was added goes, who was removed returns, who was changed is as before', async () => {
    const before = await accounts();
    await send(
      PRV,
      `${HEADER}\nnew@example.com,Add,New,Person,\nann.lee@example.com,Remove,,,\nbob.lee@example.com,Update,Robert,,Sales\neve.lee@example.com,Suspend,,,\n`,
    );
    expect(await accounts()).not.toEqual(before);
    const trial = await ask(PRV, { dryRun: true });
    expect(trial).toMatchObject({ undo: null, takenBack: 4, leftOut: 0 });
    expect(await accounts()).not.toEqual(before);
    expect(await ask(PRV)).toMatchObject({ takenBack: 4, leftOut: 0 });
    await station.workOff();
    expect(await accounts()).toEqual(before);
  });
});

it('has a report and a trace for download', async () => {
  await send(PRV, `${HEADER}\nbob.lee@example.com,Update,Robert,,Sales\nann.lee@example.com,Update,Anna,,\n`);
  await send('1000001_HR_PRV_2.csv', `${HEADER}\nann.lee@example.com,Update,Ann,,\n`);
  const { undo: id, listed } = await ask(PRV);
  expect(listed).toMatchObject([
    {
      entry: 2,
      takenBack: false,
      remarks: [{ code: 'changed-later', by: '1000001_HR_PRV_2.csv', entry: 1 }],
    },
  ]);
  await station.workOff();
  const folder = path.join(station.folder, '_report');
  expect(await readdir(folder)).toContain(`1000001_HR_PRV_1_undo_${id}.txt`);
  const report = await readFile(path.join(folder, `1000001_HR_PRV_1_undo_${id}.txt`), 'utf8');
  expect(report).toMatch(/\*\*\* Undo of file: llis\/acme\/1000001_HR_PRV_1\.csv/);
  expect(report).toMatch(/Requested by root: a slip/);
  expect(report).toMatch(
    /LEFT OUT: entry #2 \(line 3\), Update, ann\.lee@example\.com: It was changed later, by entry #1 of 1000001_HR_PRV_2\.csv/,
  );
  expect(report).toMatch(/Undone: 1 change; left out: 1 change/);
  expect(await readFile(path.join(folder, `1000001_HR_PRV_1_undo_${id}.csv`), 'utf8')).toBe(
    'entryNum,lineNum,outcome,operation,subject,codes\n1,2,undone,Update,bob.lee@example.com,\n2,3,left-out,Update,ann.lee@example.com,changed-later\n',
  );
});

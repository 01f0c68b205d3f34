import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import SftpClient from 'ssh2-sftp-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyText } from '../../cli/history.ts';
import type { AsJson } from '../../src/actions/action.ts';
import { historyOf, type History } from '../../src/actions/history.ts';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { poll, type Courier } from '../support/courier.ts';
import { passwordOf, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, declared, fixtures, person, type WrittenOrganisation } from '../support/organisation.ts';
import { spoolgate } from '../support/command-line.ts';
import { person as directoryPerson } from '../kinds/directory/directory.ts';

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,jobTitle,altEmailAddress,password\n';
const PASSWORD = 'xQ1-one-time-word';
const EVERYTHING = [
  'kim@example.com,Add,85292,Kim,Lund,Clerk,,' + PASSWORD,
  'kim@example.com,Update,,,,Chief,,',
  'kim@example.com,AssignSeat,85180,,,,,',
  'kim@example.com,AssignSeat,4711,,,,,',
  'kim@example.com,Rename,,,,,kim.lund@example.com,',
  'kim.lund@example.com,Suspend,,,,,,',
  'kim.lund@example.com,Remove,,,,,,',
];

let world: TestDaemon;
let acme: Courier;
let organisation: WrittenOrganisation;
beforeAll(async () => {
  organisation = await fixtures({ subscribers: [person('old.hand', [85_180]), person('by.sftp')] });
  world = await startTestDaemon({ organisation, configuration: { removal: { finishSeconds: 60 } } });
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

/** As the command gets it. */
const throughJson = (found: History): AsJson<History> => JSON.parse(JSON.stringify(found)) as AsJson<History>;
const history = (name: string): Promise<History> => historyOf(world.database, ACME, name);
/** Operation, line and changed fields. */
const outline = ({ events }: History) =>
  events.map((event) => [
    event.operation,
    event.line,
    'code' in event
      ? event.code
      : Object.keys(event.changes).filter((field) => !/^invitation|^origin/.test(field)),
  ]);

describe('of a person', () => {
  beforeAll(async () => {
    const { codes } = await acme.send('1000001_HR_PRV_1.csv', `${HEADER}${EVERYTHING.join('\n')}\n`);
    expect(codes).toEqual([0, 0, 0, 1003, 0, 0, 0]);
    world.clock.advance(61_000);
    acme = await world.courier();
    await world.daemon.jobs.run('removals');
  });

  it.each(['kim@example.com', 'KIM.Lund@example.com'])(
    'all is found by %s, also after the removal',
    async (name) => {
      expect(outline(await history(name))).toEqual([
        [
          'Add',
          2,
          expect.arrayContaining(['email', 'givenName', 'familyName', 'jobTitle', 'password', 'seat.85292']),
        ],
        ['Update', 3, ['jobTitle']],
        ['AssignSeat', 4, expect.arrayContaining(['seat.85180'])],
        ['AssignSeat', 5, 1003],
        ['Rename', 6, expect.arrayContaining(['email'])],
        ['Suspend', 7, expect.arrayContaining(['state', 'stateBeforeSuspend'])],
        ['Remove', 8, expect.arrayContaining(['state', 'seat.85180', 'seat.85292'])],
        ['finish removal', null, ['state', 'password', 'passwordState']],
      ]);
    },
  );

  it('each says before and after, and by which file of whom it was made', async () => {
    const { events } = await history('kim@example.com');
    expect(events[1]).toEqual({
      at: expect.any(Date) as Date,
      subject: expect.any(Number) as number,
      file: '1000001_HR_PRV_1.csv',
      entry: 2,
      line: 3,
      operation: 'Update',
      who: 'acme',
      address: expect.stringMatching(/127\.0\.0\.1$/) as string,
      changes: { jobTitle: ['Clerk', 'Chief'] },
    });
    expect(events[3]).toMatchObject({
      code: 1003,
      entry: 4,
      who: 'acme',
      message: expect.stringContaining('4711') as string,
    });
    expect(events.at(-1)).toMatchObject({ file: null, who: 'removals', address: null });
  });

  it('by which login and from where, also of what came by SFTP: accepted and refused entries, and the events of the file', async () => {
    const name = '1000001_SFTP_PRV_1.csv';
    const rows = 'by.sftp@example.com,Update,,,,Clerk,,\nby.sftp@example.com,AssignSeat,4711,,,,,\n';
    const client = new SftpClient();
    const { sftpPort: port } = world.daemon;
    await client.connect({ host: '127.0.0.1', port, username: 'acme', password: passwordOf('acme') });
    try {
      await client.put(Buffer.from(HEADER + rows), `/${name}`);
    } finally {
      await client.end();
    }
    await poll('the file to be filed', 20, async () => {
      const { rowCount } = await world.database.query(
        `select 1 from change_file where name = $1 and state = 'filed'`,
        [name],
      );
      return rowCount === 1 ? true : null;
    });
    const { events } = await history('by.sftp@example.com');
    const sender = { file: name, who: 'acme', address: expect.stringMatching(/127\.0\.0\.1$/) as string };
    expect(events.filter(({ file }) => file === name)).toEqual([
      expect.objectContaining({ ...sender, operation: 'Update', line: 2 }),
      expect.objectContaining({ ...sender, code: 1003, line: 3 }),
    ]);
    const { rows: told } = await world.database.query(
      `select who, address from event where type = 'file.received' and subject = $1`,
      [name],
    );
    expect(told).toEqual([{ who: 'acme', address: sender.address }]);
  });

  it('no password and no hash stands in the table', async () => {
    const { rows } = await world.database.query<{ row: string }>(
      'select to_json(c)::text as row from change c',
    );
    const all = rows.map(({ row }) => row).join('\n');
    expect(all).toContain('"password":"changed"');
    expect(all).not.toContain(PASSWORD);
    expect(all).not.toContain('argon2id');
  });

  it('the command shows it, without writing to the screen, and as JSON', async () => {
    const shown = await spoolgate(world.home, 'history', String(ACME), 'kim@example.com');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('\n  jobTitle: "Clerk" → "Chief"\n');
    expect(shown.stdout).toMatch(/Update, entry 2, line 3 of "1000001_HR_PRV_1\.csv", sent by "acme" from /);
    expect(shown.stdout).toContain('\n  password: changed\n');
    const json = await spoolgate(world.home, 'history', String(ACME), 'kim@example.com', '--json');
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(JSON.stringify(await history('kim@example.com'))));
    const nobody = await spoolgate(world.home, 'history', String(ACME), 'nobody@example.com');
    expect(nobody).toMatchObject({ code: 1, stdout: '' });
    expect(nobody.stderr).toContain('no history for "nobody@example.com"');
  });

  it('a later owner of the address is another person', async () => {
    await acme.send('1000001_HR_PRV_2.csv', `${HEADER}kim@example.com,Add,,Kim,Other,,,\n`);
    const found = await history('kim@example.com');
    const subjects = new Set(found.events.flatMap((event) => ('subject' in event ? [event.subject] : [])));
    expect(subjects.size).toBe(2);
    expect(historyText(throughJson(found))).toMatch(/ Add of person \d+, entry 1/);
  });

  it('what an organisation file changes is said of whoever carries it out', async () => {
    const [first, ...others] = declared(organisation).customers;
    const hand = first?.subscribers.find(({ email }) => email === 'old.hand@example.com');
    if (!first || !hand) throw new Error('the organisation has nobody to change');
    hand.jobTitle = 'Boss\u001b[2J';
    delete first.accounts;
    await setUpOrganisations(
      world.database,
      world.clock,
      { customers: [first, ...others] },
      'enforce',
      'ola',
    );
    const found = await history('old.hand@example.com');
    expect(found.events).toMatchObject([
      { operation: 'setup', who: 'setup', file: null },
      { operation: 'setup', who: 'ola', file: null, changes: { jobTitle: [null, 'Boss\u001b[2J'] } },
    ]);
    expect(historyText(throughJson(found))).not.toContain('\u001b');
  });

  it('a file that no door has brought came by other means', async () => {
    const name = '1000001_HR_PRV_3.csv';
    await writeFile(
      path.join(world.folder('acme'), name),
      `${HEADER}old.hand@example.com,Update,,,,Clerk,,\n`,
    );
    await world.daemon.dispatcher.sweep();
    world.clock.advance(11_000);
    await world.daemon.dispatcher.sweep();
    acme = await world.courier();
    await acme.outcome(name);
    const found = await history('old.hand@example.com');
    expect(found.events.at(-1)).toMatchObject({ file: name, who: null, address: null });
    expect(historyText(throughJson(found))).toContain('not uploaded over FTPS or SFTP');
  });

  it('an upload under another name is of who renamed it', async () => {
    const name = '1000001_HR_PRV_4.csv';
    await acme.upload('later.part', `${HEADER}old.hand@example.com,Update,,,,Chief,,\n`);
    await acme.client.rename('/later.part', `/${name}`);
    await acme.outcome(name);
    expect((await history('old.hand@example.com')).events.at(-1)).toMatchObject({ file: name, who: 'acme' });
  });
});

describe('of a directory entry', () => {
  const JOE = 'cn=Joe Smith,ou=Users,o=Acme';
  const JOSEPH = 'cn=Joseph Smith,ou=Users,o=Acme';

  it('all is found by any of its names, also after it is gone', async () => {
    const records = [
      directoryPerson(JOE, { title: 'Clerk' }),
      `dn: ${JOE}\nchangetype: modify\nreplace: title\ntitle: Chief\n\n`,
      `dn: ${JOE}\nchangetype: modrdn\nnewrdn: cn=Joseph Smith\n\n`,
      `dn: ${JOE.replace(',', ' ,  ')}\nchangetype: delete\n\n`,
    ];
    expect((await acme.send('1000001_HR_DI_1.ldif', records.join(''))).codes).toEqual([0, 0, 0, 8]);
    const { codes } = await acme.send('1000001_HR_DI_2.ldif', `dn: ${JOSEPH}\nchangetype: delete\n\n`);
    expect(codes).toEqual([0]);
    for (const name of [JOE, 'CN=joseph smith, OU=users, O=acme']) {
      const found = await history(name);
      expect(found.events.map((event) => [event.operation, 'code' in event ? event.code : 0])).toEqual([
        ['add', 0],
        ['modify', 0],
        ['modrdn', 0],
        ['delete', 8],
        ['delete', 0],
      ]);
      expect(found.events[1]).toMatchObject({ who: 'acme', changes: { title: [['Clerk'], ['Chief']] } });
      expect(found.events[2]).toMatchObject({ changes: { dn: [JOE, JOSEPH] } });
      expect(found.events.at(-1)).toMatchObject({ changes: { dn: [JOSEPH, null] } });
    }
  });

  it('one that comes and goes within a file has a history', async () => {
    const records = [directoryPerson('cn=Passing,o=Acme'), 'dn: cn=Passing,o=Acme\nchangetype: delete\n\n'];
    await acme.send('1000001_HR_DI_3.ldif', records.join(''));
    expect(outline(await history('cn=Passing,o=Acme')).map(([operation]) => operation)).toEqual([
      'add',
      'delete',
    ]);
  });
});

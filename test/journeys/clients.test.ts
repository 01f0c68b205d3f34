import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basicFtp, curl, ftplib, lftp, type Account, type FtpsClient } from './clients.ts';
import { documentedWords, poll } from '../support/courier.ts';
import { TestClock } from '../support/clock.ts';
import { passwordOf, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { companionNames } from '../../src/change-file/companions.ts';

let world: TestDaemon;

beforeAll(async () => {
  const clock = new TestClock();
  clock.set(new Date('2012-02-08T23:32:00Z'));
  world = await startTestDaemon({ clock });
});
afterAll(() => world[Symbol.asyncDispose]());

const account: Account = { port: () => world.daemon.ftpsPort, login: 'acme', password: passwordOf('acme') };
const clients = [basicFtp(account), curl(account), lftp(account), ftplib(account)];

/** Line ends of both kinds, a quoted line break, and a last line without an end. */
const content = (source: string) =>
  [
    'emailAddress,action,givenName,familyName,address\r\n',
    `${source}@example.com,Add,Ola,Nordmann,"1 Main St\nOslo"\r\n`,
    '\n',
    `${source}@example.com,Add,"Ola ""den fyren""",Nordmann\n`,
    `${source}@example.com,Suspend,,,,surplus`,
  ].join('');

const expectedTrace = (source: string) =>
  [
    'entryNum,lineNum,resultCode,emailAddress,action,givenName,familyName,address\r\n',
    `1,2,0,${source}@example.com,Add,Ola,Nordmann,"1 Main St\nOslo"\r\n`,
    `2,5,1035,${source}@example.com,Add,"Ola ""den fyren""",Nordmann\n`,
    `3,6,1000,${source}@example.com,Suspend,,,,surplus\n`,
  ].join('');

const expectedReport = (name: string) =>
  [
    `*** Processing file: llis/acme/${name}`,
    'ERROR: A failure occurred when processing the CSV entry #2. The error message follows: emailAddress already exists.',
    'Result code: 1035 ERROR_EMAIL_ALREADY_EXISTS',
    'ERROR: A failure occurred when processing the CSV entry #3. The error message follows: The row has more values than the header has columns. Put a value that contains a comma in quotes.',
    'Result code: 1000 INVALID_CSV_SYNTAX',
    'CSV entries read: 3; BSS entries written: 1; CSV read errors: 1; BSS write errors: 1',
  ]
    .map((text) => `2/8/12 11:32 PM - ${text}\n`)
    .join('');

async function reportAbout(client: FtpsClient, name: string): Promise<{ report: string; text: string }> {
  return poll(`a report about ${name}`, 50, async () => {
    for (const report of await client.names('/_report')) {
      const text = (await client.get(`/_report/${report}`)).toString('utf8');
      if (text.includes(`/${name}\n`)) return { report, text };
    }
    return null;
  });
}

describe.each(clients)('with $name', (client) => {
  it.runIf(client.installed)('a file goes up, and report and trace come down as documented', async () => {
    const source = client.name.replace(/\W/g, '').toLowerCase();
    const name = `1000001_${source}_PRV_1328743901.csv`;
    const local = path.join(world.home, name);
    await writeFile(local, content(source));
    await client.put(local, name);

    const { report, text } = await reportAbout(client, name);
    expect(documentedWords(text)).toBe(expectedReport(name));
    expect(report).toMatch(/^llis_report_20120208_2332\d\d(_\d+)?\.txt$/);
    const trace = name.replace('.csv', '_trace.csv');
    expect((await client.get(`/_error/${trace}`)).toString('utf8')).toBe(expectedTrace(source));
    expect((await client.get(`/_error/${name}`)).toString('utf8')).toBe(content(source));
    expect(await client.names('/_error')).toEqual(expect.arrayContaining([name, trace]));
    expect(await client.names('')).not.toContain(name);

    for (const done of [name, ...companionNames(name)]) await client.remove(`/_error/${done}`);
    await client.remove(`/_report/${report}`);
    expect(await client.names('/_error')).toEqual([]);
    expect(await client.names('/_report')).not.toContain(report);
  });
});

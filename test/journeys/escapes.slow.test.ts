/** Text from outside that could write to a screen: through every command, report, status and log line. */
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { spoolgate } from '../support/command-line.ts';
import { poll, type Courier } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, person } from '../support/organisation.ts';

/** ESC and CSI, C1, bell, DEL, turned text, what hides, what ends a line. */
const HOSTILE = '\u001b[2J\u009b31m\u0007\u007f\u202e\u200b\u2028\u00a0';
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const SEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00a0\u200b-\u200f\u2028-\u202e\ufeff]/u;
const CSV = `x${HOSTILE}.csv`;

let world: TestDaemon;
let acme: Courier;
let report = '';

beforeAll(async () => {
  world = await startTestDaemon({
    organisation: await fixtures({
      name: `Acme${HOSTILE}`,
      types: ['PRV', 'DI'],
      subscribers: [person('ann@example.com', [], { givenName: `Ann${HOSTILE}`, department: `R${HOSTILE}` })],
    }),
  });
  acme = await world.courier();
  const rows = `ann@example.com${HOSTILE},Update,x\nann@example.com,Up${HOSTILE}date,x\n"a${HOSTILE}@example.com",Add,${HOSTILE}\n`;
  await put(`${ACME}_h${HOSTILE}_PRV_1.csv`, `emailAddress,action,jobTitle\n${rows}`);
  await acme.send(`${ACME}_DI_1.ldif`, `dn: cn=J${HOSTILE},o=Acme\nchangetype: mod${HOSTILE}\n`);
  await put(CSV, 'x');
  await acme.send(`${ACME}_u_PRV_1.csv`, `emailAddress,action,c${HOSTILE}\nann@example.com,Update,1\n`);
  const folder = path.join(world.folder('acme'), '_report');
  for (const name of await readdir(folder)) report += await readFile(path.join(folder, name), 'utf8');
  await writeFile(path.join(world.home, CSV), `emailAddress,action,jobTitle\n${rows}`);
  await writeFile(path.join(world.home, 'hostile.yaml'), stringify({ [`cust${HOSTILE}`]: 1 }));
});
afterAll(() => world[Symbol.asyncDispose]());

/** The doors refuse such names; a program on the machine may give them. */
async function put(name: string, content: string): Promise<void> {
  const file = path.join(world.folder('acme'), name);
  await writeFile(file, content);
  await utimes(file, new Date(0), new Date(0));
  await world.daemon.dispatcher.sweep();
  await poll(`${name} to be reported`, 20, async () => {
    const { rowCount } = await world.database.query(
      `select 1 from change_file f join batch b on b.id = f.batch_id
        where f.name = $1 and f.state = 'filed' and b.closed_at is not null`,
      [name],
    );
    return rowCount ? true : null;
  });
}

it('reports', () => {
  expect(report).toContain('\\u001b[2J\\u009b31m\\u0007\\u007f\\u202e\\u200b\\u2028\\u00a0');
  expect(report).not.toMatch(SEEN);
});

it('status files', async () => {
  const text = await poll('the status to be written', 50, async () => {
    const status = await acme.text('/_status.txt');
    return status.includes('_error/x') ? status : null;
  });
  expect(text).not.toMatch(SEEN);
});

it.each<[string, string[]]>([
  ['status', []],
  ['status', ['--json']],
  ['show', [String(ACME), 'ann@example.com']],
  ['show', [String(ACME), 'ann@example.com', '--json']],
  ['show', [String(ACME), HOSTILE]],
  ['check', ['FILE', '--customer', String(ACME)]],
  ['check', ['FILE', '--customer', String(ACME), '--json']],
  ['export', [String(ACME), '--ldif']],
  ['audit', []],
  ['audit', ['--json']],
  ['audit', ['--since', HOSTILE]],
  ['hold', [String(ACME)]],
  ['release', [String(ACME)]],
  ['throttle', [HOSTILE]],
  ['unban', [HOSTILE]],
  ['bans', ['--all']],
  ['account', ['remove', HOSTILE]],
  ['setup', ['YAML']],
  ['config', []],
  [`no${HOSTILE}`, []],
])('%s %j', async (command, words) => {
  const given = words.map((word) =>
    word === 'FILE'
      ? path.join(world.home, CSV)
      : word === 'YAML'
        ? path.join(world.home, 'hostile.yaml')
        : word,
  );
  const { stdout, stderr } = await spoolgate(world.home, command, ...given);
  expect(stdout + stderr).not.toBe('');
  expect(stdout).not.toMatch(SEEN);
  expect(stderr).not.toMatch(SEEN);
});

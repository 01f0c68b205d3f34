import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isInstalled, run } from '../doors/clients/client.ts';
import type { Courier } from '../support/courier.ts';
import { startTestDaemon, passwordOf, type TestDaemon } from '../support/daemon.ts';
import { fixtures } from '../support/organisation.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';
const add = (name: string) => `${HEADER}${name}@example.com,Add,Given,Family\n`;
const sample = (file: string) => readFile(new URL(`../samples/field/${file}`, import.meta.url), 'utf8');

const FOLDER_BYTES = 10_000_000;

let world: TestDaemon;
let acme: Courier;

beforeAll(async () => {
  const organisation = await fixtures();
  const [customer] = organisation.customers;
  // As config/organisation.example.yaml has agents: no right to delete.
  customer?.accounts?.push({ login: 'agent', password: passwordOf('acme'), rights: ['upload', 'download'] });
  world = await startTestDaemon({ organisation, configuration: { limits: { folderBytes: FOLDER_BYTES } } });
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

test('m01: names of the sample wait for their renaming, and then are processed', async () => {
  const endings = (await sample('temporary-names/steps.txt'))
    .match(/\.[a-z]+(?=[,.])/gu)
    ?.filter((e) => e !== '.csv');
  expect(endings).toEqual(['.writing', '.inprogress', '.uploading', '.crdownload']);
  for (const [index, ending] of [...(endings ?? []), '.TEMP', '.incomplete'].entries()) {
    const name = `1000001_tn_PRV_${index + 1}.csv`;
    await acme.upload(`${name}${ending}`, add(`tn${index}`));
  }
  world.clock.advance(60_000);
  await world.daemon.dispatcher.sweep();
  const { rows } = await world.database.query("select name from change_file where name like '%tn_PRV%'");
  expect(rows).toEqual([]);
  for (const [index, ending] of [...(endings ?? []), '.TEMP', '.incomplete'].entries()) {
    const name = `1000001_tn_PRV_${index + 1}.csv`;
    await acme.client.rename(`/${name}${ending}`, `/${name}`);
    expect((await acme.outcome(name)).codes).toEqual([0]);
  }
});

test('NFC and NFD forms of a source are two sources, each with its own numbers', async () => {
  const [composed, decomposed] = ['Büro'.normalize('NFC'), 'Büro'.normalize('NFD')];
  expect((await acme.send(`1000001_${composed}_PRV_7.csv`, add('nfc'))).codes).toEqual([0]);
  // Were they one source, this number would be too low (code 4).
  expect((await acme.send(`1000001_${decomposed}_PRV_5.csv`, add('nfd'))).codes).toEqual([0]);
  expect((await acme.send(`1000001_${composed}_PRV_6.csv`, add('late'))).lines.join()).toContain(
    'Result code: 4',
  );
  const { rows } = await world.database.query<{ last: string }>(
    'select last::text from sequence_counter where source = any($1) order by last',
    [[composed, decomposed]],
  );
  expect(rows.map(({ last }) => last)).toEqual(['5', '7']);
});

function lftpMirror(login: string, folder: string): string[] {
  const settings = ['set ssl:verify-certificate no', 'set net:max-retries 1', 'set net:timeout 5'];
  const commands = [...settings, `mirror -R -e ${folder} /`, 'bye'].join('; ');
  return [
    '-u',
    `${login},${passwordOf('acme')}`,
    '-e',
    commands,
    `ftps://127.0.0.1:${world.daemon.ftpsPort}`,
  ];
}

test.runIf(isInstalled('lftp', '--version'))(
  'f18: lftp mirror -R -e takes every result with the right delete, and none without it',
  { timeout: 60_000 },
  async () => {
    expect(await sample('sync/steps.txt')).toContain('mirror -R -e FOLDER /');
    const local = await mkdtemp(path.join(tmpdir(), 'spoolgate-mirror-'));
    const results = async () => {
      const parts = ['_processed', '_error', '_report'].map((part) => path.join(world.folder('acme'), part));
      return (await Promise.all(parts.map((part) => readdir(part)))).flat().length;
    };
    await acme.send('1000001_mi_PRV_1.csv', add('mirrored'));
    const before = await results();
    expect(before).toBeGreaterThan(2);
    await writeFile(path.join(local, 'note.txt.part'), '');
    await run('lftp', lftpMirror('agent', local));
    expect(await results()).toBe(before);
    await run('lftp', lftpMirror('acme', local));
    expect(await results()).toBe(0);
    await rm(local, { recursive: true });
  },
);

test('a folder that is full refuses uploads, and reports are written all the same', async () => {
  const content = Buffer.alloc(2_500_000, 'x');
  const words: string[] = [];
  let report = '';
  for (let file = 1; file <= 8; file += 1) {
    const word = await acme.upload(`refused-${file}.csv`, content).then(
      () => 'stored',
      (error: unknown) => String(error),
    );
    words.push(word);
    if (word === 'stored') report = (await acme.outcome(`refused-${file}.csv`)).report;
  }
  expect(words.slice(0, 3)).toEqual(['stored', 'stored', 'stored']);
  expect(words.at(-1)).toMatch(/552 Quota exceeded: the limit is 10000000 bytes/u);
  expect(report).toContain('refused-3.csv');
  const errors = await readdir(path.join(world.folder('acme'), '_error'));
  expect(errors.length).toBeLessThan(5);
});

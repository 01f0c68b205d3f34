/** What examples/ shows is run here as it stands, against the real daemon and with the programs of the machine. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { organisationFileSchema } from '../../src/accounts/setup/organisation-file.ts';
import { checkConfiguration, readConfiguration } from '../../src/configuration.ts';
import { presentHostKeys } from '../../src/doors/sftp/host-key.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import type { WrittenOrganisation } from '../support/organisation.ts';
import { spoolgate } from '../support/command-line.ts';

const EXAMPLES = path.join(import.meta.dirname, '../../examples');
const AGENTS = path.join(EXAMPLES, 'agents');
const LOGIN = 'acme-hr';

const has = (command: string, ...words: string[]) => {
  try {
    execFileSync(command, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const HAS_SFTP = has('sh', '-c', 'command -v sftp && command -v ssh-keygen && command -v comm');
const HAS_PYTHON = has('python3', '-c', 'import sys, ftplib, ssl; assert sys.version_info >= (3, 8)');

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function run(command: string, words: string[], environment: Record<string, string>): Promise<Ended> {
  const settings = { env: { ...process.env, ...environment }, timeout: 60_000 };
  return new Promise((resolve) => {
    const child = execFile(command, words, settings, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function written(name: string): Promise<WrittenOrganisation> {
  return parse(await readFile(path.join(EXAMPLES, 'organisations', name), 'utf8')) as WrittenOrganisation;
}

it('the configuration for trying the examples is one, and sets up the smallest customer', async () => {
  const file = path.join(EXAMPLES, 'spoolgate.yaml');
  const { organisations } = await readConfiguration(file, {});
  expect(organisations).toEqual([path.join(EXAMPLES, 'organisations/smallest.yaml')]);
});

describe('organisation files', () => {
  it.each(['smallest.yaml', 'seats-and-mail.yaml'])('%s can be set up', async (name) => {
    await using world = await startTestDaemon({ organisation: { customers: [] } });
    const file = path.join(EXAMPLES, 'organisations', name);
    const first = await spoolgate(world.home, 'setup', file);
    const again = await spoolgate(world.home, 'setup', file);
    expect([first.code, again.code]).toEqual([0, 0]);
    expect(first.stderr).toContain('account ');
    expect(again.stderr).not.toContain('account ');
  });

  it('are all tried', async () => {
    const names = await readdir(path.join(EXAMPLES, 'organisations'));
    expect(names.sort()).toEqual(['seats-and-mail.yaml', 'smallest.yaml']);
    for (const name of names) organisationFileSchema.parse(await written(name));
  });
});

describe('with the smallest organisation', () => {
  let world: TestDaemon;
  let password: string;
  beforeAll(async () => {
    const organisation = await written('smallest.yaml');
    const account = organisation.customers[0]?.accounts?.[0];
    if (!account || !('password' in account)) throw new Error('smallest.yaml has no account with a password');
    password = String(account.password);
    world = await startTestDaemon({ organisation });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function stateOf(email: string): Promise<string | undefined> {
    const { rows } = await world.database.query<{ state: string; job_title: string }>(
      `select state, job_title from subscriber where email = $1 and state <> 'removed'`,
      [email],
    );
    return rows[0] && `${rows[0].state}, ${rows[0].job_title}`;
  }

  it.runIf(HAS_SFTP)(
    'send.sh (needs OpenSSH) sends the change files and fetches what became of them',
    async () => {
      const home = path.join(world.home, 'shell');
      const [outbox, results] = [path.join(home, 'outbox'), path.join(home, 'results')];
      await mkdir(outbox, { recursive: true });
      await mkdir(results);
      for (const name of await readdir(path.join(EXAMPLES, 'change-files')))
        await copyFile(path.join(EXAMPLES, 'change-files', name), path.join(outbox, name));
      const options = await signInWithKey(home);
      const settings = {
        SPOOLGATE: `${LOGIN}@127.0.0.1`,
        SPOOLGATE_PORT: String(world.daemon.sftpPort),
        SPOOLGATE_OPTIONS: options,
      };

      const first = await run('sh', [path.join(AGENTS, 'send.sh'), outbox, results], settings);
      expect(first).toEqual({
        code: 0,
        stdout:
          '1000001_HR_DI_1.ldif: _processed\n1000001_HR_PRV_1.csv: _processed\n1000001_HR_PRV_2.csv: _processed\n',
        stderr: '',
      });
      expect(await readdir(outbox)).toEqual([]);
      const fetched = await readdir(results);
      expect(fetched.filter((name) => name.startsWith('llis_report_'))).toHaveLength(3);
      expect(fetched).toContain('1000001_HR_PRV_2_trace.csv');

      await writeFile(
        path.join(outbox, '1000001_HR_PRV_3.csv'),
        'emailAddress,action\nnobody@example.com,Suspend\n',
      );
      const second = await run('sh', [path.join(AGENTS, 'send.sh'), outbox, results], settings);
      expect(second).toMatchObject({ code: 1, stdout: '1000001_HR_PRV_3.csv: _error\n' });
      expect(second.stderr).toContain('nobody@example.com');
      expect(await readFile(path.join(results, '1000001_HR_PRV_3_trace.csv'), 'utf8')).toContain(
        '1,2,1011,nobody@example.com,Suspend',
      );
    },
  );

  /** A key pair of the agent's, at the account. @returns the options with which sftp uses it */
  async function signInWithKey(home: string): Promise<string> {
    const key = path.join(home, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const organisation = await written('smallest.yaml');
    const [account] = organisation.customers[0]?.accounts ?? [];
    if (account) account.keys = [(await readFile(`${key}.pub`, 'utf8')).trim()];
    const file = path.join(home, 'organisation.yaml');
    await writeFile(file, JSON.stringify(organisation));
    expect(await spoolgate(world.home, 'setup', file)).toMatchObject({ code: 0 });
    const { data } = checkConfiguration(
      await readFile(path.join(world.home, 'spoolgate.yaml'), 'utf8'),
      'test',
    );
    const knownHosts = path.join(home, 'known_hosts');
    const lines = (await presentHostKeys(data)).map(
      ({ publicKey }) => `[127.0.0.1]:${world.daemon.sftpPort} ${publicKey}\n`,
    );
    await writeFile(knownHosts, lines.join(''));
    return `-i ${key} -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${knownHosts}`;
  }

  it.runIf(HAS_PYTHON)('sync.py (needs Python 3.8) keeps the accounts like an export', async () => {
    const home = path.join(world.home, 'python');
    await mkdir(home);
    const [people, state] = [path.join(home, 'people.csv'), path.join(home, 'state.json')];
    const sync = async (...rows: string[]) => {
      await writeFile(people, ['email,givenName,familyName,jobTitle', ...rows, ''].join('\n'));
      return run('python3', [path.join(AGENTS, 'sync.py'), people, state], {
        SPOOLGATE_HOST: '127.0.0.1',
        SPOOLGATE_PORT: String(world.daemon.ftpsPort),
        SPOOLGATE_LOGIN: LOGIN,
        SPOOLGATE_PASSWORD: password,
        SPOOLGATE_CA: path.join(world.home, 'data/certificate.pem'),
        SPOOLGATE_CUSTOMER: '1000001',
        SPOOLGATE_SUBSCRIPTION: '85180',
        SPOOLGATE_SUSPEND_MAX: '1',
      });
    };
    const anna = 'anna.ek@example.com,Anna,Ek,Welder';
    const bo = 'bo.li@example.com,Bo,Li,Painter';

    expect(await sync(anna, bo)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('2 of 2'),
    });
    expect(await stateOf('anna.ek@example.com')).toBe('pending, Welder');
    expect(await sync(anna, bo)).toMatchObject({ code: 0, stdout: 'nothing to do\n' });

    const changed = await sync(anna.replace('Welder', 'Master welder'), `${bo}${'!'.repeat(100)}`);
    expect(changed).toMatchObject({ code: 1, stdout: expect.stringContaining('1 of 2') });
    expect(changed.stderr).toContain('jobTitle');
    expect(await stateOf('anna.ek@example.com')).toBe('pending, Master welder');
    expect(await stateOf('bo.li@example.com')).toBe('pending, Painter');

    expect(await sync()).toMatchObject({ code: 1, stderr: expect.stringContaining('lacks 2 people') });
    // As if she had followed the invitation: who has not cannot be suspended.
    await world.database.query(`update subscriber set state = 'active' where email = 'anna.ek@example.com'`);
    expect(await sync(bo)).toMatchObject({ code: 0, stderr: '' });
    expect(await stateOf('anna.ek@example.com')).toBe('suspended, Master welder');
    expect(await sync(bo, anna)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('2 of 2'),
    });
    expect(await stateOf('anna.ek@example.com')).toBe('active, Welder');
    expect(await stateOf('bo.li@example.com')).toBe('pending, Painter');
  });
});

import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const SCHEMA = '/etc/ldap/schema';

/** Whether Debian's slapd and ldap-utils are here. */
export const isOpenLdapInstalled =
  process.platform === 'linux' &&
  existsSync(`${SCHEMA}/inetorgperson.schema`) &&
  ['/usr/sbin/slapd', '/usr/sbin/slapadd', '/usr/bin/ldapmodify', '/usr/bin/ldapsearch'].every((file) =>
    existsSync(file),
  );

/** The schema that the manual tells operators to give their server, out of the manual. */
export function documentedSchema(): string {
  const manual = readFileSync(new URL('../../../docs/directory.md', import.meta.url), 'utf8');
  const schema = /```openldap-schema\n(.*?)```/s.exec(manual)?.[1];
  if (schema === undefined) throw new Error('docs/directory.md has no schema');
  return schema;
}

/** A slapd of its own in a temporary folder, reached over a socket in it. */
export interface OpenLdap extends AsyncDisposable {
  home: string;
  /** Applies change records. @returns what ldapmodify said */
  modify(ldif: string, ...options: string[]): Promise<{ exitCode: number; output: string }>;
  /** Every entry, as LDIF without folded lines and without operational attributes. */
  search(): Promise<string>;
}

const ADMINISTRATOR = ['-D', 'cn=admin', '-w', 'local-test'];

/** Writes the configuration of a server whose suffix is the root. @returns its file */
export async function writeServerConfiguration(home: string): Promise<string> {
  await mkdir(path.join(home, 'data'));
  await writeFile(path.join(home, 'contact.schema'), documentedSchema());
  const file = path.join(home, 'slapd.conf');
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include ${SCHEMA}/${name}.schema`);
  const lines = [
    ...schemas,
    `include ${home}/contact.schema`,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${home}/slapd.pid`,
    'database mdb',
    'suffix ""',
    'rootdn "cn=admin"',
    'rootpw local-test',
    `directory ${home}/data`,
    'maxsize 67108864',
    'dbnosync',
    'sizelimit unlimited',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

export async function temporaryServerHome(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'spoolgate-slapd-'));
}

/** @throws with what slapadd says where it refuses a record */
export function slapadd(configuration: string, ldif: string): string {
  return execFileSync('/usr/sbin/slapadd', ['-q', '-f', configuration], {
    input: ldif,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

export async function startOpenLdap(): Promise<OpenLdap> {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryServerHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const configuration = await writeServerConfiguration(home);
  const socket = path.join(home, 'ldapi');
  const url = `ldapi://${encodeURIComponent(socket)}`;
  const server = spawn('/usr/sbin/slapd', ['-d', '0', '-h', url, '-f', configuration], { stdio: 'ignore' });
  opened.defer(() => stop(server));
  await untilReachable(socket, server);
  const all = opened.move();
  return {
    home,
    modify: (ldif, ...options) =>
      run('/usr/bin/ldapmodify', ['-x', '-H', url, ...ADMINISTRATOR, ...options], ldif),
    search: async () => {
      const { output } = await run(
        '/usr/bin/ldapsearch',
        ['-x', '-H', url, ...ADMINISTRATOR, '-LLL', '-o', 'ldif-wrap=no', '-b', '', '-s', 'sub'],
        '',
      );
      return output;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
}

async function untilReachable(socket: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (server.exitCode !== null) throw new Error(`slapd ended with exit code ${server.exitCode}`);
    const reached = await new Promise<boolean>((resolve) => {
      const connection = createConnection(socket, () => resolve(true)).on('error', () => resolve(false));
      connection.on('connect', () => connection.destroy());
    });
    if (reached) return;
    await delay(20);
  }
  throw new Error('slapd cannot be reached');
}

function run(
  command: string,
  options: string[],
  input: string,
): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(command, options, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
    child.stdin?.end(input);
  });
}

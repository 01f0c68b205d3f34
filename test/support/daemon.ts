import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { startDaemon, type Daemon } from '../../daemon/main.ts';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { checkConfiguration, type RawConfiguration } from '../../src/configuration.ts';
import { logTo, type Log } from '../../src/events/log.ts';
import type { Kinds } from '../../src/kinds/kinds.ts';
import { TestClock } from './clock.ts';
import { Courier, signIn } from './courier.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';
import { declared, fixtures, PASSWORDS, type WrittenOrganisation } from './organisation.ts';

/** How long no upload must have ended before a batch starts: short, and longer than an upload takes. */
export const SETTLE_MS = 30;

/** A folder of its own for the daemon's spool, data and files; the embedded server's user can pass. */
export async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-journey-'));
  await chmod(home, 0o711);
  return home;
}

export interface DaemonOptions {
  organisation?: WrittenOrganisation;
  configuration?: RawConfiguration;
  clock?: TestClock;
  kinds?: Kinds;
  /** Puts something into the home before the daemon starts. */
  before?: (home: string) => Promise<void>;
}

/** The real daemon inside the test's process, on free ports, with a database of its own. */
export interface TestDaemon extends AsyncDisposable {
  daemon: Daemon;
  database: TestDatabase;
  clock: TestClock;
  /** Every log line so far, as JSON. */
  log: string[];
  home: string;
  /** Absolute path of a customer's folder. */
  folder(customer: string): string;
  courier(login?: string): Promise<Courier>;
  /** Closes the daemon only; spool and database stay for a look. */
  stop(): Promise<void>;
}

export async function startTestDaemon(options: DaemonOptions = {}): Promise<TestDaemon> {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await cloneDatabase();
  opened.defer(() => database.drop());
  const written = await writeConfiguration(home, database.url, options);
  await options.before?.(home);
  const clock = options.clock ?? new TestClock();
  const log: string[] = [];
  const configuration = { ...checkConfiguration(written.text, written.file), readFrom: written.file };
  const daemon = await startDaemon(configuration, {
    clock,
    log: collectingLog(log),
    ...(options.kinds ? { kinds: options.kinds } : {}),
  });
  const stop = callOnce(() => daemon.close());
  opened.defer(stop);
  const couriers: Courier[] = [];
  opened.defer(() => couriers.forEach(({ client }) => client.close()));
  const all = opened.move();
  return {
    daemon,
    database,
    clock,
    log,
    home,
    folder: (customer) => path.join(home, 'spool', customer),
    courier: async (login = 'acme') => {
      const courier = new Courier(await signIn(daemon.ftpsPort, login, passwordOf(login)), database);
      couriers.push(courier);
      return courier;
    },
    stop,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/**
 * Back to an account store with nothing but what an organisation file says, for the next test on the same daemon. The
 * access accounts stay: their passwords take long to check.
 */
export async function startAfresh(
  { database, clock }: TestDaemon,
  written: WrittenOrganisation,
): Promise<void> {
  await database.query(
    `delete from entry_slice; delete from absent_entry; delete from full_list; delete from directory_entry; delete from refused_entry; delete from batch_note; delete from outbox; delete from change_file; delete from batch;
     delete from seat; delete from group_membership; delete from user_group; delete from technician; delete from password_history;
     delete from subscriber; delete from organisation_item;
     delete from sequence_counter; delete from sequence_ruling; delete from cap_usage; update subscription set seats_taken = 0`,
  );
  const organisation = declared(written);
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(database, clock, organisation, 'enforce');
}

/** Calls it the first time only. */
function callOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | null = null;
  return () => (closing ??= close());
}

export function passwordOf(login: string): string {
  const password = PASSWORDS[login];
  if (password === undefined) throw new Error(`the fixtures have no account ${login}`);
  return password;
}

function collectingLog(lines: string[]): Log {
  return logTo(
    (level, message, fields = {}) =>
      void lines.push(
        JSON.stringify({ level, message, ...fields }, (_, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        ),
      ),
  );
}

/** Writes configuration and organisation file into the home. @param database null for the embedded one */
export async function writeConfiguration(
  home: string,
  database: string | null,
  { organisation, configuration = {} }: DaemonOptions,
): Promise<{ file: string; text: string }> {
  const organisations = path.join(home, 'organisation.yaml');
  await writeFile(organisations, stringify(organisation ?? (await fixtures())));
  const text = stringify({
    data: path.join(home, 'data'),
    spool: path.join(home, 'spool'),
    ...(database === null ? {} : { database }),
    organisations,
    ftps: { host: '127.0.0.1', port: 0, passive: 0 },
    sftp: { host: '127.0.0.1', port: 0 },
    http: { host: '127.0.0.1', port: 0 },
    // A machine under load is late by itself, and `status` would say so.
    cycle: { settleMs: SETTLE_MS, quietSeconds: 3, loopBudgetMs: 60_000 },
    ...configuration,
  });
  const file = path.join(home, 'spoolgate.yaml');
  await writeFile(file, text);
  return { file, text };
}

/** The real daemon as a process of its own, which can be killed. */
export interface DaemonProcess extends AsyncDisposable {
  child: ChildProcess;
  ftpsPort: number;
  sftpPort: number;
  /** Standard output and standard error so far. */
  output(): string;
  courier(login?: string): Promise<Courier>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end. @returns the exit code */
  stop(): Promise<number | null>;
}

/** The embedded database of a new home is set up in some seconds on a busy machine. */
const START_MS_MAX = 120_000;

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));

/**
 * @param environment besides that of the test
 * @param spawned called with the process at once, long before its doors are open
 */
export async function spawnDaemon(
  configurationFile: string,
  environment: NodeJS.ProcessEnv = {},
  spawned: (child: ChildProcess) => void = () => {},
): Promise<DaemonProcess> {
  const child = spawn(process.execPath, [COMMAND_LINE, 'serve', '--config', configurationFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE_URL: undefined, SPOOLGATE_CONFIG: undefined, ...environment },
  });
  spawned(child);
  let output = '';
  const ended = once(child, 'close') as Promise<[number | null]>;
  const started = Promise.withResolvers<{ ftpsPort: number; sftpPort: number }>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const line = /^.*"message":"daemon started".*$/m.exec(output)?.[0];
      if (line) started.resolve({ ftpsPort: portIn(line, 'ftps'), sftpPort: portIn(line, 'sftp') });
    });
  void ended.then(() => started.reject(new Error(`the daemon ended before it had started:\n${output}`)));
  const finish = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await ended;
    return code;
  };
  // A daemon that hangs must not outlive the test that gave it up.
  const deadline = setTimeout(() => {
    started.reject(new Error(`the daemon did not start within ${START_MS_MAX / 1000} s:\n${output}`));
    child.kill('SIGKILL');
  }, START_MS_MAX);
  const { ftpsPort, sftpPort } = await started.promise.finally(() => clearTimeout(deadline));
  return {
    child,
    ftpsPort,
    sftpPort,
    output: () => output,
    courier: async (login = 'acme') => new Courier(await signIn(ftpsPort, login, passwordOf(login)), null),
    kill: async () => void (await finish('SIGKILL')),
    stop: () => finish('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await finish('SIGKILL')),
  };
}

function portIn(line: string, door: string): number {
  return Number(new RegExp(`"${door}":"[^"]*:(\\d+)"`).exec(line)?.[1]);
}

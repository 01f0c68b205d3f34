/**
 * The main job from end to end, on a temporary home: real daemon, real PostgreSQL, other people's clients. Tells what
 * happens, stays up for the person to play with, and leaves nothing behind.
 */
import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { hashPassword } from '../src/accounts/passwords/password-hash.ts';
import { checkConfiguration, type Configuration, type RawConfiguration } from '../src/configuration.ts';
import { presentHostKeys } from '../src/doors/sftp/host-key.ts';
import { demo as words } from '../src/messages/en/demo.ts';
import type { Command } from '../cli/command.ts';
import { FtpsSession, loadFtpsClient } from './client.ts';
import { runCommand, typedCommand } from './commands.ts';
import { DEMO_LOGIN, demoOrganisation, HAND_FILE, CHECKED_LIST } from './files.ts';
import { tellStory } from './chapters.ts';
import { invitation, type Home } from './story.ts';
import type { Daemon } from '../daemon/main.ts';

export const demo: Command = {
  name: 'demo',
  usage: '',
  summary: words.summary,
  details: words.details,
  options: { exit: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, print }) => {
    const stopped = untilStopped();
    const FtpsClient = await loadFtpsClient();
    const { startDaemon } = await import('../daemon/main.ts');
    const { narratingLog } = await import('./log.ts');
    await using opened = new AsyncDisposableStack();
    const folder = await makeHome();
    opened.defer(() => removeHome(folder));
    const password = makePassword();
    const configuration = await configure(folder, password);
    const log = narratingLog(logFile(folder), print);
    print(words.starting);
    const daemon = await startDaemon(configuration, { log });
    opened.defer(() => daemon.close());
    const home = await homeOf(folder, daemon, configuration, password);
    const session = opened.use(new FtpsSession(FtpsClient, home.door));

    const story = tellStory({
      database: daemon.database,
      print,
      ftps: session,
      sftp: { ...home.door, port: home.sftpPort, fingerprints: home.hostKeys },
      command: (...words) => runCommand(home.configuration, folder, words),
    });
    const told = await Promise.race([story.then(() => true), stopped]);
    if (!told || options.exit) return 0;
    log.narrate();
    print(invitation(words.yourTurn, typedCommand(process.env), home));
    print(`\n  ${words.stop}\n`);
    await stopped;
    print(`\n${words.stopping}`);
    return 0;
  },
};

/** Installed before anything starts: whenever the stop comes, everything that was begun is closed and removed. */
function untilStopped(): Promise<false> {
  const stop = Promise.withResolvers<false>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stop.resolve(false));
  // The reader of a pipe is gone, e.g. `| head`.
  process.stdout.on('error', () => stop.resolve(false));
  return stop.promise;
}

async function makeHome(): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-demo-'));
  // As root the embedded PostgreSQL runs as another user, who must be able to pass.
  await chmod(home, 0o711);
  return realpath(home);
}

/** As root, and where that user cannot reach the home, its database lies elsewhere behind a link. */
async function removeHome(home: string): Promise<void> {
  const database = await realpath(path.join(home, 'data', 'postgres')).catch(() => home);
  for (const folder of new Set([database, home])) await rm(folder, { recursive: true, force: true });
}

const PASSWORD_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_LENGTH = 16;

/** Letters and digits that need no quotes and are not mistaken for each other. */
function makePassword(): string {
  const letters = Array.from(
    { length: PASSWORD_LENGTH },
    () => PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)],
  );
  return letters.join('');
}

/** A short settle time keeps the story short; ports are whatever is free. */
async function configure(home: string, password: string): Promise<Configuration> {
  const organisation = path.join(home, 'organisation.yaml');
  const written = demoOrganisation(await hashPassword(password), new Date());
  await writeFile(organisation, written, { mode: 0o600 });
  for (const { name, text } of [HAND_FILE, CHECKED_LIST]) await writeFile(path.join(home, name), text);
  const raw: RawConfiguration = {
    data: path.join(home, 'data'),
    spool: path.join(home, 'spool'),
    organisations: organisation,
    ftps: { host: '127.0.0.1', port: 0, passive: 0 },
    sftp: { host: '127.0.0.1', port: 0 },
    http: { port: 0 },
    // A machine under load is late by itself, and `status` would say so.
    cycle: { settleMs: 300, loopBudgetMs: 60_000 },
    log: { file: logFile(home) },
  };
  const file = configurationFile(home);
  await writeFile(file, stringify(raw));
  return { ...checkConfiguration(stringify(raw), file), readFrom: file };
}

/** For the commands; they ask the daemon, whatever ports it has. */
function configurationFile(home: string): string {
  return path.join(home, 'spoolgate.yaml');
}

function logFile(home: string): string {
  return path.join(home, 'spoolgate.log');
}

async function homeOf(
  folder: string,
  { ftpsPort: port, sftpPort, fingerprint }: Daemon,
  { data, ftps, sftp }: Configuration,
  password: string,
): Promise<Home> {
  const certificate = await readFile(path.join(data, 'certificate.pem'), 'utf8');
  const hostKeys = await presentHostKeys(data, sftp.hostKey);
  return {
    door: { host: ftps.host, port, user: DEMO_LOGIN, password, certificate },
    sftpPort,
    fingerprint,
    hostKeys: hostKeys.map((key) => key.fingerprint),
    configuration: configurationFile(folder),
    handFile: path.join(folder, HAND_FILE.name),
    checkedList: path.join(folder, CHECKED_LIST.name),
    log: logFile(folder),
  };
}

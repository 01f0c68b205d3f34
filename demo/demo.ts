/**
 * The main job from end to end, on a temporary home: real daemon, real PostgreSQL, somebody else's FTPS client. Tells
 * what happens, stays up for the person to play with, and leaves nothing behind.
 */
import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { loadOrganisation } from '../src/accounts/subscribers/load.ts';
import type { Organisation } from '../src/accounts/subscribers/organisation.ts';
import { hashPassword } from '../src/accounts/passwords/password-hash.ts';
import { checkConfiguration, type Configuration, type RawConfiguration } from '../src/configuration.ts';
import type { Database } from '../src/database/open.ts';
import type { Command } from '../cli/command.ts';
import { loadFtpsClient, sendAndFetch, type Door, type Downloads } from './client.ts';
import {
  CLEAN_FILE,
  DEMO_CUSTOMER,
  DEMO_LOGIN,
  demoOrganisation,
  FAULTY_FILE,
  HAND_FILE,
  namedAddresses,
} from './files.ts';
import { narratingLog } from './log.ts';
import { changesBetween, changesTold, downloadsTold, invitation, uploadsTold } from './story.ts';
import { startDaemon, type Daemon } from '../daemon/main.ts';

export const demo: Command = {
  name: 'demo',
  usage: '',
  summary: 'show the main job on a temporary home, and stay up to play with',
  details:
    'Uses its own ports, files and database and removes them at the end. --exit ends right after the story.',
  options: { exit: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, print }) => {
    const stopped = untilStopped();
    const FtpsClient = await loadFtpsClient();
    await using opened = new AsyncDisposableStack();
    const home = await makeHome();
    opened.defer(() => removeHome(home));
    const password = makePassword();
    const configuration = await configure(home, password);
    const log = narratingLog(logFile(home), print);
    print('Starting Spoolgate on a temporary home …');
    const daemon = await startDaemon(configuration, { log });
    opened.defer(() => daemon.close());
    const door = await doorOf(daemon, configuration, password);

    const story = tellStory(daemon.database, print, () =>
      sendAndFetch(FtpsClient, door, [CLEAN_FILE, FAULTY_FILE]),
    );
    const told = await Promise.race([story.then(() => true), stopped]);
    if (!told || options.exit) return 0;
    log.narrate();
    print(invitation(door, daemon.fingerprint, path.join(home, HAND_FILE.name), logFile(home)));
    print('\n  Press Ctrl-C to stop.\n');
    await stopped;
    print('\nStopping, and removing the temporary home.');
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
  await writeFile(organisation, demoOrganisation(await hashPassword(password)), { mode: 0o600 });
  await writeFile(path.join(home, HAND_FILE.name), HAND_FILE.text);
  const raw: RawConfiguration = {
    data: path.join(home, 'data'),
    spool: path.join(home, 'spool'),
    organisations: organisation,
    ftps: { host: '127.0.0.1', port: 0, passive: 0 },
    sftp: { host: '127.0.0.1', port: 0 },
    http: { port: 0 },
    cycle: { settleMs: 300 },
    log: { file: logFile(home) },
  };
  return { ...checkConfiguration(stringify(raw), 'the configuration of the demo'), readFrom: null };
}

function logFile(home: string): string {
  return path.join(home, 'spoolgate.log');
}

async function doorOf(daemon: Daemon, { data, ftps }: Configuration, password: string): Promise<Door> {
  const certificate = await readFile(path.join(data, 'certificate.pem'), 'utf8');
  return { host: ftps.host, port: daemon.ftpsPort, user: DEMO_LOGIN, password, certificate };
}

async function tellStory(
  database: Database,
  print: (text: string) => void,
  send: () => Promise<Downloads>,
): Promise<void> {
  const before = await accounts(database);
  print(uploadsTold([CLEAN_FILE, FAULTY_FILE]));
  print(downloadsTold(await send()));
  const after = await accounts(database);
  print(changesTold(changesBetween(before, after, namedAddresses(CLEAN_FILE, FAULTY_FILE))));
}

function accounts(database: Database): Promise<Organisation> {
  return loadOrganisation(database, DEMO_CUSTOMER, {
    emails: namedAddresses(CLEAN_FILE, FAULTY_FILE),
    notesDns: [],
  });
}

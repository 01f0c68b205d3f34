import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Journal } from '../../src/events/events.ts';
import type { AccessAccount, Right, SignIn } from '../../src/doors/sign-in/access-account.ts';
import { loadOrCreateCertificate, type Certificate } from '../../src/doors/tls/certificate.ts';
import { startFtpsDoor, type FtpsDoor, type FtpsDoorOptions } from '../../src/doors/ftps/door.ts';
import { FolderRoom, type RoomLimits } from '../../src/doors/folder/folder-room.ts';
import { Sessions, type OpenSession, type SessionLimits } from '../../src/doors/sessions.ts';
import type { DoorServices } from '../../src/doors/door-services.ts';
import { startSftpDoor, type SftpDoor, type SftpDoorOptions } from '../../src/doors/sftp/door.ts';
import { loadOrCreateHostKeys, type HostKey } from '../../src/doors/sftp/host-key.ts';
import { CUSTOMER, LOGIN, PASSWORD } from './sign-in.ts';

export const ALL_RIGHTS: Right[] = ['upload', 'download', 'delete', 'journal'];

export interface Event {
  event: string;
  fields: unknown[];
}

/** A journal that remembers its events. */
export function rememberingJournal(): { journal: Journal; events: Event[] } {
  const events: Event[] = [];
  const journal = new Proxy({} as Journal, {
    get:
      (_target, event: string) =>
      (...fields: unknown[]) =>
        void events.push({ event, fields }),
  });
  return { journal, events };
}

/** A customer's folder as activation leaves it. */
export async function customerFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'spoolgate-receive-'));
  for (const folder of ['_processed', '_error', '_report', '_validate', 'journal'])
    await mkdir(join(path, folder));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

export function account(folder: string, rights: Right[] = ALL_RIGHTS): AccessAccount {
  return { login: LOGIN, customer: CUSTOMER, folder, rights: new Set(rights), sources: null, revision: '1' };
}

/** As a door enters it after the sign-in. */
export function sessionOf(login: string, revoke: () => void = () => undefined): OpenSession {
  return { account: { ...account('/nowhere'), login }, revoke };
}

let certificate: Promise<Certificate> | undefined;

/** One per test file: making it takes longer than most tests. */
export function testCertificate(): Promise<Certificate> {
  certificate ??= inTemporaryFolder(loadOrCreateCertificate);
  return certificate;
}

async function inTemporaryFolder<Made>(make: (folder: string) => Promise<Made>): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'spoolgate-certificate-'));
  try {
    return await make(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Knows one customer, by password and by key. */
export function testSignIn(folder: string, rights: Right[] = ALL_RIGHTS, keys: Buffer[] = []): SignIn {
  const answer = (right: boolean) => (right ? account(folder, rights) : null);
  const knows = (login: string, key: Buffer) => login === LOGIN && keys.some((one) => one.equals(key));
  return {
    withPassword: async (login, password) => answer(login === LOGIN && password === PASSWORD),
    withKey: async (login, key) => answer(knows(login, key)),
    knowsKey: async (login, key) => knows(login, key),
  };
}

/** What a test asks of a door of either kind. */
export interface ReceptionOverrides {
  rights?: Right[] | undefined;
  keys?: Buffer[] | undefined;
  signIn?: SignIn | undefined;
  sessions?: Partial<SessionLimits> | undefined;
  room?: Partial<RoomLimits> | undefined;
}

/** One customer's folder, and a services for it that remembers what happens. */
export async function openReception({ rights, keys, ...given }: ReceptionOverrides) {
  const folder = await customerFolder();
  const { journal, events } = rememberingJournal();
  const announced: string[] = [];
  const services: DoorServices = {
    signIn: given.signIn ?? testSignIn(folder.path, rights, keys),
    sessions: new Sessions(given.sessions),
    room: new FolderRoom(given.room),
    announce: ({ name }) => void announced.push(name),
    journal,
  };
  const real = (path: string) => join(folder.path, path);
  const look = {
    folder: folder.path,
    announced,
    events,
    put: (path: string, content: string | Buffer) => writeFile(real(path), content),
    get: (path: string) => readFile(real(path), 'utf8'),
    has: (path: string) => existsSync(real(path)),
    staged: () => (existsSync(real('.staging')) ? readdir(real('.staging')) : Promise.resolve([])),
    seen: (event: string, count = 1) => eventsOf(events, event, count),
  };
  return { services, look, dispose: () => folder[Symbol.asyncDispose]() };
}

/** What a test sees of the customer's folder and of the journal. */
export type Look = Awaited<ReturnType<typeof openReception>>['look'];

export interface TestDoor extends Look, AsyncDisposable {
  door: FtpsDoor;
  port: number;
}

export type DoorOverrides = ReceptionOverrides &
  Partial<
    Pick<
      FtpsDoorOptions,
      | 'implicit'
      | 'host'
      | 'port'
      | 'passive'
      | 'ports'
      | 'publicAddress'
      | 'tls'
      | 'clientCertificates'
      | 'limits'
    >
  >;

/** A real door on loopback with one customer. Sign-ins refused are not delayed unless a test says so. */
export async function openDoor(overrides: DoorOverrides = {}): Promise<TestDoor> {
  const { rights, keys, signIn, sessions, room, limits, ...options } = overrides;
  const opened = await openReception({ rights, keys, signIn, sessions, room });
  const door = await startFtpsDoor({
    implicit: true,
    host: '127.0.0.1',
    port: 0,
    passive: { min: 0, max: 0 },
    tls: await testCertificate(),
    ...opened.services,
    limits: { signInDelayMs: 0, ...limits },
    ...options,
  }).catch(async (error: unknown) => {
    await opened.dispose();
    throw error;
  });
  const dispose = async () => {
    await door.close(0);
    await opened.dispose();
  };
  return { door, port: door.port, ...opened.look, [Symbol.asyncDispose]: dispose };
}

export interface TestSftpDoor extends Look, AsyncDisposable {
  door: SftpDoor;
  port: number;
}

export type SftpOverrides = ReceptionOverrides & Partial<Pick<SftpDoorOptions, 'limits'>>;

/** The other door, on the same terms. */
export async function openSftpDoor(overrides: SftpOverrides = {}): Promise<TestSftpDoor> {
  const { limits, ...given } = overrides;
  const opened = await openReception(given);
  const door = await startSftpDoor({
    host: '127.0.0.1',
    port: 0,
    hostKeys: await testHostKeys(),
    ...opened.services,
    limits: { signInDelayMs: 0, ...limits },
  });
  const dispose = async () => {
    await door.close(0);
    await opened.dispose();
  };
  return { door, port: door.port, ...opened.look, [Symbol.asyncDispose]: dispose };
}

let hostKeys: Promise<HostKey[]> | undefined;

export function testHostKeys(): Promise<HostKey[]> {
  hostKeys ??= inTemporaryFolder(loadOrCreateHostKeys);
  return hostKeys;
}

function eventsOf(events: Event[], event: string, count: number): Promise<Event[]> {
  return vi.waitFor(
    () => {
      const found = events.filter((one) => one.event === event);
      if (found.length < count) throw new Error(`${event}: ${found.length} of ${count}`);
      return found;
    },
    { timeout: 10_000, interval: 5 },
  );
}

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Journal } from '../../src/journal/events.ts';
import type { AccessAccount, Right } from '../../src/receive/access-account.ts';
import { loadOrCreateCertificate, type Certificate } from '../../src/receive/certificate.ts';
import { startFtpsDoor, type FtpsDoor, type FtpsDoorOptions } from '../../src/receive/ftps/door.ts';
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
  for (const folder of ['_processed', '_error', '_report', 'journal']) await mkdir(join(path, folder));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

export function account(folder: string, rights: Right[] = ALL_RIGHTS): AccessAccount {
  return { login: LOGIN, customer: CUSTOMER, folder, rights: new Set(rights) };
}

let certificate: Promise<Certificate> | undefined;

/** One per test file: making it takes longer than most tests. */
export function testCertificate(): Promise<Certificate> {
  certificate ??= madeCertificate();
  return certificate;
}

async function madeCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'spoolgate-certificate-'));
  try {
    return await loadOrCreateCertificate(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface TestDoor extends AsyncDisposable {
  door: FtpsDoor;
  port: number;
  /** The customer's folder. */
  folder: string;
  announced: string[];
  events: Event[];
  put(path: string, content: string | Buffer): Promise<void>;
  get(path: string): Promise<string>;
  has(path: string): boolean;
  /** Names in `.staging`. */
  staged(): Promise<string[]>;
  /** Waits for an event to have come `count` times. */
  seen(event: string, count?: number): Promise<Event[]>;
}

export type DoorOverrides = Partial<FtpsDoorOptions> & { rights?: Right[] };

/** A real door on loopback with one customer. Sign-ins refused are not delayed unless a test says so. */
export async function openDoor({ rights, limits, ...overrides }: DoorOverrides = {}): Promise<TestDoor> {
  const folder = await customerFolder();
  const { journal, events } = rememberingJournal();
  const announced: string[] = [];
  const door = await startFtpsDoor({
    host: '127.0.0.1',
    port: 0,
    passive: { min: 0, max: 0 },
    tls: await testCertificate(),
    signIn: async (login, password) =>
      login === LOGIN && password === PASSWORD ? account(folder.path, rights) : null,
    announce: ({ name }) => void announced.push(name),
    journal,
    limits: { signInDelayMs: 0, ...limits },
    ...overrides,
  }).catch(async (error: unknown) => {
    await folder[Symbol.asyncDispose]();
    throw error;
  });
  const real = (path: string) => join(folder.path, path);
  return {
    door,
    port: door.port,
    folder: folder.path,
    announced,
    events,
    put: (path, content) => writeFile(real(path), content),
    get: (path) => readFile(real(path), 'utf8'),
    has: (path) => existsSync(real(path)),
    staged: () => (existsSync(real('.staging')) ? readdir(real('.staging')) : Promise.resolve([])),
    seen: (event, count = 1) => eventsOf(events, event, count),
    [Symbol.asyncDispose]: async () => {
      await door.close(0);
      await folder[Symbol.asyncDispose]();
    },
  };
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

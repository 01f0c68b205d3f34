import { createHook } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { openDatabase, type Database } from '../../../src/database/open.ts';
import type { AccessAccount, SignIn } from '../../../src/doors/sign-in/access-account.ts';
import { createBans, type Bans } from '../../../src/doors/sign-in/bans.ts';
import { loadOrCreateCertificate } from '../../../src/doors/tls/certificate.ts';
import { FolderRoom } from '../../../src/doors/folder/folder-room.ts';
import { startFtpsDoor } from '../../../src/doors/ftps/door.ts';
import { guardedSignIn } from '../../../src/doors/sign-in/guarded-sign-in.ts';
import type { DoorServices } from '../../../src/doors/door-services.ts';
import { Sessions } from '../../../src/doors/sessions.ts';
import { startSftpDoor } from '../../../src/doors/sftp/door.ts';
import { loadOrCreateHostKeys } from '../../../src/doors/sftp/host-key.ts';
import { createSignIn } from '../../../src/doors/sign-in/sign-in.ts';
import { CUSTOMER, LOGIN, PASSWORD } from '../../support/sign-in.ts';
import { DoorWitness } from './door-witness.ts';

/**
 * Both doors in a process of their own, to be attacked and measured from outside (attacked-doors.ts). Says its ports
 * once, then answers every message with what it uses and has seen. With the URL of a database, accounts and bans are
 * those in it; without one, there is one account, and nobody is banned.
 */
const [databaseUrl, signInDelayMs = '0'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'spoolgate-attacked-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const witness = new DoorWitness();
const account: AccessAccount = {
  login: LOGIN,
  customer: CUSTOMER,
  folder,
  rights: new Set(['upload', 'download', 'delete', 'journal']),
  sources: null,
  revision: '1',
};
const oneAccount: SignIn = {
  withPassword: async (login, password) => (login === LOGIN && password === PASSWORD ? account : null),
  withKey: async () => null,
  knowsKey: async () => false,
};
const services: DoorServices = {
  signIn: databaseUrl ? await storedAccounts(databaseUrl) : oneAccount,
  sessions: new Sessions({ waitingMax: 4_000, sessionsPerAddressMax: 300, sessionsPerAccountMax: 300 }),
  room: new FolderRoom(),
  announce: () => undefined,
  journal: witness.journal,
};
const place = { host: '0.0.0.0', port: 0 };
/** High, so that no test waits; low where requests are to pile up. */
const commandsPerSecondMax = Number(process.env.SPOOLGATE_COMMANDS_PER_SECOND ?? 1_000_000);
const limits = { signInDelayMs: Number(signInDelayMs), commandsPerSecondMax };
const passive = { min: 0, max: 0 };
const tls = await loadOrCreateCertificate(folder);
const ftps = await startFtpsDoor({ ...services, ...place, implicit: true, passive, tls, limits });
const hostKeys = await loadOrCreateHostKeys(folder);
const sftp = await startSftpDoor({ ...services, ...place, hostKeys, limits });

/** How often the process has been called back since it was told to count: by sockets, files, timers and promises. */
let callbacks = 0;
const counting = createHook({ before: () => void (callbacks += 1) });

process.on('message', (message) => {
  if (message === 'count') counting.enable();
  void answer();
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ftpsPort: ftps.port, sftpPort: sftp.port });

/** Every sign-in costs its hash: to the part that remembers passwords for seconds, a minute has passed each time. */
async function storedAccounts(url: string): Promise<SignIn> {
  const database = await openDatabase(url, () => undefined);
  let minutes = 0;
  const hurryingClock = { now: () => new Date(Date.now() + (minutes += 1) * 60_000) };
  const plain = await createSignIn(database, hurryingClock, folder);
  return guardedSignIn(plain, witnessed(createBans(database, systemClock), database));
}

/** A ban is an event of the database; the witness hears of it as soon as it began. */
function witnessed(bans: Bans, database: Database): Bans {
  let last = 0;
  return {
    ...bans,
    failed: async (...given) => {
      await bans.failed(...given);
      const { rows } = await database.query<{ id: number; kind: string; subject: string }>(
        `select id, data->>'kind' as kind, subject from event where id > $1 and type = 'account.banned' order by id`,
        [last],
      );
      for (const { id, kind, subject } of rows.filter((row) => row.id > last)) {
        last = id;
        witness.banned(kind, subject);
      }
    },
  };
}

async function answer(): Promise<void> {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const descriptors = (await readdir('/proc/self/fd')).length;
  const { faults, bans } = witness;
  const sessions = services.sessions.count;
  const { user, system } = process.cpuUsage();
  const cpuMs = (user + system) / 1000;
  process.send?.({ rss, heapUsed, external, descriptors, sessions, faults, bans, callbacks, cpuMs });
}

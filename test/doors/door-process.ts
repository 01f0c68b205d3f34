import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal } from '../../src/journal/events.ts';
import type { AccessAccount } from '../../src/receive/access-account.ts';
import { loadOrCreateCertificate } from '../../src/receive/certificate.ts';
import { FolderRoom } from '../../src/receive/folder-room.ts';
import { startFtpsDoor } from '../../src/receive/ftps/door.ts';
import type { Reception } from '../../src/receive/reception.ts';
import { Sessions } from '../../src/receive/sessions.ts';
import { startSftpDoor } from '../../src/receive/sftp/door.ts';
import { loadOrCreateHostKey } from '../../src/receive/sftp/host-key.ts';
import { CUSTOMER, LOGIN, PASSWORD } from '../receive/sign-in.ts';

/**
 * Both doors in a process of their own, to be attacked and measured from outside (attacked-doors.ts). Says its ports
 * once, then answers every message with what it uses.
 */
const folder = mkdtempSync(join(tmpdir(), 'spoolgate-attacked-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

let faults = 0;
const journal = new Proxy({} as Journal, {
  get: (_target, event) => (_visitor: unknown, error: unknown) => {
    if (event !== 'doorFault') return;
    console.error(error);
    faults += 1;
  },
});
const account: AccessAccount = {
  login: LOGIN,
  customer: CUSTOMER,
  folder,
  rights: new Set(['upload', 'download', 'delete', 'journal']),
};
const reception: Reception = {
  signIn: {
    withPassword: async (login, password) => (login === LOGIN && password === PASSWORD ? account : null),
    withKey: async () => null,
    knowsKey: async () => false,
  },
  sessions: new Sessions({ waitingMax: 4_000, sessionsPerAddressMax: 300, sessionsPerAccountMax: 300 }),
  room: new FolderRoom(),
  announce: () => undefined,
  journal,
};
const place = { host: '0.0.0.0', port: 0 };
const limits = { signInDelayMs: 0, commandsPerSecondMax: 1_000_000 };
const passive = { min: 0, max: 0 };
const tls = await loadOrCreateCertificate(folder);
const ftps = await startFtpsDoor({ ...reception, ...place, implicit: true, passive, tls, limits });
const hostKey = await loadOrCreateHostKey(folder);
const sftp = await startSftpDoor({ ...reception, ...place, hostKey, limits });

process.on('message', () => void answer());
process.on('disconnect', () => process.exit(0));
process.send?.({ ftpsPort: ftps.port, sftpPort: sftp.port });

async function answer(): Promise<void> {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const descriptors = (await readdir('/proc/self/fd')).length;
  process.send?.({ rss, heapUsed, external, descriptors, sessions: reception.sessions.count, faults });
}

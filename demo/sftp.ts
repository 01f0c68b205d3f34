import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import type { DemoFile } from './files.ts';

/** Where the demo signs in over SFTP, and as whom. */
export interface SftpDoor {
  host: string;
  port: number;
  user: string;
  password: string;
  /** `SHA256:…` of every host key: the client trusts these and no other. */
  fingerprints: readonly string[];
}

const CLIENT_MS_MAX = 10_000;

/** Uploads one file in a session of its own, with the client of the package ssh2. */
export async function uploadOverSftp(door: SftpDoor, { name, text }: DemoFile): Promise<void> {
  const { host, port, user, password, fingerprints } = door;
  const client = new ssh2.Client();
  try {
    const ready = once(client, 'ready');
    client.connect({
      host,
      port,
      username: user,
      password,
      readyTimeout: CLIENT_MS_MAX,
      hostVerifier: (key: Buffer) => fingerprints.includes(fingerprintOf(key)),
    });
    await ready;
    const sftp = await promisify(client.sftp.bind(client))();
    await promisify(sftp.writeFile.bind(sftp))(`/${name}`, text);
  } finally {
    client.end();
  }
}

/** As `ssh-keygen -l` shows it. */
function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace('=', '')}`;
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { ensureFolder, writeDurably } from '../../durable.ts';
import { codeOf, messageOf, OperatorFault } from '../../fault.ts';

/** The key that an SFTP client remembers this server by. */
export interface HostKey {
  /** PEM or OpenSSH text. */
  privateKey: string;
  /** As `ssh-keygen -l` shows it: `SHA256:…`. */
  fingerprint: string;
  /** As in `known_hosts`: type and base64. */
  publicKey: string;
}

const FILE_NAME = 'ssh-host-key';
const KEY_MODE = 0o600;

/**
 * The host key: the operator's file where given, else an ed25519 key that is made once and kept, because clients
 * refuse a server whose key has changed.
 *
 * @throws OperatorFault where a file cannot be read or holds no private key
 */
export async function loadOrCreateHostKey(dataFolder: string, given?: string): Promise<HostKey> {
  const path = given ?? hostKeyPath(dataFolder);
  const present = await readIfThere(path, given !== undefined);
  if (present !== null) return readHostKey(present, path);
  const made = makeKeyPair().private;
  await ensureFolder(dataFolder);
  await writeDurably(path, (file) => file.writeFile(made), KEY_MODE);
  return readHostKey(made, path);
}

/** ssh2 1.17 writes about one key in some hundred so that nothing can read it again: such a one is thrown away. */
export function makeKeyPair(): { private: string; public: string } {
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(made.private) instanceof Error)) return made;
  }
}

/** @returns null where none has been made yet */
export async function presentHostKey(dataFolder: string, given?: string): Promise<HostKey | null> {
  const path = given ?? hostKeyPath(dataFolder);
  const present = await readIfThere(path, given !== undefined);
  return present === null ? null : readHostKey(present, path);
}

function hostKeyPath(dataFolder: string): string {
  return join(dataFolder, FILE_NAME);
}

function readHostKey(privateKey: string, path: string): HostKey {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) {
    throw new OperatorFault(`${path}: not readable as a private key without a passphrase: ${key.message}`, 2);
  }
  if (!key.isPrivateKey())
    throw new OperatorFault(`${path}: this is a public key, the private one is needed`, 2);
  const blob = key.getPublicSSH();
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/u, '');
  return { privateKey, fingerprint: `SHA256:${digest}`, publicKey: `${key.type} ${blob.toString('base64')}` };
}

async function readIfThere(path: string, demanded: boolean): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' && !demanded) return null;
    throw new OperatorFault(`Cannot read ${path}: ${messageOf(error)}`, 2);
  });
}

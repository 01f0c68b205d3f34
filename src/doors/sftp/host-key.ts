import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ssh2 from 'ssh2';
import { causeOf } from '../../cause.ts';
import { ensureFolder, removeAttempts, writeDurably } from '../../durable.ts';
import { codeOf, OperatorFault } from '../../fault.ts';
import { operator } from '../../messages/en/operator.ts';

/** The key that an SFTP client remembers this server by. */
export interface HostKey {
  /** PEM or OpenSSH text. */
  privateKey: string;
  /** As `ssh-keygen -l` shows it: `SHA256:…`. */
  fingerprint: string;
  /** As in `known_hosts`: type and base64. */
  publicKey: string;
  /** E.g. `ssh-ed25519`. */
  type: string;
}

/**
 * Keys that are made where the operator gives none. Most clients take the first; some, such as JSch 0.1.x, know no
 * ed25519 and take the second.
 */
const MADE_KEYS = [
  { fileName: 'ssh-host-key', make: () => makeKeyPair('ed25519') },
  { fileName: 'ssh-host-key-ecdsa', make: () => makeKeyPair('ecdsa') },
] as const;
const KEY_MODE = 0o600;
const ECDSA_BITS = 256;

/**
 * The host keys: the operator's files where given, else an ed25519 and an ECDSA key (nistp256) that are made once and
 * kept, because clients refuse a server whose key has changed. For the daemon, which alone may write there.
 *
 * @throws OperatorFault where a file cannot be read or holds no private key, or two hold keys of one type
 */
export async function loadOrCreateHostKeys(
  dataFolder: string,
  given?: readonly string[],
): Promise<HostKey[]> {
  if (given) return readGiven(given);
  const keys: HostKey[] = [];
  for (const { fileName, make } of MADE_KEYS) {
    const path = join(dataFolder, fileName);
    // A start that died while it wrote one has left a private key.
    await removeAttempts(path);
    const present = await readIfThere(path, false);
    keys.push(present === null ? await keep(path, make().private) : readHostKey(present, path));
  }
  return keys;
}

async function keep(path: string, made: string): Promise<HostKey> {
  await ensureFolder(dirname(path));
  await writeDurably(path, (file) => file.writeFile(made), KEY_MODE);
  return readHostKey(made, path);
}

/** ssh2 1.17 writes about one key in some hundred so that nothing can read it again: such a one is thrown away. */
export function makeKeyPair(type: 'ed25519' | 'ecdsa' = 'ed25519'): { private: string; public: string } {
  for (;;) {
    const made =
      type === 'ecdsa'
        ? ssh2.utils.generateKeyPairSync('ecdsa', { bits: ECDSA_BITS })
        : ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(made.private) instanceof Error)) return made;
  }
}

/** @returns those that are there: none before the first start */
export async function presentHostKeys(dataFolder: string, given?: readonly string[]): Promise<HostKey[]> {
  if (given) return readGiven(given);
  const paths = MADE_KEYS.map(({ fileName }) => join(dataFolder, fileName));
  const texts = await Promise.all(paths.map((path) => readIfThere(path, false)));
  return paths.flatMap((path, index) => {
    const text = texts[index] ?? null;
    return text === null ? [] : [readHostKey(text, path)];
  });
}

/** For logs and commands: every fingerprint with the type of its key. */
export function describeHostKeys(keys: readonly HostKey[]): string {
  return keys.map(({ fingerprint, type }) => `${fingerprint} (${type})`).join(', ');
}

async function readGiven(paths: readonly string[]): Promise<HostKey[]> {
  const keys: HostKey[] = [];
  for (const path of paths) {
    const key = readHostKey((await readIfThere(path, true)) ?? '', path);
    if (keys.some(({ type }) => type === key.type))
      throw new OperatorFault(operator.certificates.hostKeyTwice(path, key.type), 2);
    keys.push(key);
  }
  return keys;
}

function readHostKey(privateKey: string, path: string): HostKey {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) {
    throw new OperatorFault(operator.certificates.hostKeyUnreadable(path, key.message), 2);
  }
  if (!key.isPrivateKey()) throw new OperatorFault(operator.certificates.hostKeyPublic(path), 2);
  const blob = key.getPublicSSH();
  const digest = createHash('sha256')
    .update(blob)
    .digest('base64')
    .replace(/={1,2}$/u, '');
  const publicKey = `${key.type} ${blob.toString('base64')}`;
  return { privateKey, fingerprint: `SHA256:${digest}`, publicKey, type: key.type };
}

async function readIfThere(path: string, demanded: boolean): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' && !demanded) return null;
    throw new OperatorFault(operator.certificates.cannotRead(path, causeOf(error)), 2);
  });
}

/**
 * Secrets of webhooks are files: the organisation file names one, the database has that name. So they are in no dump, no
 * backup, no answer of a command. Read for each delivery: a secret that was changed is used at once.
 */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../fault.ts';
import { SECRET_NAME } from '../notice-settings.ts';
import { isSecret } from './sign.ts';

const BYTES_MAX = 4_096;
/** The new one, and those that receivers may still know. */
const SECRETS_MAX = 3;

export type SecretFault = 'secret_missing' | 'secret_unreadable' | 'secret_open' | 'secret_wrong';

/** @returns one or more, the newest first; or what is wrong, never what stands in the file */
export async function readSecrets(
  folder: string,
  name: string,
): Promise<readonly string[] | { fault: SecretFault }> {
  if (!SECRET_NAME.test(name)) return { fault: 'secret_missing' };
  try {
    await using file = await open(path.join(folder, name));
    const { mode, size } = await file.stat();
    // Whoever can read it can speak in our name.
    if ((mode & 0o007) !== 0) return { fault: 'secret_open' };
    if (size > BYTES_MAX) return { fault: 'secret_wrong' };
    const lines = (await file.readFile('utf8')).split('\n').map((line) => line.trim());
    const secrets = lines.filter((line) => line !== '' && !line.startsWith('#'));
    const isRight = secrets.length > 0 && secrets.length <= SECRETS_MAX && secrets.every(isSecret);
    return isRight ? secrets : { fault: 'secret_wrong' };
  } catch (error) {
    return { fault: codeOf(error) === 'ENOENT' ? 'secret_missing' : 'secret_unreadable' };
  }
}

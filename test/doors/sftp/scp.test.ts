import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeKeyPair } from '../../../src/doors/sftp/host-key.ts';
import { openSftpDoor } from '../../support/door.ts';
import { LOGIN } from '../../support/sign-in.ts';

const RUN_MS_MAX = 20_000;
const KEY = makeKeyPair();
/** The first whose scp speaks SFTP. */
const OPENSSH_MIN = 9;
const version = /OpenSSH_(\d+)/u.exec(String(spawnSync('ssh', ['-V']).stderr))?.[1];

function scp(args: string[]): Promise<string> {
  const child = spawn('scp', args, { timeout: RUN_MS_MAX, killSignal: 'SIGKILL' });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(`${text}exit ${code}`));
  });
}

test.runIf(Number(version) >= OPENSSH_MIN)(
  'scp stores a file, fetches it, replaces it by another, and says that all is well',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spoolgate-scp-'));
    try {
      await using door = await openSftpDoor({
        keys: [Buffer.from(KEY.public.split(' ')[1] ?? '', 'base64')],
      });
      const [key, local, fetched] = [join(folder, 'key'), join(folder, 'local'), join(folder, 'fetched')];
      await writeFile(key, KEY.private);
      await chmod(key, 0o600);
      const content = 'a line of a change file\n'.repeat(10_000);
      await writeFile(local, content);
      const settings = [
        'StrictHostKeyChecking=no',
        'UserKnownHostsFile=/dev/null',
        'LogLevel=ERROR',
        'IdentitiesOnly=yes',
      ];
      const options = ['-i', key, '-P', String(door.port), ...settings.flatMap((one) => ['-o', one])];
      expect(await scp([...options, local, `${LOGIN}@127.0.0.1:a.csv`])).toBe('exit 0');
      expect([await door.get('a.csv'), door.announced]).toEqual([content, ['a.csv']]);
      expect(await scp([...options, `${LOGIN}@127.0.0.1:a.csv`, fetched])).toBe('exit 0');
      for (const other of ['shorter\n', `longer\n${content}`, '']) {
        await writeFile(local, other);
        expect(await scp([...options, local, `${LOGIN}@127.0.0.1:a.csv`])).toBe('exit 0');
        expect(await door.get('a.csv')).toBe(other);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

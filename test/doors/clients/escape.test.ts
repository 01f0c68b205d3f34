import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import { openDoor, openSftpDoor, type Look } from '../../support/door.ts';
import { SftpSpeaker } from '../../support/sftp-speaker.ts';
import { Speaker } from '../../support/speaker.ts';

/** `SPOOLGATE_SWAPS=100000` for the long form. */
const SWAPS = Number(process.env.SPOOLGATE_SWAPS ?? 5_000);
const SECRET = 'the secret of another customer';
const WRITE_NEW =
  ssh2.utils.sftp.OPEN_MODE.WRITE | ssh2.utils.sftp.OPEN_MODE.CREAT | ssh2.utils.sftp.OPEN_MODE.TRUNC;

/** What an attacker tries at either door. Everything resolves, also what is refused. */
interface Intruder {
  read(path: string): Promise<string>;
  write(path: string, content: string): Promise<unknown>;
  rename(from: string, to: string): Promise<unknown>;
  remove(path: string): Promise<unknown>;
  list(path: string): Promise<string>;
}

const quiet = (work: Promise<unknown>) => work.catch(() => undefined);
const textOf = (work: Promise<unknown>) => work.then(String, () => '');

function overSftp(client: SftpSpeaker): Intruder {
  return {
    read: (path) => textOf(client.read(path)),
    write: async (path, content) => {
      const handle = await client.open(path, WRITE_NEW).catch(() => null);
      if (!handle) return;
      await quiet(client.write(handle, 0, content));
      await quiet(client.close(handle));
    },
    rename: (from, to) => quiet(client.rename(from, to)),
    remove: (path) => quiet(client.remove(path)),
    list: (path) => textOf(client.names(path)),
  };
}

/** Names with line ends would be several commands here; SFTP sends them as they are. */
function overFtps(client: Speaker): Intruder {
  const line = (path: string) => path.replaceAll(/[\r\n]/gu, '');
  const fetched = async (command: string) => (await client.fetch(command)).content;
  return {
    read: (path) => textOf(fetched(`RETR ${line(path)}`)),
    write: (path, content) => quiet(client.store(line(path), content)),
    rename: async (from, to) => {
      await client.ask(`RNFR ${line(from)}`);
      await client.ask(`RNTO ${line(to)}`);
    },
    remove: (path) => client.ask(`DELE ${line(path)}`),
    list: (path) => textOf(fetched(`MLSD ${line(path)}`)),
  };
}

const DOORS = [
  [
    'FTPS',
    async (use: (intruder: Intruder, look: Look) => Promise<void>) => {
      await using door = await openDoor();
      await using client = await Speaker.signedIn(door.port);
      await use(overFtps(client), door);
    },
  ],
  [
    'SFTP',
    async (use: (intruder: Intruder, look: Look) => Promise<void>) => {
      await using door = await openSftpDoor();
      await using client = await SftpSpeaker.signedIn(door.port);
      await use(overSftp(client), door);
    },
  ],
] as const;

/** A folder beside the customer's, and what must still be true of it afterwards. */
async function outsideFolder(): Promise<
  AsyncDisposable & { path: string; expectUntouched(): Promise<void> }
> {
  const path = await mkdtemp(join(tmpdir(), 'spoolgate-outside-'));
  await writeFile(join(path, 'secret.txt'), SECRET);
  const { mtimeMs } = await stat(join(path, 'secret.txt'));
  return {
    path,
    expectUntouched: async () => {
      expect(await readdir(path)).toEqual(['secret.txt']);
      expect(await readFile(join(path, 'secret.txt'), 'utf8')).toBe(SECRET);
      expect((await stat(join(path, 'secret.txt'))).mtimeMs).toBe(mtimeMs);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** Ways to write `../name` that some server has believed. */
function waysTo(outside: string): string[] {
  const file = `${outside}/secret.txt`;
  const up = '../../'.repeat(12).slice(0, -1);
  return [
    file,
    `/${file}`,
    `${up}${file}`,
    `_report/${up}${file}`,
    `_report/../../${up}${file}`,
    `./.././${up}${file}`,
    `${up.replaceAll('/', '\\')}${file}`,
    `${up.replaceAll('..', '%2e%2e')}${file}`,
    `${up.replaceAll('/', '%2f')}${file}`,
    `${up.replaceAll('/', '%252f')}${file}`,
    `${up.replaceAll('.', '\u2024')}${file}`,
    `${up.replaceAll('.', '\uff0e')}${file}`,
    `${up.replaceAll('/', '\u2215')}${file}`,
    `${up.replaceAll('/', '\uff0f')}${file}`,
    `${up.replaceAll('..', '\u2025')}${file}`,
    `a.csv\u0000/${up}${file}`,
    `${file}\u0000.csv`,
    `a\r\nDELE ${file}`,
    `~/${file}`,
    `~root/${file}`,
    `$HOME/${file}`,
    `file://${file}`,
    `C:${file}`,
    `//?/${file}`,
    'x'.repeat(300),
    `${'é'.repeat(128)}.csv`,
    `${'../../'.repeat(1000)}${file}`,
    '.staging/x',
    '.STAGING/x',
    '.taken/1',
    '_report/.hidden',
    '..',
    '...',
    '. .',
    '',
    '/',
  ];
}

describe.each(DOORS)('%s', (_name, visit) => {
  test('no way of writing a name leads outside', async () => {
    await using outside = await outsideFolder();
    await visit(async (intruder, look) => {
      const seen: string[] = [];
      await look.put('mine.csv', 'mine');
      for (const path of waysTo(outside.path)) {
        seen.push(await intruder.read(path), await intruder.list(path));
        await intruder.write(path, 'overwritten');
        await intruder.rename('mine.csv', path);
        await intruder.rename(path, 'stolen.csv');
        await intruder.remove(path);
      }
      expect(seen.join('\n')).not.toContain(SECRET);
      expect(look.has('stolen.csv') ? await look.get('stolen.csv') : '').not.toContain(SECRET);
      await outside.expectUntouched();
      // What is there now are names in the customer's own folder.
      expect((await readdir(look.folder)).filter((name) => name.includes('/'))).toEqual([]);
    });
  });

  test('links that lie in the folder are no way out', async () => {
    await using outside = await outsideFolder();
    await visit(async (intruder, look) => {
      const at = (name: string) => join(look.folder, name);
      await symlink(join(outside.path, 'secret.txt'), at('link.csv'));
      await symlink(outside.path, at('folder'));
      await rm(at('_report'), { recursive: true });
      await symlink(outside.path, at('_report'));
      await mkdir(at('.staging'), { recursive: true });
      const seen = [
        await intruder.read('link.csv'),
        await intruder.read('folder/secret.txt'),
        await intruder.read('_report/secret.txt'),
        await intruder.list('folder'),
        await intruder.list('_report'),
      ];
      await intruder.write('link.csv', 'overwritten');
      await intruder.write('folder/new.csv', 'new');
      await intruder.rename('link.csv', 'renamed.csv');
      await intruder.remove('_report/secret.txt');
      await link(join(outside.path, 'secret.txt'), at('hard.csv'));
      seen.push(await intruder.read('hard.csv'));
      await intruder.write('hard.csv', 'overwritten');
      await intruder.remove('hard.csv');
      expect(seen.join('\n')).not.toMatch(/secret/);
      await outside.expectUntouched();
    });
  });

  test(`links swapped in and out ${SWAPS} times are no way out`, { timeout: 600_000 }, async () => {
    await using outside = await outsideFolder();
    await visit(async (intruder, look) => {
      const swapper = join(import.meta.dirname, 'swapper.ts');
      const child = spawn(process.execPath, [swapper, look.folder, outside.path, String(SWAPS)], {
        stdio: 'inherit',
      });
      let running = true;
      const ended = once(child, 'exit').finally(() => (running = false));
      let seen = '';
      for (let round = 0; running; round += 1) {
        seen += await intruder.read('swap.csv');
        seen += await intruder.read('_report/secret.txt');
        seen += await intruder.list('_report');
        await intruder.remove('_report/secret.txt');
        await intruder.write('swap.csv', 'mine');
        await intruder.write(`w${round % 10}.csv`, 'mine');
        await intruder.rename('swap.csv', 'mine.csv');
        seen += await intruder.read('mine.csv');
      }
      await ended;
      expect(seen).not.toMatch(/secret/);
      await outside.expectUntouched();
    });
  });
});

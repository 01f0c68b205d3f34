import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration } from '../support/daemon.ts';
import { cloneDatabase } from '../support/database.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));

describe('the real daemon under umask 0, its log read by somebody who goes away', () => {
  let home: string;
  let database: Awaited<ReturnType<typeof cloneDatabase>>;
  let daemon: Awaited<ReturnType<typeof spawnDaemon>>;
  beforeAll(async () => {
    home = await temporaryHome();
    database = await cloneDatabase();
    const before = process.umask(0);
    try {
      const { file } = await writeConfiguration(home, database.url, {});
      daemon = await spawnDaemon(file);
    } finally {
      process.umask(before);
    }
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    await database.drop();
    await rm(home, { recursive: true, force: true });
  });

  const command = (cwd: string, ...words: string[]) => {
    const child = spawn(process.execPath, [COMMAND_LINE, ...words], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DATABASE_URL: undefined, SPOOLGATE_CONFIG: undefined },
    });
    return child;
  };

  it('goes on without its reader, also a command that is piped into one who leaves', async () => {
    daemon.child.stdout?.destroy();
    daemon.child.stderr?.destroy();
    await using courier = await daemon.courier();
    await courier.upload(
      '1000001_PRV_1.csv',
      'emailAddress,action,givenName,familyName\na1@example.com,Add,A,B\n',
    );
    await poll('the file to be filed', 20, async () => {
      const names = await readdir(path.join(home, 'spool', 'acme', '_processed'));
      return names.includes('1000001_PRV_1.csv') ? true : null;
    });
    expect(daemon.child.exitCode).toBeNull();
    const piped = command('/', 'status', '--config', path.join(home, 'spoolgate.yaml'));
    piped.stdout.destroy();
    const [code] = (await once(piped, 'close')) as [number | null];
    expect(code).toBe(0);
  });

  /** Meant for everybody who gets that far: what clients see anyway, below a folder that others do not enter. */
  const READ_BY_ALL = ['certificate.pem', '_status.txt', '_status.json'];

  it('makes nothing that others may write, and nothing that they may read but what is meant for them', async () => {
    await poll('the status of a customer', 20, async () =>
      (await readdir(path.join(home, 'spool', 'acme'))).includes('_status.json') ? true : null,
    );
    for (const place of ['data', 'spool'])
      for (const name of ['.', ...(await readdir(path.join(home, place), { recursive: true }))]) {
        const found = path.join(home, place, name);
        const { mode } = await lstat(found);
        const others = mode & 0o007;
        expect([found, others]).toEqual([found, READ_BY_ALL.includes(path.basename(found)) ? 0o4 : 0]);
        expect([found, mode & 0o020]).toEqual([found, 0]);
      }
  });

  it('n11: setup and status mean the same data from another folder', async () => {
    const elsewhere = path.join(home, 'elsewhere');
    await mkdir(elsewhere);
    const config = path.join(home, 'spoolgate.yaml');
    const ended = command(elsewhere, 'setup', path.join(home, 'organisation.yaml'), '--config', config);
    let said = '';
    ended.stderr.on('data', (chunk) => (said += String(chunk)));
    await once(ended, 'close');
    // The daemon has loaded this very file.
    expect(said).toBe('Already up to date.\n');
    expect(await readdir(elsewhere)).toEqual([]);
  });
});

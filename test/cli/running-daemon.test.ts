import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, lstat, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderFault as ownershipFault, openControlFolder } from '../../src/http/control-socket.ts';
import { ordinaryUser } from '../support/ordinary-user.ts';
import { poll } from '../support/courier.ts';
import { spawnDaemon, startTestDaemon, temporaryHome, writeConfiguration } from '../support/daemon.ts';
import { cloneDatabase } from '../support/database.ts';
import { SpoolProbe } from '../../src/http/spool-probe.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));

describe('health', () => {
  it('n13: is red with the reason while the spool cannot be written, and green again', async () => {
    await using world = await startTestDaemon();
    const health = async () => {
      const answer = await fetch(`http://127.0.0.1:${world.daemon.httpPort}/health`);
      return { code: answer.status, ...((await answer.json()) as { status: string; reason?: string }) };
    };
    expect(await health()).toEqual({ code: 200, status: 'ok' });
    const spool = path.join(world.home, 'spool');
    await rename(spool, `${spool}.away`);
    const red = await poll('a red health', 10, async () => {
      const now = await health();
      return now.code === 503 ? now : null;
    });
    expect(red.status).toBe('spool not writable');
    expect(red.reason).toContain(spool);
    await rename(`${spool}.away`, spool);
    await poll('a green health', 10, async () => ((await health()).code === 200 ? true : null));
    expect((await readdir(spool)).filter((name) => name.includes('probe'))).toEqual([]);
  });

  it('n13: says why: no right to write', async () => {
    const home = await temporaryHome();
    try {
      await chmod(home, 0o555);
      using _ = ordinaryUser();
      const probe = new SpoolProbe(home, { expectThere: async () => {} });
      expect(await probe.fault()).toBe(`the spool "${home}" cannot be written: permission denied (EACCES)`);
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

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
    expect(said).toBe('Everything was as the file says.\n');
    expect(await readdir(elsewhere)).toEqual([]);
  });
});

describe('the control folder', () => {
  it.each([
    [{ uid: 10, mode: 0o40700 }, null],
    [{ uid: 0, mode: 0o40700 }, null],
    [{ uid: 11, mode: 0o40700 }, "belongs to user 11, not to the daemon's user"],
    [{ uid: 10, mode: 0o40770 }, 'is open to others (mode 770)'],
    [{ uid: 10, mode: 0o40701 }, 'is open to others (mode 701)'],
  ])('%j', (folder, fault) => expect(ownershipFault(folder, [10, 0])).toBe(fault));

  it('is not followed as a link, and refused where others may write there', async () => {
    const data = await temporaryHome();
    try {
      const folder = path.join(data, 'control');
      await mkdir(folder);
      await chmod(folder, 0o777);
      await expect(openControlFolder(data)).rejects.toThrow(/is open to others \(mode 777\)/);
      await chmod(folder, 0o700);
      await writeFile(path.join(folder, 'socket'), '');
      await expect(openControlFolder(data)).rejects.toThrow(/is no socket/);
      await rename(folder, `${folder}.real`);
      await symlink(`${folder}.real`, folder);
      await expect(openControlFolder(data)).rejects.toThrow(/ELOOP|ENOTDIR/);
    } finally {
      await rm(data, { recursive: true });
    }
  });
});

import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { passwordOf, startTestDaemon } from '../journeys/daemon.ts';
import { Speaker } from '../receive/speaker.ts';

const run = promisify(execFile);
const FILES = 12;
const CONTENT = `emailAddress,action\n${'x'.repeat(80_000)}`;

/** Mounts a disk of 512 kB as the spool; where this process may not, the daemon's own limit stands in for it. */
async function smallDisk() {
  let unmount: () => Promise<unknown> = async () => {};
  const before = async (home: string) => {
    const spool = path.join(home, 'spool');
    await mkdir(spool);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', spool]);
      unmount = () => run('umount', [spool]);
    } catch {
      // Not allowed here.
    }
  };
  return { before, unmount: () => unmount() };
}

/** @returns the last reply, as a client that hears it in full */
async function store(port: number, name: string): Promise<string> {
  await using speaker = await Speaker.connect(port);
  await speaker.ask('USER acme');
  await speaker.ask(`PASS ${passwordOf('acme')}`);
  return await speaker.store(name, CONTENT);
}

it('a full disk during uploads: the client is told of every file that is not there, and nothing half-written stays', async () => {
  const disk = await smallDisk();
  const one = await startTestDaemon({
    before: disk.before,
    configuration: { cycle: { settleMs: 600_000 }, limits: { folderBytes: 500_000 } },
  });
  try {
    const stored: string[] = [];
    const refused: string[] = [];
    for (let file = 1; file <= FILES; file += 1) {
      const name = `1000001_PRV_${file}.csv`;
      const reply = await store(one.daemon.ftpsPort, name);
      if (reply.startsWith('226')) stored.push(name);
      else refused.push(reply.slice(0, 3));
    }
    expect(stored.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set(['452']));
    const there = (await readdir(one.folder('acme'))).filter((name) => name.endsWith('.csv'));
    expect(there.toSorted()).toEqual(stored.toSorted());
    expect(await readdir(path.join(one.folder('acme'), '.staging'))).toEqual([]);
    await one.stop();
  } finally {
    await one.stop();
    await disk.unmount();
    await one[Symbol.asyncDispose]();
  }
});

import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { expect, it } from 'vitest';
import { signIn } from '../support/courier.ts';
import { passwordOf, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';

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

/** Uploads like a customer. @returns 'stored', or what the client makes of the refusal */
type Store = (one: TestDaemon, name: string) => Promise<string>;

const overFtps: Store = async ({ daemon }, name) => {
  const client = await signIn(daemon.ftpsPort, 'acme', passwordOf('acme'));
  try {
    return await asWord(client.uploadFrom(Readable.from([CONTENT]), name));
  } finally {
    client.close();
  }
};

const { WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;

const overSftp: Store = async ({ daemon }, name) => {
  await using client = await SftpSpeaker.connect(daemon.sftpPort, {
    username: 'acme',
    password: passwordOf('acme'),
  });
  const handle = await client.open(name, WRITE | CREAT | TRUNC).catch(String);
  if (typeof handle === 'string') return handle;
  const written = await asWord(client.write(handle, 0, CONTENT));
  const closed = await asWord(client.close(handle));
  // After a write that has failed the file is not stored either, and the reason is said again.
  if (written !== closed) expect(closed).toBe(written.replace('Error: ', 'Error: File not stored: '));
  return closed;
};

const asWord = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'stored',
    (error: unknown) => String(error),
  );

const NO_ROOM = /No space left|Quota exceeded/u;

it('a full disk during uploads: the client is told of every file that is not there, and nothing half-written stays', async () => {
  const disk = await smallDisk();
  const one = await startTestDaemon({
    before: disk.before,
    configuration: { cycle: { settleMs: 600_000 }, limits: { folderBytes: 500_000 } },
  });
  try {
    const stored: string[] = [];
    const refused = new Map<Store, string[]>([
      [overFtps, []],
      [overSftp, []],
    ]);
    for (let file = 1; file <= FILES; file += 1) {
      const store = file % 2 === 0 ? overFtps : overSftp;
      const name = `1000001_PRV_${file}.csv`;
      const word = await store(one, name);
      if (word === 'stored') stored.push(name);
      else refused.get(store)?.push(word);
    }
    expect(stored.length).toBeGreaterThan(0);
    for (const words of refused.values()) {
      expect(words.length).toBeGreaterThan(0);
      for (const word of words) expect(word).toMatch(NO_ROOM);
    }
    for (const word of refused.get(overFtps) ?? [])
      expect(word).toMatch(/: (452 No space|552 Quota exceeded)/u);
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

import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openDoor, openSftpDoor, type Look } from '../support/door.ts';
import { FTPS_WAYS } from './cut-ftps.ts';
import { makeOpenSshClient, OPENSSH_WAYS, SFTP_WAYS } from './cut-sftp.ts';

/** The short form; `npm run faults -- --cuts N` sets another number. Half of them go to each door. */
const CUTS = Number(process.env.SPOOLGATE_CUTS ?? 40);
const AT_ONCE_MAX = 10;

/** Begins uploads under these names at the same time, and cuts every one of them. */
type Way = (names: string[]) => Promise<void>;

/** Shares the cuts out among the ways, some uploads at the same time, and looks that each is noticed. */
async function cutAll(cuts: number, ways: Way[], door: Look): Promise<void> {
  let done = 0;
  for (const [index, way] of ways.entries()) {
    const last = Math.floor(((index + 1) * cuts) / ways.length);
    while (done < last) {
      const atOnce = Math.min(AT_ONCE_MAX, last - done);
      await way(Array.from({ length: atOnce }, (_, n) => `1000001_PRV_${done + n + 1}.csv`));
      done += atOnce;
      await door.seen('uploadFailed', done);
    }
  }
}

async function expectNothingLeft(cuts: number, door: Look): Promise<void> {
  const told = door.events.map(({ event }) => event).filter((event) => event !== 'signedIn');
  expect(told).toEqual(Array.from({ length: cuts }, () => 'uploadFailed'));
  expect(door.announced).toEqual([]);
  expect(await door.staged()).toEqual([]);
  expect((await readdir(door.folder)).filter((name) => name.endsWith('.csv'))).toEqual([]);
}

const FTPS_CUTS = Math.ceil(CUTS / 2);
const SFTP_CUTS = Math.floor(CUTS / 2);
const LIMIT_MS = 30_000 + CUTS * 500;

it(
  `FTPS: of ${FTPS_CUTS} uploads cut at a random byte none is stored, announced or left behind`,
  async () => {
    await using door = await openDoor();
    const ways = Object.values(FTPS_WAYS).map((way) => (names: string[]) => way(door.port, names));
    await cutAll(FTPS_CUTS, ways, door);
    await expectNothingLeft(FTPS_CUTS, door);
  },
  LIMIT_MS,
);

it(
  `SFTP: of ${SFTP_CUTS} uploads cut at a random byte none is stored, announced or left behind`,
  async () => {
    await using openssh = await makeOpenSshClient();
    await using door = await openSftpDoor({ keys: [openssh.publicKey] });
    const ways: Way[] = Object.values(SFTP_WAYS).map((way) => (names) => way(door.port, names));
    if (spawnSync('ssh', ['-V']).status === 0)
      for (const way of Object.values(OPENSSH_WAYS))
        ways.push((names) => way({ ...openssh, port: door.port, begun: begun(door) }, names));
    await cutAll(SFTP_CUTS, ways, door);
    await expectNothingLeft(SFTP_CUTS, door);
  },
  LIMIT_MS,
);

/** Waits until so many uploads have begun. */
const begun = (door: Look) => async (count: number) =>
  expect.poll(() => door.staged(), { timeout: 10_000, interval: 5 }).toHaveLength(count);

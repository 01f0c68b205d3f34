import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openDoor, type TestDoor } from '../receive/door.ts';
import { Speaker } from '../receive/speaker.ts';
import { mulberry } from '../random.ts';

/** The short form; `npm run faults -- --cuts N` sets another number. */
const CUTS = Number(process.env.SPOOLGATE_CUTS ?? 40);
const AT_ONCE = 10;
const BYTES_MAX = 150_000;
const CLIENT = path.join(import.meta.dirname, '../receive/killed-client.ts');
const random = mulberry(9);

type Way = (door: TestDoor, names: string[]) => Promise<void>;

/** Begins an upload, and when so many bytes are out, cuts it. */
const cutting =
  (cut: (parts: { raw: import('node:net').Socket; control: Speaker }) => void): Way =>
  async (door, names) => {
    await Promise.all(
      names.map(async (name) => {
        const control = await Speaker.signedIn(door.port);
        const raw = await control.rawDataConnection();
        const data = control.secure(raw);
        data.on('error', () => undefined);
        await once(data, 'secureConnect');
        await control.ask(`STOR ${name}`);
        await new Promise((resolve) => data.write(Buffer.alloc(bytesAtRandom(), 'x'), resolve));
        cut({ raw, control });
        await control.reply();
        control.socket.destroy();
      }),
    );
  };

/** A process of its own, with two of the uploads on each version of TLS. */
const killing: Way = async (door, names) => {
  const files = names.map((name) => `${name}:${bytesAtRandom()}`);
  const client = spawn(
    process.execPath,
    [CLIENT, String(door.port), random() < 0.5 ? 'TLSv1.2' : 'TLSv1.3', ...files],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(client.stdout, 'data');
  client.kill('SIGKILL');
};

const WAYS: Record<string, Way> = {
  'the data connection ends without close_notify': cutting(({ raw }) => void raw.end()),
  'the data connection is reset': cutting(({ raw }) => void raw.resetAndDestroy()),
  'both connections are closed': cutting(({ raw, control }) => {
    raw.destroy();
    control.socket.destroy();
  }),
  'the client is killed': killing,
};

function bytesAtRandom(): number {
  return 1 + Math.floor(random() * BYTES_MAX);
}

it(
  `of ${CUTS} uploads cut at a random byte none is stored, announced or left behind`,
  async () => {
    await using door = await openDoor();
    const ways = Object.entries(WAYS);
    for (let done = 0; done < CUTS; done += AT_ONCE) {
      const [, way] = ways[(done / AT_ONCE) % ways.length] ?? [];
      const names = Array.from(
        { length: Math.min(AT_ONCE, CUTS - done) },
        (_, n) => `1000001_PRV_${done + n + 1}.csv`,
      );
      await way?.(door, names);
      await door.seen('uploadFailed', done + names.length);
    }
    expect(door.events.filter(({ event }) => event === 'uploadStored')).toEqual([]);
    expect(door.announced).toEqual([]);
    expect(await door.staged()).toEqual([]);
    expect((await readdir(door.folder)).filter((name) => name.endsWith('.csv'))).toEqual([]);
  },
  30_000 + CUTS * 500,
);

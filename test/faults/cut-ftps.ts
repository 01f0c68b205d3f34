import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import path from 'node:path';
import { Speaker } from '../support/speaker.ts';
import { mulberry } from '../support/random.ts';

const BYTES_MAX = 150_000;
const CLIENT = path.join(import.meta.dirname, '../doors/ftps/killed-client.ts');
const random = mulberry(9);

/** Begins uploads on an FTPS door and cuts them all. */
type Way = (port: number, names: string[]) => Promise<void>;

/** Now and then none at all. */
function bytesAtRandom(): number {
  return random() < 0.1 ? 0 : 1 + Math.floor(random() * BYTES_MAX);
}

/** When so many bytes are out, cuts the upload. */
const cutting =
  (cut: (parts: { raw: Socket; control: Speaker }) => void): Way =>
  async (port, names) => {
    await Promise.all(
      names.map(async (name) => {
        await using control = await Speaker.signedIn(port);
        const raw = await control.rawDataConnection();
        const data = control.secure(raw);
        await once(data, 'secureConnect');
        await control.ask(`STOR ${name}`);
        await new Promise((resolve) => data.write(Buffer.alloc(bytesAtRandom(), 'x'), resolve));
        cut({ raw, control });
        await control.reply();
      }),
    );
  };

/** A process of its own; which version of TLS it speaks, chance decides. */
const killing: Way = async (port, names) => {
  const files = names.map((name) => `${name}:${bytesAtRandom()}`);
  const version = random() < 0.5 ? 'TLSv1.2' : 'TLSv1.3';
  const client = spawn(process.execPath, [CLIENT, String(port), version, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(client.stdout, 'data');
  client.kill('SIGKILL');
};

export const FTPS_WAYS: Record<string, Way> = {
  'the data connection ends without close_notify': cutting(({ raw }) => void raw.end()),
  'the data connection is reset': cutting(({ raw }) => void raw.resetAndDestroy()),
  'both connections are closed': cutting(({ raw, control }) => {
    raw.destroy();
    control.socket.destroy();
  }),
  'the client is killed': killing,
};

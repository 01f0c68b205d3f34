import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDoor } from '../../support/door.ts';

const CLIENT = join(import.meta.dirname, 'killed-client.ts');

/** Sizes of what has arrived when the client dies: nothing, part of a record, whole records, more than a buffer. */
const BYTES_SENT = [0, 1, 10_000, 16_384, 65_536, 200_000];

test.each(['TLSv1.2', 'TLSv1.3'])(
  'trap 2: of 24 uploads by clients killed over %s none is stored',
  async (version) => {
    await using door = await openDoor();
    const clients = [0, 1, 2, 3].map((client) => {
      const files = BYTES_SENT.map((bytes) => `killed-${client}-${bytes}.csv:${bytes}`);
      return spawn(process.execPath, [CLIENT, String(door.port), version, ...files], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    });
    for (const client of clients) {
      await once(client.stdout, 'data');
      client.kill('SIGKILL');
    }
    const failures = await door.seen('uploadFailed', 24);
    expect(failures).toHaveLength(24);
    expect(door.events.filter(({ event }) => event === 'uploadStored')).toEqual([]);
    expect(door.announced).toEqual([]);
    expect(await door.staged()).toEqual([]);
  },
);

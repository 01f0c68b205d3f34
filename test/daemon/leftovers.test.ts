import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startTestDaemon } from '../support/daemon.ts';
import { leaveUnfinished } from '../support/unfinished-write.ts';

const WRITTEN = {
  data: ['ssh-host-key', 'ssh-host-key-ecdsa', 'certificate.pem', 'certificate-key.pem'],
  spool: ['.spool-id'],
};

it('a start removes keys, certificates and identities that an earlier one has half written', async () => {
  await using world = await startTestDaemon({
    before: async (home) => {
      for (const [folder, names] of Object.entries(WRITTEN)) {
        await mkdir(path.join(home, folder));
        for (const name of names) await leaveUnfinished(path.join(home, folder, name));
        const left = await readdir(path.join(home, folder));
        expect(left).toHaveLength(names.length);
      }
    },
  });
  for (const [folder, names] of Object.entries(WRITTEN)) {
    const there = await readdir(path.join(world.home, folder));
    expect(there.filter((name) => name.endsWith('.new'))).toEqual([]);
    for (const name of names) expect((await stat(path.join(world.home, folder, name))).isFile()).toBe(true);
  }
});

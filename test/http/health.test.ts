import { chmod, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpoolProbe } from '../../src/http/spool-probe.ts';
import { ordinaryUser } from '../support/ordinary-user.ts';
import { poll } from '../support/courier.ts';
import { startTestDaemon, temporaryHome } from '../support/daemon.ts';

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
      expect(await probe.fault()).toBe(`cannot write to the spool "${home}": permission denied (EACCES)`);
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

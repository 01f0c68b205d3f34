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
    expect(await health()).toMatchObject({ code: 200, status: 'ok' });
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

describe('what health says of the parts', () => {
  it('is there as JSON and in words, with what to do', async () => {
    await using world = await startTestDaemon({
      configuration: { antivirus: { clamd: '127.0.0.1:1' }, mail: { smtp: 'smtp://127.0.0.1:1' } },
    });
    const at = (place: string, method = 'GET') =>
      fetch(`http://127.0.0.1:${world.daemon.httpPort}${place}`, { method });
    const json = await at('/health');
    expect([json.status, json.headers.get('content-type')]).toEqual([200, 'application/json']);
    const health = (await json.json()) as {
      status: string;
      reason: string;
      parts: Record<string, unknown>[];
    };
    expect(health.status).toBe('degraded');
    expect(health.reason).toBe('virus scanner: clamd cannot be reached; every file waits for it');
    expect(health.parts.map(({ part, status }) => `${String(part)} ${String(status)}`)).toEqual([
      'database ok',
      'spool ok',
      expect.stringMatching(/^disk /),
      'records ok',
      'work ok',
      'scanner failed',
      'mail ok',
      'outbox ok',
      'notices ok',
      'feeds ok',
      'certificate ok',
      'clock ok',
      expect.stringMatching(/^loop /),
    ]);
    const text = await at('/health.txt');
    expect([text.status, text.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const words = await text.text();
    expect(words).toMatch(/^degraded\n\nFAILED {3}virus scanner +clamd cannot be reached/);
    expect(words).toMatch(/\n {9}to do +Start clamd, or correct the key antivirus.clamd/);
    for (const [place, method] of [
      ['/health', 'HEAD'],
      ['/health.txt', 'POST'],
      ['/health/', 'GET'],
      ['/', 'GET'],
    ] as const)
      expect((await at(place, method)).status).toBe(404);
  });
});

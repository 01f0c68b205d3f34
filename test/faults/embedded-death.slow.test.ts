import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration } from '../support/daemon.ts';

const content = (one: string) => `emailAddress,action,givenName,familyName\n${one}@example.com,Add,Ann,One\n`;

it('an embedded database that dies is started again, and applying goes on', async () => {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const { file } = await writeConfiguration(home, null, {});
  const daemon = await spawnDaemon(file);
  opened.defer(async () => void (await daemon.stop()));
  const serverPid = async () => {
    const text = await readFile(path.join(home, 'data/postgres/cluster/postmaster.pid'), 'utf8').catch(
      () => '',
    );
    return Number.parseInt(text, 10) || null;
  };
  await using courier = await daemon.courier();
  expect((await courier.send('1000001_PRV_1.csv', content('one'))).codes).toEqual([0]);
  const first = await serverPid();
  if (first === null) throw new Error('no server runs');
  process.kill(first, 'SIGKILL');
  await courier.upload('1000001_PRV_2.csv', content('two'));
  const second = await poll('a new server', 50, async () => {
    const pid = await serverPid();
    return pid === first ? null : pid;
  });
  expect(second).not.toBe(first);
  expect((await courier.outcome('1000001_PRV_2.csv')).codes).toEqual([0]);
  courier.client.close();
  expect(await daemon.stop(), daemon.output()).toBe(0);
  expect(() => process.kill(second, 0)).toThrow();
}, 60_000);

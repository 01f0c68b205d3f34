import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Status } from '../../cli/status.ts';
import { startTestDaemon, temporaryHome } from '../support/daemon.ts';
import { replaceCertificate } from '../support/certificate-files.ts';
import { spoolgate } from '../support/command-line.ts';

test('a certificate that ends soon is warned of, with and without a daemon, until it is renewed', async () => {
  const folder = await temporaryHome();
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const given = { certificate: path.join(folder, 'c.pem'), key: path.join(folder, 'k.pem') };
  await replaceCertificate(given, 'ftp.example.com', 20.5);
  const ftps = { host: '127.0.0.1', port: 0, passive: 0, ...given } as const;
  await using world = await startTestDaemon({ configuration: { ftps } });
  const { stdout: soon } = await spoolgate(world.home, 'status');
  expect(soon).toMatch(
    /^WARNING: The FTPS certificate \(CN=ftp\.example\.com\) expires on \S+Z, in 20 days\. Install a new .*\n\n\d+ /,
  );
  await replaceCertificate(given, 'ftp.example.com');
  const renewed = JSON.parse((await spoolgate(world.home, 'status', '--json')).stdout) as Status;
  expect(renewed.customers.length).toBeGreaterThan(0);
  expect(renewed.certificates).toMatchObject([
    { door: 'ftps', ...given, subject: 'CN=ftp.example.com', daysLeft: 99, state: 'valid', warning: null },
  ]);
  expect(renewed.loop).toMatchObject({ budgetMs: 60_000, exceeded: expect.any(Number) });
  await world.stop();
  await replaceCertificate(given, 'ftp.example.com', -0.5);
  const { code, stdout } = await spoolgate(world.home, 'status');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^WARNING: .* expired on .*, less than a day ago/),
  ]);
});

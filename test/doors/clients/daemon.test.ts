import { makeKeyPair } from '../../../src/doors/sftp/host-key.ts';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { startDaemon, type Daemon } from '../../../daemon/main.ts';
import type { Clock } from '../../../src/clock.ts';
import { readConfiguration, type Configuration } from '../../../src/configuration.ts';
import { silentLog } from '../../../src/events/log.ts';
import { listBans } from '../../../src/doors/sign-in/bans.ts';
import { passwordOf, startTestDaemon, temporaryHome } from '../../support/daemon.ts';
import { poll } from '../../support/courier.ts';
import { ACME, fixtures } from '../../support/organisation.ts';
import { SftpSpeaker } from '../../support/sftp-speaker.ts';
import { Speaker } from '../../support/speaker.ts';
import { replaceCertificate } from '../../support/certificate-files.ts';
import { spoolgate } from '../../support/command-line.ts';
import { Clamd, INFECTED_MARK, isClamdInstalled, STREAM_BYTES_MAX } from '../../support/clamd.ts';

const FILE = 'emailAddress,action,givenName,familyName\nnew.person@example.com,Add,New,Person\n';
const LOOPBACK = { host: '127.0.0.1', port: 0 };
const WRITE_NEW =
  ssh2.utils.sftp.OPEN_MODE.WRITE | ssh2.utils.sftp.OPEN_MODE.CREAT | ssh2.utils.sftp.OPEN_MODE.TRUNC;

async function store(client: SftpSpeaker, name: string, content: string): Promise<void> {
  const handle = await client.open(name, WRITE_NEW);
  await client.write(handle, 0, content);
  await client.close(handle);
}

test('a change file that came over SFTP, signed in with a key, is processed and told of', async () => {
  const key = makeKeyPair();
  const organisation = await fixtures({
    accounts: [
      {
        login: 'acme',
        password: passwordOf('acme'),
        keys: [key.public, makeKeyPair().public],
      },
    ],
  });
  await using world = await startTestDaemon({ organisation, configuration: { sftp: LOOPBACK } });
  const port = world.daemon.sftpPort;
  await using client = await SftpSpeaker.connect(port, { username: 'acme', privateKey: key.private });
  await store(client, `${ACME}_hr_PRV_10.csv`, FILE);
  const report = await poll(
    'a report',
    20,
    async () => (await client.names('_report')).find((name) => name.endsWith('.txt')) ?? null,
  );
  expect(await client.read(`_report/${report}`)).toContain('CSV entries read: 1');
  expect(world.log.find((line) => line.includes('daemon started'))).toMatch(/"hostKey":"SHA256:/);
});

test('every sign-in, refusal, upload, download, renaming and deletion is recorded', async () => {
  await using world = await startTestDaemon({ configuration: { sftp: LOOPBACK } });
  const { database, daemon } = world;
  await using ftps = await Speaker.connect(daemon.ftpsPort);
  await ftps.ask('USER acme');
  expect(await ftps.ask('PASS wrong')).toMatch(/^530 /);
  await ftps.ask('USER acme');
  expect(await ftps.ask(`PASS ${passwordOf('acme')}`)).toMatch(/^230 /);
  expect(await ftps.store('a.part', 'x')).toMatch(/^226 /);
  await writeFile(path.join(world.folder('acme'), '_report', 'r.txt'), 'report');
  expect((await ftps.fetch('RETR _report/r.txt')).content).toBe('report');
  await ftps.ask('RNFR a.part');
  expect(await ftps.ask('RNTO b.part')).toMatch(/^250 /);
  expect(await ftps.ask('DELE b.part')).toMatch(/^250 /);
  await using sftp = await SftpSpeaker.connect(daemon.sftpPort, {
    username: 'acme',
    password: passwordOf('acme'),
  });
  await store(sftp, 'c.part', 'x');
  await sftp.remove('c.part');
  await world.stop();
  const { rows } = await database.query<Record<string, unknown>>(
    `select *, data->>'protocol' as protocol, data->>'cipher' as cipher from event
      where data ? 'protocol' order by event.id`,
  );
  const shown = rows.map((row) => [row.protocol, row.type, row.who, row.customer_id, row.subject]);
  expect(shown).toEqual([
    ['ftps', 'sign_in.refused', 'acme', ACME, null],
    ['ftps', 'sign_in.accepted', 'acme', ACME, null],
    ['ftps', 'upload.stored', 'acme', ACME, '/a.part'],
    ['ftps', 'download.sent', 'acme', ACME, '/_report/r.txt'],
    ['ftps', 'door.renamed', 'acme', ACME, '/a.part'],
    ['ftps', 'door.deleted', 'acme', ACME, '/b.part'],
    ['sftp', 'sign_in.accepted', 'acme', ACME, null],
    ['sftp', 'upload.stored', 'acme', ACME, '/c.part'],
    ['sftp', 'door.deleted', 'acme', ACME, '/c.part'],
  ]);
  expect(rows[1]).toMatchObject({
    address: '127.0.0.1',
    cipher: expect.stringMatching(/^TLSv1\.3 TLS_/) as string,
  });
  expect(rows[6]).toMatchObject({ cipher: expect.stringMatching(/^SSH-2\.0 curve25519/) as string });
  expect(JSON.stringify(rows)).not.toMatch(new RegExp(`wrong"|${passwordOf('acme')}`));
});

test('a banned address is banned at both doors, and a restart forgets nothing', async () => {
  await using world = await startTestDaemon({ configuration: { sftp: LOOPBACK } });
  const { database, clock, home } = world;
  const guess = async (from: string) => {
    await using ftps = await Speaker.connect(world.daemon.ftpsPort, { localAddress: from });
    await ftps.ask('USER acme');
    return await ftps.ask('PASS wrong');
  };
  const guesses = Array.from({ length: 10 }, () => guess('127.0.0.1'));
  expect(new Set(await Promise.all(guesses))).toEqual(new Set(['530 Login incorrect']));
  const listed = await listBans(database, clock.now(), false);
  expect(listed).toMatchObject([{ kind: 'address', subject: '127.0.0.1' }]);
  await world.stop();

  const configuration = await readConfiguration(path.join(home, 'spoolgate.yaml'), {});
  await using daemon = await startAgain(configuration, clock);
  expect(await listBans(database, clock.now(), false)).toEqual(listed);
  await using ftps = await Speaker.connect(daemon.ftpsPort);
  const right = async () => {
    await ftps.ask('USER acme');
    return ftps.ask(`PASS ${passwordOf('acme')}`);
  };
  const attempt = SftpSpeaker.connect(daemon.sftpPort, { username: 'acme', password: passwordOf('acme') });
  const [refused] = await Promise.all([right(), expect(attempt).rejects.toThrow(/authentication/)]);
  expect(refused).toBe('530 Login incorrect');
  clock.advance(61_000);
  expect(await right()).toMatch(/^230 /);
});

async function startAgain(configuration: Configuration, clock: Clock): Promise<Daemon & AsyncDisposable> {
  const daemon = await startDaemon(configuration, { clock, log: silentLog });
  return { ...daemon, [Symbol.asyncDispose]: () => daemon.close() };
}

test('a slow upload goes on while the certificate changes, and the next connection sees the new one', async () => {
  const folder = await temporaryHome();
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const given = { certificate: path.join(folder, 'c.pem'), key: path.join(folder, 'k.pem') };
  await replaceCertificate(given, 'old.example.com');
  const ftps = { ...LOOPBACK, passive: 0, ...given } as const;
  await using world = await startTestDaemon({ configuration: { ftps } });
  const { ftpsPort } = world.daemon;
  const shown = async () => {
    await using client = await Speaker.connect(ftpsPort);
    return client.socket.getPeerCertificate().subject.CN;
  };
  await using running = await Speaker.connect(ftpsPort);
  await running.ask('USER acme');
  await running.ask(`PASS ${passwordOf('acme')}`);
  const data = await running.dataConnection();
  expect(await running.ask('STOR slow.part')).toMatch(/^150 /);
  data.write('before,');
  expect(await shown()).toBe('old.example.com');
  await replaceCertificate(given, 'new.example.com');
  await poll('the new certificate', 50, async () => ((await shown()) === 'new.example.com' ? true : null));
  data.end('after');
  expect(await running.reply()).toMatch(/^226 /);
  expect(await readFile(path.join(world.folder('acme'), 'slow.part'), 'utf8')).toBe('before,after');
  expect(await running.store('next.part', 'x')).toMatch(/^226 /);
  expect(running.socket.getPeerCertificate().subject.CN).toBe('old.example.com');
});

test('at start, temporary names are swept after a day and staged bytes after an hour', async () => {
  await using first = await startTestDaemon({ configuration: { sftp: LOOPBACK } });
  const folder = first.folder('acme');
  const ages = { '.old.csv': 25, 'old.part': 25, 'new.part': 23, '.staging/left': 2 };
  await using client = await SftpSpeaker.connect(first.daemon.sftpPort, {
    username: 'acme',
    password: passwordOf('acme'),
  });
  await store(client, 'first.tmp', 'x');
  for (const [name, hours] of Object.entries(ages)) {
    const at = new Date(Date.now() - hours * 3_600_000);
    await writeFile(path.join(folder, name), 'x');
    await utimes(path.join(folder, name), at, at);
  }
  await first.daemon.jobs.run('housekeeping');
  const left = (await readdir(folder)).filter((name) => /old|new|first/.test(name));
  expect([left.sort(), await readdir(path.join(folder, '.staging'))]).toEqual([
    ['first.tmp', 'new.part'],
    [],
  ]);
});

test('the explicit port is a door of its own', async () => {
  const ftps = { ...LOOPBACK, passive: 0, explicitPort: 0 } as const;
  await using world = await startTestDaemon({ configuration: { sftp: LOOPBACK, ftps } });
  expect(world.daemon.ftpsExplicitPort).toBeGreaterThan(0);
  expect(world.daemon.ftpsExplicitPort).not.toBe(world.daemon.ftpsPort);
});

test.runIf(isClamdInstalled())(
  'an infected file is quarantined, a clean one applied, with clamd killed and restarted in between',
  async () => {
    await using clamd = await Clamd.start();
    const antivirus = { clamd: clamd.socket, maxBytes: STREAM_BYTES_MAX };
    await using world = await startTestDaemon({ configuration: { sftp: LOOPBACK, antivirus } });
    await using courier = await world.courier();
    const infected = `${ACME}_hr_PRV_1.csv`;
    await courier.upload(infected, `${FILE}${INFECTED_MARK},Add,Bad,File\n`);
    const state = (name: string) => async () => {
      const { rows } = await world.database.query<{ state: string; waits: boolean }>(
        `select state, detail->>'waits' = 'scanner' as waits from change_file where name = $1`,
        [name],
      );
      return rows[0] ?? null;
    };
    const quarantined = async () => ((await state(infected)())?.state === 'quarantined' ? true : null);
    await poll('the infected file to be quarantined', 20, quarantined);
    await clamd.kill();
    const clean = `${ACME}_hr_PRV_2.csv`;
    await courier.upload(clean, FILE);
    await poll('the clean file to wait', 20, async () => ((await state(clean)())?.waits ? true : null));
    expect(existsSync(path.join(world.folder('acme'), clean))).toBe(true);
    const { stdout } = await spoolgate(world.home, 'status');
    expect(stdout).toContain(
      `  1. ${clean} [waiting] waiting for the virus scanner, which is unreachable; retrying every few seconds; no estimate\n`,
    );
    await clamd.run();
    world.clock.advance(6_000);
    const filed = await courier.outcome(clean);
    expect([filed.folder, filed.codes]).toEqual(['_processed', [0]]);
    expect(filed.report + (await otherReports(world.folder('acme')))).toContain(
      'The change file is infected (Spoolgate.Test.UNOFFICIAL). It was quarantined',
    );
    expect(await readdir(path.join(world.home, 'data', 'quarantine', String(ACME)))).toHaveLength(1);
    expect((await courier.client.list('/')).map(({ name }) => name)).not.toContain(infected);
  },
);

async function otherReports(folder: string): Promise<string> {
  const names = await readdir(path.join(folder, '_report'));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, '_report', name), 'utf8')));
  return texts.join('');
}

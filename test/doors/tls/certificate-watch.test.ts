import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CertificateWatch } from '../../../src/doors/tls/certificate-watch.ts';
import { loadOrCreateCertificate, type Certificate } from '../../../src/doors/tls/certificate.ts';
import { openDoor, rememberingJournal } from '../../support/door.ts';
import { Speaker } from '../../support/speaker.ts';

let folder: string;
let given: { certificate: string; key: string };

const DAY_MS = 86_400_000;
const make = (days: number, fromDays = -1) =>
  generate([{ name: 'commonName', value: 'ftp.example.com' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() + fromDays * DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS + DAY_MS / 2),
  });

/** As certbot and others do it: each file by rename. */
async function replace({ cert, private: key }: { cert: string; private: string }): Promise<void> {
  for (const [path, text] of [
    [given.certificate, cert],
    [given.key, key],
  ] as const) {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoolgate-watch-'));
  given = { certificate: join(folder, 'c.pem'), key: join(folder, 'k.pem') };
});
afterAll(() => rm(folder, { recursive: true }));

async function watched() {
  const { journal, events } = rememberingJournal();
  const clock = { aheadDays: 0, now: () => new Date(Date.now() + clock.aheadDays * DAY_MS) };
  const changes: Certificate[] = [];
  const load = () => loadOrCreateCertificate(folder, given);
  const files = [given.certificate, given.key];
  const onChange = (changed: Certificate) => void changes.push(changed);
  const watch = await CertificateWatch.of(await load(), { files, load, onChange, journal, clock });
  return { watch, changes, clock, names: () => events.map(({ event }) => event), events };
}

test('changed files are taken up, unchanged ones are not', async () => {
  await replace(await make(100));
  const { watch, changes, names } = await watched();
  await watch.look();
  expect(changes).toEqual([]);
  const next = await make(200);
  await replace(next);
  await watch.look();
  expect(changes.map(({ cert }) => cert)).toEqual([next.cert]);
  expect(names()).toEqual(['certificateTaken']);
});

test('a certificate whose key has not come yet leaves the old one in force', async () => {
  await replace(await make(100));
  const { watch, changes, names } = await watched();
  const next = await make(200);
  await writeFile(given.certificate, next.cert);
  await watch.look();
  expect([changes, names()]).toEqual([[], ['warned']]);
  await writeFile(given.key, next.private);
  await watch.look();
  expect(changes).toHaveLength(1);
});

test('the end is warned of once a day from 30 days before', async () => {
  await replace(await make(31));
  const { watch, clock, names, events } = await watched();
  expect(names()).toEqual([]);
  clock.aheadDays = 1;
  await watch.look();
  await watch.look();
  expect(names()).toEqual(['certificateExpires']);
  clock.aheadDays = 2;
  await watch.look();
  expect(events.map(({ fields }) => fields[1])).toEqual([30, 29]);
});

test('one that is not valid yet is warned of too, until it is', async () => {
  await replace(await make(100, 2));
  const { watch, clock, events } = await watched();
  expect(events).toMatchObject([{ event: 'warned', fields: ['certificate is not valid yet', {}] }]);
  clock.aheadDays = 3;
  await watch.look();
  expect(events).toHaveLength(1);
});

test('a running transfer goes on with the old certificate, the next session has the new one', async () => {
  await using door = await openDoor();
  await using running = await Speaker.signedIn(door.port);
  const data = await running.dataConnection();
  await running.ask('STOR a.csv');
  data.write('one,');
  const next = await make(100);
  door.door.setCertificate({ cert: next.cert, key: next.private });
  await using later = await Speaker.signedIn(door.port);
  expect(later.socket.getPeerCertificate().subject.CN).toBe('ftp.example.com');
  data.end('two');
  expect(await running.reply()).toMatch(/^226 /);
  expect(await later.store('b.csv', 'x')).toMatch(/^226 /);
  expect(await door.get('a.csv')).toBe('one,two');
});

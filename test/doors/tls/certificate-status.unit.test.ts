import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificateStatus } from '../../../src/doors/tls/certificate-status.ts';
import { certificateFiles, loadOrCreateCertificate } from '../../../src/doors/tls/certificate.ts';

const START = new Date('2026-11-21T12:00:00Z');
const END = new Date('2026-12-31T12:00:00Z');

let folder: string;
let given: { certificate: string; key: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoolgate-certificate-status-'));
  given = { certificate: join(folder, 'c.pem'), key: join(folder, 'k.pem') };
  await renew(START, END);
});
afterAll(() => rm(folder, { recursive: true }));

async function renew(notBeforeDate: Date, notAfterDate: Date): Promise<void> {
  const name = [{ name: 'commonName', value: 'ftp.example.com' }];
  const options = { keyType: 'ec', algorithm: 'sha256', notBeforeDate, notAfterDate } as const;
  const { cert, private: key } = await generate(name, options);
  await writeFile(given.certificate, cert);
  await writeFile(given.key, key);
}

const at = (moment: string) => certificateStatus(folder, given, new Date(moment));

test('a certificate that is well is shown without a warning', async () => {
  expect(await at('2026-11-22T12:00:00Z')).toEqual({
    door: 'ftps',
    ...given,
    subject: 'CN=ftp.example.com',
    fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) as string,
    validFrom: START,
    validTo: END,
    daysLeft: 39,
    state: 'valid',
    warning: null,
  });
});

test.each([
  ['2026-12-06T12:00:00Z', 'expires soon', 'expires on 2026-12-31T12:00:00.000Z, in 25 days.'],
  ['2026-12-30T11:00:00Z', 'expires soon', 'expires on 2026-12-31T12:00:00.000Z, in 1 day.'],
  ['2026-12-31T11:00:00Z', 'expires soon', 'in less than a day.'],
  ['2027-01-02T13:00:00Z', 'expired', 'expired on 2026-12-31T12:00:00.000Z, 2 days ago; clients reject it.'],
  [
    '2026-11-19T11:00:00Z',
    'not yet valid',
    'not valid until 2026-11-21T12:00:00.000Z, in 2 days; clients reject',
  ],
])('on %s it %s, with the way out', async (moment, state, words) => {
  const status = await at(moment);
  expect(status).toMatchObject({ state });
  expect(status?.warning).toContain('The FTPS certificate (CN=ftp.example.com)');
  expect(status?.warning).toContain(words);
  expect(status?.warning).toContain(
    `Install a new certificate and key in ${given.certificate} and ${given.key}`,
  );
});

test('with renewed files the warning goes', async () => {
  await renew(START, new Date('2027-12-31T12:00:00Z'));
  expect(await at('2026-12-30T12:00:00Z')).toMatchObject({ state: 'valid', warning: null, daysLeft: 366 });
  await renew(START, END);
});

test('files that cannot be used are told, and that a running daemon goes on with what it had', async () => {
  const { key } = await loadOrCreateCertificate(join(folder, 'other'));
  await writeFile(given.key, key);
  const status = await at('2026-11-22T12:00:00Z');
  expect(status).toMatchObject({ state: 'unusable', subject: null, validTo: null, daysLeft: null });
  expect(status?.warning).toMatch(
    /does not match the certificate\..* A running daemon keeps the previous one\. Install a new/,
  );
  await unlink(given.key);
  expect((await at('2026-11-22T12:00:00Z'))?.warning).toMatch(
    /cannot be used: ftps\.key: cannot read ".*k\.pem"/,
  );
  await renew(START, END);
});

test('of one that the daemon makes itself there is nothing to tell before its first start', async () => {
  const data = join(folder, 'data');
  expect(await certificateStatus(data, undefined, START)).toBeNull();
  const { subject } = await loadOrCreateCertificate(data);
  const [certificate, key] = certificateFiles(data);
  const old = await certificateStatus(data, undefined, new Date('2100-01-01T00:00:00Z'));
  expect(old).toMatchObject({ state: 'expired', subject, certificate, key });
  expect(old?.warning).toContain(
    `Delete ${certificate} and ${key}; the daemon generates new ones within seconds`,
  );
});

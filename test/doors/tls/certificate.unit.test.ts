import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OperatorFault } from '../../../src/fault.ts';
import { certificateFiles, loadOrCreateCertificate } from '../../../src/doors/tls/certificate.ts';
import { leaveUnfinished } from '../../support/unfinished-write.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoolgate-certificate-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a certificate is made once and kept', async () => {
  const first = await loadOrCreateCertificate(folder);
  expect(await loadOrCreateCertificate(folder)).toEqual(first);
  expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const x509 = new X509Certificate(first.cert);
  expect(x509.subjectAltName).toContain('DNS:localhost, IP Address:127.0.0.1');
  expect(x509.ca).toBe(false);
  const years = (first.validTo.getTime() - Date.now()) / (365.25 * 24 * 3_600_000);
  expect(years).toBeCloseTo(10, 1);
});

test('only the owner can read the key', async () => {
  await loadOrCreateCertificate(folder);
  expect((await stat(join(folder, 'certificate-key.pem'))).mode & 0o777).toBe(0o600);
});

test('what a crash left half made is made again', async () => {
  const first = await loadOrCreateCertificate(folder);
  await unlink(join(folder, 'certificate.pem'));
  expect((await loadOrCreateCertificate(folder)).fingerprint).not.toBe(first.fingerprint);
});

test('what a start that died has half written goes at the next one, whether files were made since or not', async () => {
  const [certificate, key] = certificateFiles(folder);
  for (const file of [certificate, key, key]) await leaveUnfinished(file);
  await loadOrCreateCertificate(folder);
  expect((await readdir(folder)).sort()).toEqual(['certificate-key.pem', 'certificate.pem']);
  await leaveUnfinished(key);
  await loadOrCreateCertificate(folder);
  expect(await readdir(folder)).toHaveLength(2);
});

test("the operator's files are used where given", async () => {
  const made = await loadOrCreateCertificate(folder);
  const given = {
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'certificate-key.pem'),
  };
  expect(await loadOrCreateCertificate('/nowhere', given)).toEqual(made);
});

test.each([
  [
    'missing',
    async () => unlink(join(folder, 'certificate.pem')),
    /^ftps\.certificate: cannot read ".*certificate\.pem": no such file or folder \(ENOENT\)/,
  ],
  ['no PEM', async () => writeFile(join(folder, 'certificate.pem'), 'x'), /not valid PEM/],
  ['of another key', replaceCertificate, /does not match the certificate/],
])('a certificate that is %s is the operator’s fault', async (_title, spoil, message) => {
  await loadOrCreateCertificate(folder);
  await spoil();
  const given = {
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'certificate-key.pem'),
  };
  const failed = loadOrCreateCertificate(folder, given);
  await expect(failed).rejects.toThrow(message);
  await expect(failed).rejects.toBeInstanceOf(OperatorFault);
});

async function replaceCertificate(): Promise<void> {
  const { cert } = await loadOrCreateCertificate(join(folder, 'other'));
  await writeFile(join(folder, 'certificate.pem'), cert);
}

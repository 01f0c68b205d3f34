import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { writeDurably } from '../durable.ts';
import { codeOf, messageOf, OperatorFault } from '../fault.ts';

/** Certificate and key as PEM text, with what an operator compares. */
export interface Certificate {
  cert: string;
  key: string;
  /** SHA-256, upper-case hex with colons, as clients show it. */
  fingerprint: string;
  validTo: Date;
}

const YEARS_VALID = 10;
const CERTIFICATE_MODE = 0o644;
const KEY_MODE = 0o600;

/** Where the certificate and its key lie. */
export function certificateFiles(
  dataFolder: string,
  given?: { certificate: string; key: string },
): [certificate: string, key: string] {
  if (given) return [given.certificate, given.key];
  return [join(dataFolder, 'certificate.pem'), join(dataFolder, 'certificate-key.pem')];
}

/**
 * The door's certificate: the operator's files where given, else a self-signed one that is made once and kept, so
 * that clients which remember it are not asked again.
 *
 * @param given paths of PEM files
 * @throws OperatorFault where a file cannot be read, is no PEM, or the key belongs to another certificate
 */
export async function loadOrCreateCertificate(
  dataFolder: string,
  given?: { certificate: string; key: string },
): Promise<Certificate> {
  if (given)
    return checked(await readGiven(given.certificate), await readGiven(given.key), given.certificate);
  const [certificatePath, keyPath] = certificateFiles(dataFolder);
  const [cert, key] = await Promise.all([readIfThere(certificatePath), readIfThere(keyPath)]);
  if (cert !== null && key !== null) return checked(cert, key, certificatePath);

  const made = await selfSigned();
  await mkdir(dataFolder, { recursive: true });
  // The certificate comes last: both are there, or the next start makes both again.
  await writeDurably(keyPath, (file) => file.writeFile(made.private), KEY_MODE);
  await writeDurably(certificatePath, (file) => file.writeFile(made.cert), CERTIFICATE_MODE);
  return checked(made.cert, made.private, certificatePath);
}

function selfSigned() {
  const name = hostname();
  const notAfterDate = new Date();
  notAfterDate.setUTCFullYear(notAfterDate.getUTCFullYear() + YEARS_VALID);
  return generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: name },
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
}

function checked(cert: string, key: string, path: string): Certificate {
  try {
    const x509 = new X509Certificate(cert);
    if (x509.checkPrivateKey(createPrivateKey(key))) {
      return { cert, key, fingerprint: x509.fingerprint256, validTo: new Date(x509.validTo) };
    }
  } catch (error) {
    throw new OperatorFault(`${path}: certificate or key is not readable as PEM: ${messageOf(error)}`, 2);
  }
  throw new OperatorFault(`${path}: the private key belongs to another certificate`, 2);
}

async function readGiven(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new OperatorFault(`Cannot read ${path}: ${messageOf(error)}`, 2);
  });
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw new OperatorFault(`Cannot read ${path}: ${messageOf(error)}`);
  });
}

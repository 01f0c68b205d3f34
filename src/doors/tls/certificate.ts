import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ensureFolder, removeAttempts, writeDurably } from '../../durable.ts';
import { causeOf } from '../../cause.ts';
import { codeOf, messageOf, OperatorFault } from '../../fault.ts';
import { quoted } from '../../shown-text.ts';
import { operator } from '../../messages/en/operator.ts';

/** Certificate and key as PEM text, with what an operator compares. */
export interface Certificate {
  cert: string;
  key: string;
  /** SHA-256, upper-case hex with colons, as clients show it. */
  fingerprint: string;
  /** Whose it is, on one line, e.g. `CN=ftp.example.com`. */
  subject: string;
  validFrom: Date;
  validTo: Date;
}

/** Paths of the operator's PEM files. */
export interface GivenCertificate {
  certificate: string;
  key: string;
}

const YEARS_VALID = 10;
const CERTIFICATE_MODE = 0o644;
const KEY_MODE = 0o600;

/** What the keys of the configuration say; they go together. */
export function givenCertificate({
  certificate,
  key,
}: {
  certificate?: string | undefined;
  key?: string | undefined;
}): GivenCertificate | undefined {
  return certificate !== undefined && key !== undefined ? { certificate, key } : undefined;
}

/** Where the certificate and its key lie. */
export function certificateFiles(
  dataFolder: string,
  given?: GivenCertificate,
): [certificate: string, key: string] {
  if (given) return [given.certificate, given.key];
  return [join(dataFolder, 'certificate.pem'), join(dataFolder, 'certificate-key.pem')];
}

/**
 * The door's certificate: the operator's files where given, else a self-signed one that is made once and kept, so
 * that clients which remember it are not asked again. For the daemon, which alone may write there.
 *
 * @throws OperatorFault where a file cannot be read, is no PEM, or the key belongs to another certificate
 */
export async function loadOrCreateCertificate(
  dataFolder: string,
  given?: GivenCertificate,
): Promise<Certificate> {
  // A start that died while it wrote one has left a private key.
  if (!given) for (const file of certificateFiles(dataFolder)) await removeAttempts(file);
  const there = await readCertificate(dataFolder, given);
  if (there) return there;
  const [certificatePath, keyPath] = certificateFiles(dataFolder);
  const made = await selfSigned();
  await ensureFolder(dataFolder);
  // The certificate comes last: both are there, or the next start makes both again.
  await writeDurably(keyPath, (file) => file.writeFile(made.private), KEY_MODE);
  await writeDurably(certificatePath, (file) => file.writeFile(made.cert), CERTIFICATE_MODE);
  return checked(made.cert, made.private, quoted(certificatePath));
}

/**
 * The same, and none is made.
 *
 * @returns null where none is given and none has been made yet
 * @throws OperatorFault as above
 */
export async function readCertificate(
  dataFolder: string,
  given?: GivenCertificate,
): Promise<Certificate | null> {
  if (given)
    return checked(
      await readGiven('ftps.certificate', given.certificate),
      await readGiven('ftps.key', given.key),
      `ftps.certificate ${quoted(given.certificate)} with ftps.key ${quoted(given.key)}`,
    );
  const [certificatePath, keyPath] = certificateFiles(dataFolder);
  const [cert, key] = await Promise.all([readIfThere(certificatePath), readIfThere(keyPath)]);
  return cert !== null && key !== null ? checked(cert, key, quoted(certificatePath)) : null;
}

async function selfSigned() {
  // Loaded when it is needed, once in ten years: it is a fifth of what every start would load.
  const { generate } = await import('selfsigned');
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

function checked(cert: string, key: string, what: string): Certificate {
  try {
    const x509 = new X509Certificate(cert);
    if (x509.checkPrivateKey(createPrivateKey(key))) {
      const [validFrom, validTo] = [new Date(x509.validFrom), new Date(x509.validTo)];
      return { cert, key, fingerprint: x509.fingerprint256, subject: subjectOf(x509), validFrom, validTo };
    }
  } catch (error) {
    throw new OperatorFault(operator.certificates.notPem(what, messageOf(error)), 2);
  }
  throw new OperatorFault(operator.certificates.wrongKey(what), 2);
}

/** A certificate may name its host as an alternative name alone. */
function subjectOf({ subject, subjectAltName }: X509Certificate): string {
  return (subject || subjectAltName || operator.certificates.unnamed).replaceAll('\n', ', ');
}

async function readGiven(key: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new OperatorFault(operator.certificates.cannotReadKey(key, quoted(file), causeOf(error)), 2);
  });
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw new OperatorFault(operator.certificates.cannotRead(path, causeOf(error)));
  });
}

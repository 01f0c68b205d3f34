import { rename, writeFile } from 'node:fs/promises';
import { generate } from 'selfsigned';

const DAY_MS = 86_400_000;

/**
 * Makes a certificate and puts it into the files, each by rename, as certbot and others do it.
 *
 * @param days from now to its end
 */
export async function replaceCertificate(
  files: { certificate: string; key: string },
  name: string,
  days = 100,
): Promise<void> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
  });
  for (const [path, text] of [
    [files.certificate, cert],
    [files.key, key],
  ] as const) {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }
}

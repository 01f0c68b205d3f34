import os from 'node:os';
import type { AnswerOf } from '../src/actions/action.ts';
import type { setup } from '../src/actions/setup.ts';
import type { Configuration } from '../src/configuration.ts';
import { certificateStatus } from '../src/doors/tls/certificate-status.ts';
import { givenCertificate } from '../src/doors/tls/certificate.ts';
import { describeHostKeys, presentHostKeys } from '../src/doors/sftp/host-key.ts';
import { escapeHidden } from '../src/shown-text.ts';

const MADE_LATER = 'made at the first start of the daemon';

/** What a customer needs to connect (chapter 20), for the operator to send: no password. */
export async function setupNotice(
  { data, ftps, sftp }: Configuration,
  { id, name, folder, types, logins: made }: AnswerOf<typeof setup>['added'][number],
): Promise<string> {
  const certificate = await certificateStatus(data, givenCertificate(ftps), new Date());
  const hostKeys = await presentHostKeys(data, sftp.hostKey);
  const host = ftps.publicAddress ?? os.hostname();
  const logins = made.map(({ login, rights }) => `${escapeHidden(login)} (${rights.join(', ')})`);
  return [
    `To send to ${escapeHidden(name)} (customer ${id}); passwords go another way:`,
    `  FTPS    ${host}, port ${ftps.port}, implicit TLS, passive mode`,
    `          certificate SHA-256 ${certificate?.fingerprint ?? MADE_LATER}`,
    `  SFTP    ${host}, port ${sftp.port}`,
    `          host keys ${describeHostKeys(hostKeys) || MADE_LATER}`,
    `  folder  ${escapeHidden(folder)}`,
    `  logins  ${logins.join(', ') || 'none yet'}`,
    `  types   ${types.join(', ') || 'none'}`,
  ].join('\n');
}

import os from 'node:os';
import type { AnswerOf } from '../src/actions/action.ts';
import type { setup } from '../src/actions/setup.ts';
import type { Configuration } from '../src/configuration.ts';
import { certificateStatus } from '../src/doors/tls/certificate-status.ts';
import { givenCertificate } from '../src/doors/tls/certificate.ts';
import { describeHostKeys, presentHostKeys } from '../src/doors/sftp/host-key.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.setupNotice;

/** What a customer needs to connect (rules 20), for the operator to send: no password. */
export async function setupNotice(
  { data, ftps, sftp }: Configuration,
  { id, name, folder, types, logins: made }: AnswerOf<typeof setup>['added'][number],
): Promise<string> {
  const certificate = await certificateStatus(data, givenCertificate(ftps), new Date());
  const hostKeys = await presentHostKeys(data, sftp.hostKey);
  const host = ftps.publicAddress ?? os.hostname();
  const logins = made.map(({ login, rights }) => `${escapeHidden(login)} (${rights.join(', ')})`);
  return [
    words.to(escapeHidden(name), id),
    words.ftps(host, ftps.port),
    words.certificate(certificate?.fingerprint ?? words.madeLater),
    words.sftp(host, sftp.port),
    words.hostKeys(describeHostKeys(hostKeys) || words.madeLater),
    words.folder(escapeHidden(folder)),
    words.logins(logins.join(', ') || words.noLogins),
    words.types(types.join(', ') || words.none),
  ].join('\n');
}

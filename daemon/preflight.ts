/**
 * What can be known to be wrong before anything is opened: every fault of the configuration's paths, files, addresses and
 * ports, at once. Nothing stays behind. `serve` begins with it, and `spoolgate config` is it.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { organisationFileSchema } from '../src/accounts/setup/organisation-file.ts';
import { readYaml, type Configuration } from '../src/configuration.ts';
import { expectEmbeddedPrograms } from '../src/database/binaries.ts';
import { causeOf } from '../src/cause.ts';
import { messageOf, OperatorFault } from '../src/fault.ts';
import { listenFault, type ListenPlace } from '../src/listen-fault.ts';
import { givenCertificate, readCertificate } from '../src/doors/tls/certificate.ts';
import { readAuthorities } from '../src/doors/tls/client-certificate.ts';
import { presentHostKeys } from '../src/doors/sftp/host-key.ts';
import { presentReceiptKey } from '../src/receipts/key.ts';
import { quoted } from '../src/shown-text.ts';
import { folderFault, logFileFault } from './preflight-folders.ts';
import { configuration as words } from '../src/messages/en/configuration.ts';

/**
 * @param daemonRuns its own ports are in use then, and rightly so
 * @throws {OperatorFault} exit code 2, one line per fault
 */
export async function preflight(configuration: Configuration, daemonRuns: boolean): Promise<void> {
  const { data, spool, ftps, sftp, log, organisations, database } = configuration;
  const dataFault = await folderFault('data', data);
  const found = [
    dataFault,
    await folderFault('spool', spool),
    log.file === undefined ? null : await logFileFault(log.file),
    database === undefined ? await faultOf(async () => expectEmbeddedPrograms()) : null,
    // What is kept in the data folder cannot be looked at where that cannot be used.
    dataFault !== null && ftps.certificate === undefined
      ? null
      : await faultOf(() => readCertificate(data, givenCertificate(ftps))),
    ftps.clientCa === undefined ? null : await clientCaFault(ftps.clientCa),
    dataFault !== null && sftp.hostKey === undefined ? null : await hostKeyFault(data, sftp.hostKey),
    dataFault !== null ? null : await faultOf(() => presentReceiptKey(data)),
    ...(await Promise.all(organisations.map((file) => faultOf(() => readOrganisationFile(file))))),
    ...(daemonRuns ? [] : await portFaults(places(configuration))),
  ];
  const faults = found.filter((fault) => fault !== null);
  if (faults.length > 0) throw new OperatorFault(faults.join('\n'), 2);
}

/** @throws {OperatorFault} exit code 2, with the file, the line and the key */
export async function readOrganisationFile(file: string) {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new OperatorFault(words.files.organisationUnreadable(quoted(file), causeOf(error)), 2);
  });
  return readYaml(text, file, organisationFileSchema);
}

async function hostKeyFault(data: string, given?: readonly string[]): Promise<string | null> {
  const fault = await faultOf(() => presentHostKeys(data, given));
  return fault === null || fault.startsWith('sftp.hostKey') ? fault : `sftp.hostKey: ${fault}`;
}

async function clientCaFault(file: string): Promise<string | null> {
  return faultOf(async () => {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new OperatorFault(words.files.unreadableKey('ftps.clientCa', quoted(file), causeOf(error)));
    });
    readAuthorities(text);
  });
}

async function faultOf(check: () => Promise<unknown>): Promise<string | null> {
  return check().then(
    () => null,
    (error: unknown) => messageOf(error),
  );
}

function places({ ftps, sftp, http }: Configuration): ListenPlace[] {
  const ftpsPlace = { hostKey: 'ftps.host', host: ftps.host };
  return [
    { ...ftpsPlace, portKey: 'ftps.port', port: ftps.port },
    ...(ftps.explicitPort === undefined
      ? []
      : [{ ...ftpsPlace, portKey: 'ftps.explicitPort', port: ftps.explicitPort }]),
    { hostKey: 'sftp.host', portKey: 'sftp.port', host: sftp.host, port: sftp.port },
    { hostKey: 'http.host', portKey: 'http.port', host: http.host, port: http.port },
  ];
}

/** All are held until all are tried: so two keys with one port are found, too. */
async function portFaults(listed: ListenPlace[]): Promise<string[]> {
  const held: Server[] = [];
  const faults = new Set<string>();
  for (const place of listed) {
    const server = createServer();
    try {
      await listening(server, place);
      held.push(server);
    } catch (error) {
      faults.add(listenFault(place, error).message);
    }
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return [...faults];
}

function listening(server: Server, { host, port }: ListenPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
}

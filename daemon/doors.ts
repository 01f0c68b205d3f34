import { readFile } from 'node:fs/promises';
import type { Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Database } from '../src/database/open.ts';
import { causeOf } from '../src/cause.ts';
import { OperatorFault } from '../src/fault.ts';
import type { Journal } from '../src/events/events.ts';
import type { Announce } from '../src/doors/sign-in/access-account.ts';
import { AccessWatch } from '../src/doors/access-watch.ts';
import { createBans } from '../src/doors/sign-in/bans.ts';
import { CertificateWatch } from '../src/doors/tls/certificate-watch.ts';
import {
  certificateFiles,
  givenCertificate,
  loadOrCreateCertificate,
  type Certificate,
} from '../src/doors/tls/certificate.ts';
import { FolderRoom, type RoomLimits } from '../src/doors/folder/folder-room.ts';
import { startFtpsDoor } from '../src/doors/ftps/door.ts';
import { guardedSignIn } from '../src/doors/sign-in/guarded-sign-in.ts';
import type { DoorLimits } from '../src/doors/limits.ts';
import { outageSignIn } from '../src/doors/sign-in/outage-sign-in.ts';
import type { DoorServices } from '../src/doors/door-services.ts';
import { Sessions, type Fullness, type SessionLimits } from '../src/doors/sessions.ts';
import { startSftpDoor } from '../src/doors/sftp/door.ts';
import { describeHostKeys, loadOrCreateHostKeys } from '../src/doors/sftp/host-key.ts';
import { withFolders } from '../src/doors/sign-in/prepared-folders.ts';
import { createSignIn } from '../src/doors/sign-in/sign-in.ts';
import { operator } from '../src/messages/en/operator.ts';

export interface DoorParts {
  configuration: Configuration;
  database: Database;
  clock: Clock;
  journal: Journal;
  announce: Announce;
  /** Makes what is missing of a customer's folders, where the spool is there. */
  makeFolders: (folder: string) => Promise<void>;
}

export interface Doors extends AsyncDisposable {
  ftpsPort: number;
  /** null where it is not configured. */
  ftpsExplicitPort: number | null;
  sftpPort: number;
  /** SHA-256 of the FTPS certificate. */
  fingerprint: string;
  /** For the start line: addresses and fingerprints. */
  described: Record<string, string>;
  /** Reloads changed certificate files. */
  lookAtCertificate: () => Promise<void>;
  fullness: () => Fullness;
  /** Of FTPS. */
  certificate: () => CertificateTerm;
}

/** Opens all doors on one set of services: they share sessions, sign-in and the customers' folders. */
export async function openDoors(parts: DoorParts): Promise<Doors> {
  const { configuration, database, clock, journal, announce } = parts;
  await using opened = new AsyncDisposableStack();
  const signIn = outageSignIn(
    guardedSignIn(
      await createSignIn(database, clock, configuration.spool),
      createBans(database, clock),
      clock,
    ),
    clock,
  );
  const sessions = new Sessions(sessionLimits(configuration));
  const services: DoorServices = {
    signIn: withFolders(signIn, async ({ customer, folder }) =>
      parts.makeFolders(folder).catch((error: unknown) => journal.folderFailed(customer, error)),
    ),
    sessions,
    room: new FolderRoom(roomLimits(configuration)),
    announce,
    journal,
  };
  const { remembered } = signIn;
  opened.use(new AccessWatch({ database, sessions, journal, remembered }));
  const ftps = await openFtps(configuration, services, clock);
  const doors: AsyncDisposable[] = [ftps];
  // All at the same time: the grace is one, and no door lets anybody in while another closes.
  opened.defer(async () => void (await Promise.all(doors.map((door) => door[Symbol.asyncDispose]()))));
  const sftp = await openSftp(configuration, services);
  doors.push(sftp);
  const closing = opened.move();
  return {
    ftpsPort: ftps.port,
    ftpsExplicitPort: ftps.explicitPort,
    sftpPort: sftp.port,
    fingerprint: ftps.fingerprint,
    described: { ...ftps.described, ...sftp.described },
    lookAtCertificate: ftps.lookAtCertificate,
    fullness: () => sessions.fullness,
    certificate: ftps.certificate,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

interface OpenedFtps extends AsyncDisposable {
  port: number;
  explicitPort: number | null;
  fingerprint: string;
  described: Record<string, string>;
  lookAtCertificate: () => Promise<void>;
  certificate: () => CertificateTerm;
}

/** When it is valid. */
type CertificateTerm = Pick<Certificate, 'validFrom' | 'validTo'>;

async function openFtps(
  configuration: Configuration,
  services: DoorServices,
  clock: Clock,
): Promise<OpenedFtps> {
  await using opened = new AsyncDisposableStack();
  const { data, ftps } = configuration;
  const given = givenCertificate(ftps);
  const load = () => loadOrCreateCertificate(data, given);
  const tls = await load();
  const settings = { ...services, ...(await ftpsSettings(configuration)), tls };
  const door = await startFtpsDoor({ ...settings, implicit: true, port: ftps.port });
  const graceMs = configuration.stop.graceSeconds * 1000;
  opened.defer(() => door.close(graceMs));
  const explicit =
    ftps.explicitPort === undefined
      ? null
      : await startFtpsDoor({ ...settings, implicit: false, port: ftps.explicitPort, ports: door.ports });
  // At the same time as the other: the grace is one, and neither lets anybody in meanwhile.
  if (explicit)
    opened.defer(async () => void (await Promise.all([door.close(graceMs), explicit.close(graceMs)])));
  const files = certificateFiles(data, given);
  const onChange = (changed: Certificate) => {
    door.setCertificate(changed);
    explicit?.setCertificate(changed);
  };
  const { journal } = services;
  const watch = await CertificateWatch.of(tls, { files, load, onChange, journal, clock });
  const closing = opened.move();
  return {
    port: door.port,
    explicitPort: explicit?.port ?? null,
    fingerprint: tls.fingerprint,
    described: {
      ftps: `${ftps.host}:${door.port}`,
      ...(explicit ? { ftpsExplicit: `${ftps.host}:${explicit.port}` } : {}),
      certificate: tls.fingerprint,
    },
    lookAtCertificate: () => watch.look(),
    certificate: () => watch.current,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

async function ftpsSettings(configuration: Configuration) {
  const { host, passive, publicAddress, clientCa, ...rest } = configuration.ftps;
  const { requireSessionReuse, requireCloseNotify, requireClientCertificate: required } = rest;
  const authorities = clientCa === undefined ? null : await readOperatorsFile(clientCa);
  return {
    host,
    passive,
    ...(publicAddress === undefined ? {} : { publicAddress }),
    ...(authorities === null ? {} : { clientCertificates: { authorities, required } }),
    limits: { ...doorLimits(configuration), requireSessionReuse, requireCloseNotify },
  };
}

interface OpenedSftp extends AsyncDisposable {
  port: number;
  described: Record<string, string>;
}

export async function openSftp(configuration: Configuration, services: DoorServices): Promise<OpenedSftp> {
  const { host, port, hostKey: files } = configuration.sftp;
  const hostKeys = await loadOrCreateHostKeys(configuration.data, files);
  const door = await startSftpDoor({ ...services, host, port, hostKeys, limits: doorLimits(configuration) });
  return {
    port: door.port,
    described: { sftp: `${host}:${door.port}`, hostKey: describeHostKeys(hostKeys) },
    [Symbol.asyncDispose]: () => door.close(configuration.stop.graceSeconds * 1000),
  };
}

async function readOperatorsFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new OperatorFault(operator.certificates.cannotRead(path, causeOf(error)), 2);
  });
}

function sessionLimits({ limits }: Configuration): SessionLimits {
  return {
    waitingMax: limits.waitingConnections,
    sessionsMax: limits.sessions,
    sessionsPerAddressMax: limits.sessionsPerAddress,
    sessionsPerAccountMax: limits.sessionsPerAccount,
    backlogPerAccountMax: limits.backlogPerAccount,
    backlogPerAddressMax: limits.backlogPerAddress,
  };
}

function roomLimits({ limits }: Configuration): Partial<RoomLimits> {
  const { folderBytes, folderFiles, resultBytes } = limits;
  const reserved = resultBytes === undefined ? {} : { resultBytesReserved: resultBytes };
  return { folderBytesMax: folderBytes, folderFilesMax: folderFiles, ...reserved };
}

function doorLimits({ limits }: Configuration): Partial<DoorLimits> {
  return {
    signInMsMax: limits.signInSeconds * 1000,
    keyOffersMax: limits.keyOffers,
    keyExchangesPerMinuteMax: limits.keyExchangesPerMinute,
    idleMsMax: limits.idleSeconds * 1000,
    dataStalledMsMax: limits.stalledSeconds * 1000,
    commandsPerSecondMax: limits.commandsPerSecond,
    fileBytesMax: limits.fileBytes,
  };
}

import { messageOf } from '../fault.ts';
import type { Log } from './log.ts';

/** Who acts at a door, for every event of the doors. */
export interface Peer {
  protocol: 'ftps' | 'sftp';
  /** The client's network address, as text. */
  address: string;
  /** Empty before sign-in. */
  login: string;
  /** null before sign-in. */
  customer: number | null;
  /** e.g. `TLSv1.3 TLS_AES_256_GCM_SHA384`. */
  cipher: string;
}

/**
 * One function per event, called at one place each: log, counters and journal cannot drift apart. A field never
 * carries a password, a token or the content of a change file.
 */
export interface Journal {
  daemonStarted(doors: Record<string, string>): void;
  daemonStopping(signal: string): void;
  daemonStopped(): void;
  databaseReady(what: string, migrations: number): void;
  organisationsLoaded(file: string, changes: number): void;
  warned(message: string, fields?: Record<string, unknown>): void;

  signedIn(peer: Peer): void;
  signInRefused(peer: Peer, reason: string): void;
  /** Open sessions of an account that is no longer what it was when they signed in. */
  sessionsRevoked(login: string, sessions: number, account: 'changed' | 'removed'): void;
  uploadStored(peer: Peer, file: string, bytes: number, ms: number): void;
  uploadFailed(peer: Peer, file: string, bytes: number, reason: string): void;
  downloaded(peer: Peer, path: string, bytes: number): void;
  /** @param bytes sent so far: they may be all */
  downloadFailed(peer: Peer, path: string, bytes: number, reason: string): void;
  deleted(peer: Peer, path: string): void;
  renamed(peer: Peer, from: string, to: string): void;
  doorFault(peer: Peer, error: unknown): void;
  scannerUnavailable(customer: number, file: string, reason: string): void;
  fileQuarantined(customer: number, file: string, reason: string): void;
  banned(kind: string, subject: string, until: Date): void;
  certificateTaken(fingerprint: string, validTo: Date): void;
  certificateExpires(validTo: Date, daysLeft: number): void;
  temporaryFilesSwept(customer: number, files: string[]): void;

  fileAdmitted(customer: number, file: string, bytes: number): void;
  fileReplaced(customer: number, file: string, bytes: number): void;
  fileWithdrawn(customer: number, file: string): void;
  fileRejected(customer: number, file: string, code: number | null, reason: string): void;
  fileDeferred(customer: number, file: string, waitsFor: string, until: string): void;
  fileApplied(customer: number, file: string, counts: AppliedCounts): void;
  sliceApplied(customer: number, file: string, counts: AppliedCounts, total: number): void;
  /** An earlier file has said the same, under another number: allowed, and worth a look. */
  contentRepeated(customer: number, file: string, earlier: string): void;
  fileFiled(customer: number, file: string, folder: string): void;
  reportWritten(customer: number, report: string, files: number): void;
  turnFailed(customer: number, error: unknown): void;
  /** The database connection was lost: the customer is worked for again, by this daemon or another. */
  turnInterrupted(customer: number, error: unknown): void;
  purged(counts: { files: number; bytes: number; results: number; failed: number }): void;
  dispatcherFailed(error: unknown): void;
  /** A fault of ours, while an action was carried out for a command. */
  commandFailed(action: string, error: unknown): void;
  /** @param causes who had the time, the most first */
  loopBlocked(ms: number, budgetMs: number, causes: { work: string; ms: number }[]): void;
  /** A customer's folder cannot be looked at, or not be prepared. */
  folderFailed(customer: number, error: unknown): void;
  databaseAway(error: unknown): void;
  databaseBack(): void;
  /** @param places in the customer's folder, of which the ledger knows nothing */
  spoolDiffers(customer: number, places: string[]): void;
  /** What a crash had left apart and is right again. */
  recovered(customer: number, what: string[]): void;

  mailSent(customer: number, outboxId: string): void;
  mailFailed(customer: number, outboxId: string, error: unknown, nextTry: Date | null): void;
  removalFinished(customer: number, count: number): void;
}

export interface AppliedCounts {
  entries: number;
  written: number;
  readErrors: number;
  writeErrors: number;
  /** From the claim to the commit. */
  ms: number;
}

const PLACES_SHOWN_MAX = 20;

/** A journal that writes one log line per event. */
export function journalTo(log: Log): Journal {
  return { ...daemonEvents(log), ...doorEvents(log), ...fileEvents(log), ...mailEvents(log) };
}

interface Writers {
  info: (event: string, fields?: Record<string, unknown>) => void;
  warn: (event: string, fields: Record<string, unknown>) => void;
  fail: (event: string, fields: Record<string, unknown>) => void;
}

function writersOf(log: Log): Writers {
  return {
    info: (event, fields = {}) => log.log('info', event, fields),
    warn: (event, fields) => log.log('warn', event, fields),
    fail: (event, fields) => log.log('error', event, fields),
  };
}

function daemonEvents(log: Log) {
  const { info, warn } = writersOf(log);
  return {
    daemonStarted: (doors) => info('daemon started', doors),
    daemonStopping: (signal) => info('daemon stopping', { signal }),
    daemonStopped: () => info('daemon stopped'),
    databaseReady: (what, migrations) => info('database ready', { database: what, migrations }),
    organisationsLoaded: (file, changes) => info('organisations loaded', { file, changes }),
    warned: (message, fields = {}) => warn(message, fields),
  } satisfies Partial<Journal>;
}

function doorEvents(log: Log) {
  const { info, warn, fail } = writersOf(log);
  return {
    signedIn: (peer) => info('signed in', { ...peer }),
    signInRefused: (peer, reason) => warn('sign-in refused', { ...peer, reason }),
    sessionsRevoked: (login, sessions, account) =>
      warn(`sessions closed: account ${account}`, { login, sessions }),
    uploadStored: (peer, file, bytes, ms) => info('upload stored', { ...peer, file, bytes, ms }),
    uploadFailed: (peer, file, bytes, reason) => warn('upload failed', { ...peer, file, bytes, reason }),
    downloaded: (peer, path, bytes) => info('downloaded', { ...peer, path, bytes }),
    downloadFailed: (peer, path, bytes, reason) => warn('download aborted', { ...peer, path, bytes, reason }),
    deleted: (peer, path) => info('deleted', { ...peer, path }),
    renamed: (peer, from, to) => info('renamed', { ...peer, from, to }),
    scannerUnavailable: (customer, file, reason) =>
      warn('virus scanner unavailable', { customer, file, reason }),
    fileQuarantined: (customer, file, reason) => warn('file quarantined', { customer, file, reason }),
    banned: (kind, subject, until) => warn('banned', { kind, subject, until: until.toISOString() }),
    certificateTaken: (fingerprint, validTo) =>
      info('certificate reloaded', { fingerprint, validTo: validTo.toISOString() }),
    certificateExpires: (validTo, daysLeft) =>
      warn('certificate expiring', { validTo: validTo.toISOString(), daysLeft }),
    temporaryFilesSwept: (customer, files) => info('temporary files removed', { customer, files }),
    doorFault: (peer, error) => fail('internal error in a session', { ...peer, error: stackOf(error) }),
  } satisfies Partial<Journal>;
}

function fileEvents(log: Log) {
  const { info, warn, fail } = writersOf(log);
  return {
    fileAdmitted: (customer, file, bytes) => info('file admitted', { customer, file, bytes }),
    fileReplaced: (customer, file, bytes) => info('file replaced while waiting', { customer, file, bytes }),
    fileWithdrawn: (customer, file) => info('file withdrawn', { customer, file }),
    fileRejected: (customer, file, code, reason) => warn('file rejected', { customer, file, code, reason }),
    fileDeferred: (customer, file, waitsFor, until) =>
      info('file deferred', { customer, file, waitsFor, until }),
    fileApplied: (customer, file, counts) => info('file applied', { customer, file, ...counts }),
    contentRepeated: (customer, file, earlier) =>
      info('same content as an earlier file', { customer, file, earlier }),
    sliceApplied: (customer, file, counts, total) =>
      info('file partly applied', { customer, file, ...counts, total }),
    fileFiled: (customer, file, folder) => info('file filed', { customer, file, folder }),
    reportWritten: (customer, report, files) => info('report written', { customer, report, files }),
    loopBlocked: (ms, budgetMs, causes) => warn('event loop blocked', { ms, budgetMs, causes }),
    commandFailed: (action, error) => fail('command failed', { action, error: stackOf(error) }),
    dispatcherFailed: (error) => fail('dispatcher failed', { error: stackOf(error) }),
    folderFailed: (customer, error) => fail('customer folder failed', { customer, reason: messageOf(error) }),
    databaseAway: (error) => fail('database unreachable', { reason: messageOf(error) }),
    databaseBack: () => info('database reachable again'),
    spoolDiffers: (customer, places) =>
      fail('the database has no record of files in the spool', {
        customer,
        count: places.length,
        files: places.slice(0, PLACES_SHOWN_MAX),
        hint: 'the database lost its last commits, or the files were put there by hand; see: spoolgate reconcile --dry-run',
      }),
    recovered: (customer, what) => warn('recovered', { customer, what }),
    turnFailed: (customer, error) => fail('processing failed', { customer, error: stackOf(error) }),
    turnInterrupted: (customer, error) =>
      warn('processing interrupted: database connection lost', { customer, reason: messageOf(error) }),
    purged: (counts) => (counts.failed > 0 ? warn : info)('purged', { ...counts }),
  } satisfies Partial<Journal>;
}

function mailEvents(log: Log) {
  const { info, warn } = writersOf(log);
  return {
    mailSent: (customer, outboxId) => info('mail sent', { customer, outboxId }),
    mailFailed: (customer, outboxId, error, nextTry) =>
      warn('mail failed', { customer, outboxId, error: messageOf(error), nextTry }),
    removalFinished: (customer, count) => info('removals finished', { customer, count }),
  } satisfies Partial<Journal>;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

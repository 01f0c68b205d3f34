import { messageOf } from '../fault.ts';
import type { Reason } from '../messages/reply.ts';
import type { NewEvent, StoredReason } from './catalog.ts';
import type { Log } from './log.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';
import { lineOf } from './sinks/log.ts';

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

/** Who has tried a file; null: not known any more, or it came by other means. */
export interface TriedFile {
  customer: number;
  name: string;
  who: string | null;
  /** The client's network address. */
  address: string | null;
}

/**
 * What the program tells that no transaction makes true. One function each: a field never carries a password, a token or
 * the content of a change file. All else is recorded where it becomes true (record.ts).
 */
export interface Journal extends LogOnly, Happenings {}

/** Recorded a moment later (recorder.ts). */
export interface Happenings {
  signedIn(peer: Peer): void;
  signInRefused(peer: Peer, why: Reason): void;
  /** Open sessions of an account that is no longer what it was when they signed in. */
  sessionsRevoked(login: string, sessions: number, account: 'changed' | 'removed'): void;
  uploadStored(peer: Peer, file: string, bytes: number, ms: number): void;
  uploadFailed(peer: Peer, file: string, bytes: number, why: Reason): void;
  downloaded(peer: Peer, path: string, bytes: number): void;
  /** @param bytes sent so far: they may be all */
  downloadFailed(peer: Peer, path: string, bytes: number, why: Reason): void;
  deleted(peer: Peer, path: string): void;
  renamed(peer: Peer, from: string, to: string): void;
  /** A file in `_validate` has its answer. */
  fileTried(tried: TriedFile, data: Extract<NewEvent, { type: 'file.tried' }>['data']): void;
  certificateTaken(fingerprint: string, validTo: Date): void;
  certificateExpires(validTo: Date, daysLeft: number): void;
  temporaryFilesSwept(customer: number, files: string[]): void;
  jobFailed(job: string, error: unknown): void;
  databaseBack(): void;
}

/** Log only: not recorded, because the database may be what is wrong, or because it says how the program itself is. */
export interface LogOnly {
  daemonStarted(doors: Record<string, string>): void;
  daemonStopping(signal: string): void;
  daemonStopped(): void;
  databaseReady(what: string, migrations: number): void;
  organisationsLoaded(file: string, changes: number): void;
  warned(message: string, fields?: Record<string, unknown>): void;
  doorFault(peer: Peer, error: unknown): void;
  scannerUnavailable(customer: number, file: string, reason: string): void;
  turnFailed(customer: number, error: unknown): void;
  /** The database connection was lost: the customer is worked for again, by this daemon or another. */
  turnInterrupted(customer: number, error: unknown): void;
  dispatcherFailed(error: unknown): void;
  /** A fault of ours, while an action was carried out for a command. */
  commandFailed(action: string, error: unknown): void;
  /** @param causes who had the time, the most first */
  loopBlocked(ms: number, budgetMs: number, causes: { work: string; ms: number }[]): void;
  /** A customer's folder cannot be looked at, or not be prepared. */
  folderFailed(customer: number, error: unknown): void;
  databaseAway(error: unknown): void;
  /** @param places in the customer's folder, of which the ledger knows nothing */
  spoolDiffers(customer: number, places: string[]): void;
  /** What a crash had left apart and is right again. */
  recovered(customer: number, what: string[]): void;
}

const PLACES_SHOWN_MAX = 20;

/** A journal that writes one log line for each call, and records nothing. */
export function journalTo(log: Log): Journal {
  return { ...logOnly(log), ...happenings((event) => writeUnrecorded(log, event)) };
}

/** A journal that records all that can be: a follower writes the lines of these. */
export function recordingJournal(
  log: Log,
  parts: Pick<RecorderOptions, 'database' | 'clock'>,
): { journal: Journal; recorder: Recorder } {
  const own = logOnly(log);
  const unrecorded = (event: NewEvent) => writeUnrecorded(log, event);
  const recorder = new Recorder({
    ...parts,
    unrecorded,
    warned: (message, fields) => own.warned(message, fields),
  });
  return { journal: { ...own, ...happenings((event) => recorder.add(event)) }, recorder };
}

function writeUnrecorded(log: Log, event: NewEvent): void {
  const { level, message, fields } = lineOf(event);
  log.log(level, message, fields);
}

function happenings(tell: (event: NewEvent) => void): Happenings {
  return {
    ...doorHappenings(tell),
    fileTried: ({ name: subject, ...about }, data) => tell({ type: 'file.tried', ...about, subject, data }),
    certificateTaken: (subject, validTo) =>
      tell({ type: 'certificate.replaced', subject, data: { validTo: validTo.toISOString() } }),
    certificateExpires: (validTo, daysLeft) =>
      tell({ type: 'certificate.expiring', data: { validTo: validTo.toISOString(), daysLeft } }),
    temporaryFilesSwept: (customer, files) =>
      tell({ type: 'temporary_files.swept', customer, data: { files } }),
    jobFailed: (subject, error) => tell({ type: 'job.failed', subject, data: { reason: messageOf(error) } }),
    databaseBack: () => tell({ type: 'database.back', data: {} }),
  };
}

function doorHappenings(tell: (event: NewEvent) => void) {
  return {
    signedIn: (peer) => tell({ type: 'sign_in.accepted', ...ofPeer(peer), data: visit(peer) }),
    signInRefused: (peer, why) =>
      tell({ type: 'sign_in.refused', ...ofPeer(peer), data: { ...visit(peer), ...stored(why) } }),
    sessionsRevoked: (who, sessions, account) =>
      tell({ type: 'sessions.ended', who, data: { sessions, account } }),
    uploadStored: (peer, subject, bytes, ms) =>
      tell({ type: 'upload.stored', ...ofPeer(peer), subject, data: { ...visit(peer), bytes, ms } }),
    uploadFailed: (peer, subject, bytes, why) =>
      tell({
        type: 'upload.failed',
        ...ofPeer(peer),
        subject,
        data: { ...session(peer), bytes, ...stored(why) },
      }),
    downloaded: (peer, subject, bytes) =>
      tell({ type: 'download.sent', ...ofPeer(peer), subject, data: { ...visit(peer), bytes } }),
    downloadFailed: (peer, subject, bytes, why) =>
      tell({
        type: 'download.failed',
        ...ofPeer(peer),
        subject,
        data: { ...session(peer), bytes, ...stored(why) },
      }),
    deleted: (peer, subject) => tell({ type: 'door.deleted', ...ofPeer(peer), subject, data: visit(peer) }),
    renamed: (peer, subject, to) =>
      tell({ type: 'door.renamed', ...ofPeer(peer), subject, data: { ...visit(peer), to } }),
  } satisfies Partial<Happenings>;
}

function ofPeer({ customer, login, address }: Peer) {
  return { customer, who: login, address };
}

/** As `values` only what has some. */
function stored({ code, values }: Reason): StoredReason {
  return Object.keys(values).length === 0 ? { reason: code } : { reason: code, values };
}

function session({ protocol, cipher }: Peer) {
  return { protocol, cipher };
}

/** Of what the customer's journal tells too: who it was is found where it is recorded. */
function visit(peer: Peer) {
  return { ...session(peer), journal: { id: null, of: null } };
}

function logOnly(log: Log): LogOnly {
  const info = (message: string, fields = {}) => log.log('info', message, fields);
  const warn = (message: string, fields: object) => log.log('warn', message, { ...fields });
  const fail = (message: string, fields: object) => log.log('error', message, { ...fields });
  return {
    daemonStarted: (doors) => info('daemon started', doors),
    daemonStopping: (signal) => info('daemon stopping', { signal }),
    daemonStopped: () => info('daemon stopped'),
    databaseReady: (what, migrations) => info('database ready', { database: what, migrations }),
    organisationsLoaded: (file, changes) => info('organisations loaded', { file, changes }),
    warned: (message, fields = {}) => warn(message, fields),
    doorFault: (peer, error) => fail('internal error in a session', { ...peer, error: stackOf(error) }),
    scannerUnavailable: (customer, file, reason) =>
      warn('virus scanner unavailable', { customer, file, reason }),
    turnFailed: (customer, error) => fail('processing failed', { customer, error: stackOf(error) }),
    turnInterrupted: (customer, error) =>
      warn('processing interrupted: database connection lost', { customer, reason: messageOf(error) }),
    dispatcherFailed: (error) => fail('dispatcher failed', { error: stackOf(error) }),
    commandFailed: (action, error) => fail('command failed', { action, error: stackOf(error) }),
    loopBlocked: (ms, budgetMs, causes) => warn('event loop blocked', { ms, budgetMs, causes }),
    folderFailed: (customer, error) => fail('customer folder failed', { customer, reason: messageOf(error) }),
    databaseAway: (error) => fail('database unreachable', { reason: messageOf(error) }),
    spoolDiffers: (customer, places) =>
      fail('the database has no record of files in the spool', {
        customer,
        count: places.length,
        files: places.slice(0, PLACES_SHOWN_MAX),
        hint: 'the database lost its last commits, or the files were put there by hand; see: spoolgate reconcile --dry-run',
      }),
    recovered: (customer, what) => warn('recovered', { customer, what }),
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

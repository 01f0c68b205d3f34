import type { ChangeFile } from '../change-file/change-file.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/open.ts';
import type { Journal } from '../events/events.ts';
import { contentOf } from '../file-content.ts';
import {
  pingClamd,
  scanWithClamd,
  type ClamdAddress,
  type ClamdAnswer,
  type UnavailableCause,
} from './clamd.ts';
import type { QuarantineRefusal } from '../change-file/reported-file.ts';
import { quarantine } from '../ledger/exits.ts';
import { lockWaiting, noteScanner } from '../ledger/scanning.ts';
import type { Meter } from '../metrics/meters.ts';
import { keptFor } from '../metrics/shared.ts';
import { moveQuarantined, quarantineTried } from './quarantine.ts';
import { digestOf } from '../spool/digest.ts';
import { takeChangeFile, type OpenChangeFile } from '../spool/take.ts';

export interface AntivirusSettings {
  clamd: ClamdAddress;
  /** Larger files are not sent: clamd would refuse them half-way. */
  bytesMax: number;
  /** What becomes of them. */
  tooLarge: 'quarantine' | 'apply';
  scanMsMax: number;
  /** Absolute path of the quarantine. */
  quarantine: string;
}

export interface AntivirusParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  meter?: Meter;
  /** Absolute path of a customer's folder, from its name. */
  folderOf: (folder: string) => string;
  /** Scans in hand end then, and their files wait. */
  stopping?: AbortSignal;
}

/** What a scan has come to. */
export type Passage =
  | { kind: 'clean' }
  | { kind: 'quarantined' }
  /** Was replaced or deleted meanwhile: look again. */
  | { kind: 'changed' }
  /** The scanner does not answer: the file is not applied before it does. */
  | { kind: 'waits'; until: Date };

/** The same of a file that is only tried; kept: it was moved into quarantine. */
export type TriedPassage =
  Exclude<Passage, { kind: 'quarantined' }> | { kind: 'kept'; refusal: QuarantineRefusal };

/** Every file passes here before it is decided. */
export interface Antivirus {
  /** Asks it whether it is there. @returns what is wrong, or null; the same for some seconds */
  fault(): Promise<UnavailableCause | null>;
  pass(file: ChangeFile, opened: OpenChangeFile, folder: string): Promise<Passage>;
  /** @param folder in which it lies */
  passTried(
    file: Pick<ChangeFile, 'customer' | 'name'>,
    opened: OpenChangeFile,
    folder: string,
  ): Promise<TriedPassage>;
  /** Finishes what a crash has left. */
  recover(): Promise<void>;
}

/** How soon a file is tried again while the scanner does not answer. */
const AGAIN_MS = 5_000;

export function createAntivirus(settings: AntivirusSettings, parts: AntivirusParts): Antivirus {
  const { database, clock, journal, meter } = parts;
  const fault = keptFor(() => pingClamd(settings.clamd));
  const hintOnce = hintAtScannersLimit(settings, journal);
  const clean = new CleanFiles();
  const recover = () => moveQuarantined(database, settings.quarantine, parts.folderOf);
  return {
    recover,
    fault,
    passTried: (file, opened, folder) => passTried(settings, parts, file, { opened, folder }),
    pass: async (file, opened, folder) => {
      if (clean.has(file, opened)) return { kind: 'clean' };
      const answer = await scan(settings, opened, parts.stopping);
      meter?.add('scans_total', { result: SCAN_RESULTS[answer.kind] });
      if (answer.kind === 'unavailable') {
        await noteScanner(database, file, answer);
        journal.scannerUnavailable(file.customer, file.name, answer.reason);
        return { kind: 'waits', until: new Date(clock.now().getTime() + AGAIN_MS) };
      }
      await noteScanner(database, file, null);
      if (answer.kind === 'tooLarge' && opened.bytes <= settings.bytesMax) hintOnce(file, opened.bytes);
      const reason = reasonFor(answer, settings, opened.bytes);
      if (reason === null) return clean.note(file, opened);
      const sha256 = await digestOf(contentOf(opened.handle));
      const decided = await database.transaction(
        async (tx) =>
          (await lockWaiting(tx, file)) &&
          (await takeChangeFile(folder, file, opened)) &&
          quarantine(tx, file, { reason, sha256 }, clock.now()),
      );
      if (!decided) return { kind: 'changed' };
      await recover();
      return { kind: 'quarantined' };
    },
  };
}

const SCAN_RESULTS = {
  clean: 'clean',
  infected: 'infected',
  tooLarge: 'too_large',
  unavailable: 'fault',
} as const;

async function passTried(
  settings: AntivirusSettings,
  { clock, journal, meter, stopping }: AntivirusParts,
  { customer, name }: Pick<ChangeFile, 'customer' | 'name'>,
  { opened, folder }: { opened: OpenChangeFile; folder: string },
): Promise<TriedPassage> {
  const answer = await scan(settings, opened, stopping);
  meter?.add('scans_total', { result: SCAN_RESULTS[answer.kind] });
  if (answer.kind === 'unavailable') {
    journal.scannerUnavailable(customer, name, answer.reason);
    return { kind: 'waits', until: new Date(clock.now().getTime() + AGAIN_MS) };
  }
  const refusal = reasonFor(answer, settings, opened.bytes);
  if (refusal === null) return { kind: 'clean' };
  const scanned = { folder, name, inode: opened.inode };
  const isKept = await quarantineTried(settings.quarantine, scanned, customer);
  return isKept ? { kind: 'kept', refusal } : { kind: 'changed' };
}

/** What takes several turns until it is decided (a long reading, passwords) is scanned once. Of each customer the file in hand. */
class CleanFiles {
  readonly #known = new Map<number, string>();

  has(file: ChangeFile, opened: OpenChangeFile): boolean {
    return this.#known.get(file.customer) === asItIs(file, opened);
  }

  note(file: ChangeFile, opened: OpenChangeFile): Passage {
    this.#known.set(file.customer, asItIs(file, opened));
    return { kind: 'clean' };
  }
}

function asItIs({ id }: ChangeFile, { inode, bytes, modifiedMs }: OpenChangeFile): string {
  return `${id} ${inode} ${bytes} ${modifiedMs}`;
}

async function scan(
  settings: AntivirusSettings,
  opened: OpenChangeFile,
  stopping: AbortSignal | undefined,
): Promise<ClamdAnswer> {
  if (opened.bytes > settings.bytesMax) return { kind: 'tooLarge' };
  return scanWithClamd(settings.clamd, contentOf(opened.handle), settings.scanMsMax, stopping);
}

/** The scanner takes less than the setting says: told once, not with every file. */
function hintAtScannersLimit({ bytesMax, tooLarge }: AntivirusSettings, journal: Journal) {
  let told = false;
  return ({ customer, name }: ChangeFile, bytes: number) => {
    if (told) return;
    told = true;
    journal.warned('virus scanner limit is below antivirus.maxBytes', {
      customer,
      file: name,
      bytes,
      maxBytes: bytesMax,
      tooLarge,
      fix: 'raise StreamMaxLength (MaxFileSize, MaxScanSize) of clamd, or lower antivirus.maxBytes',
    });
  };
}

/** @param bytes size of the file @returns null for a file that may be applied */
export function reasonFor(
  answer: Exclude<ClamdAnswer, { kind: 'unavailable' }>,
  { tooLarge, bytesMax }: Pick<AntivirusSettings, 'tooLarge' | 'bytesMax'>,
  bytes: number,
): QuarantineRefusal | null {
  if (answer.kind === 'infected') return { code: null, reason: 'infected', signature: answer.signature };
  if (answer.kind === 'clean' || tooLarge === 'apply') return null;
  if (bytes > bytesMax) return { code: null, reason: 'not-scanned', limit: bytesMax };
  return { code: null, reason: 'scanner-refused', bytes };
}

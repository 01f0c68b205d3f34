import type { DirectoryRecord } from '../accounts/directory/entry-change.ts';
import { failedRecord } from './directory/decide.ts';
import { decideDirectory, loadNamed, saveLoaded, type LoadedDirectory } from './directory/kind.ts';
import type { Kind } from './kind.ts';
import type { ProvisioningRecord } from '../change-file/entry.ts';
import { failedEntry } from './provisioning/decide.ts';
import {
  decideProvisioning,
  loadProvisioning,
  demandsOf,
  passwordsOf,
  pretendProvisioning,
  readyProvisioning,
  saveProvisioning,
  type Loaded,
  type Prepared,
} from './provisioning/kind.ts';
import { TRACED_BYTES_MAX, tracedRecord } from './directory/ldif-trace.ts';
import { readDirectory } from './directory/reader.ts';
import { maskedHeader, passwordMask } from './provisioning/mask.ts';
import { readProvisioning } from './provisioning/reader.ts';

const provisioning: Kind<ProvisioningRecord, Prepared, Loaded> = {
  type: 'PRV',
  heldRefuses: true,
  countsHourly: true,
  read: readProvisioning,
  pretend: pretendProvisioning,
  demands: demandsOf,
  ready: readyProvisioning,
  mayDemand: passwordsOf,
  load: loadProvisioning,
  decide: decideProvisioning,
  save: saveProvisioning,
  failed: failedEntry,
  traced: { bytesMax: Infinity, text: (original) => original, masked: passwordMask, maskedHeader },
};

const directory: Kind<DirectoryRecord, null, LoadedDirectory> = {
  type: 'DI',
  heldRefuses: false,
  countsHourly: false,
  read: readDirectory,
  // Nothing of a directory file takes long.
  pretend: () => null,
  demands: () => new Map(),
  ready: () => null,
  mayDemand: () => new Map(),
  load: loadNamed,
  decide: decideDirectory,
  save: saveLoaded,
  failed: failedRecord,
  traced: { bytesMax: TRACED_BYTES_MAX, text: tracedRecord },
};

/** A new kind is one entry here, its token in change-file.ts and its words in report/words.ts. */
export const KINDS: readonly Kind[] = [directory as unknown as Kind, provisioning as unknown as Kind];

const BY_TYPE = new Map<string, Kind>(KINDS.map((kind) => [kind.type, kind]));

/** @returns undefined where this program cannot process files of the type: they are refused like a disabled type */
export function kindOf(type: string): Kind | undefined {
  return BY_TYPE.get(type);
}

/** What those need who do not carry a file: whether its entries count against the hourly cap, whether a hold refuses it. */
export const kindFacts = {
  countsHourly: (type: string) => kindOf(type)?.countsHourly ?? false,
  heldRefuses: (type: string) => kindOf(type)?.heldRefuses ?? false,
};

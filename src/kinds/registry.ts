import type { DirectoryRecord } from '../accounts/directory/entry-change.ts';
import { failedRecord } from './directory/decide.ts';
import { decideDirectory, loadNamed, saveLoaded, type LoadedDirectory } from './directory/kind.ts';
import type { Kind } from './kind.ts';
import type { ChangeFileType } from '../change-file/change-file.ts';
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
const KINDS: Partial<Record<ChangeFileType, Kind>> = {
  DI: directory as unknown as Kind,
  PRV: provisioning as unknown as Kind,
};

/** @returns undefined where this program cannot process files of the type: they are refused like a disabled type */
export function kindOf(type: ChangeFileType): Kind | undefined {
  return KINDS[type];
}

import type { Kind } from './apply/kind.ts';
import type { ChangeFileType } from './change-file.ts';
import type { ProvisioningRecord } from './entry.ts';
import { failedEntry } from './apply/provisioning/decide.ts';
import {
  decideProvisioning,
  loadProvisioning,
  prepareProvisioning,
  saveProvisioning,
  type Loaded,
  type Prepared,
} from './apply/provisioning/kind.ts';
import { readProvisioning } from './parse/provisioning.ts';

const provisioning: Kind<ProvisioningRecord, Prepared, Loaded> = {
  type: 'PRV',
  heldRefuses: true,
  countsHourly: true,
  read: readProvisioning,
  prepare: prepareProvisioning,
  load: loadProvisioning,
  decide: decideProvisioning,
  save: saveProvisioning,
  failed: failedEntry,
};

/** A new kind is one entry here, its token in change-file.ts and its words in report/words.ts. */
const KINDS: Partial<Record<ChangeFileType, Kind>> = { PRV: provisioning as unknown as Kind };

/** @returns undefined where this program cannot process files of the type: they are refused like a disabled type */
export function kindOf(type: ChangeFileType): Kind | undefined {
  return KINDS[type];
}

import ssh2, { type Attributes, type FileEntry } from 'ssh2';
import type { FolderEntry } from '../folder/folder-view.ts';
import { unixLine } from '../folder/listing.ts';
import { ClientFault } from '../folder/client-fault.ts';
import { FolderFault, type FolderFaultKind } from '../folder/virtual-path.ts';
import type { Reason } from '../../messages/reply.ts';

export const STATUS = ssh2.utils.sftp.STATUS_CODE;

/** A request that is answered with a status alone. */
export class SftpFault extends ClientFault {
  readonly code: number;

  constructor(code: number, why: Reason) {
    super(why);
    this.name = 'SftpFault';
    this.code = code;
  }
}

const CODE_OF_FAULT: Record<FolderFaultKind, number> = {
  notFound: STATUS.NO_SUCH_FILE,
  denied: STATUS.PERMISSION_DENIED,
  badName: STATUS.FAILURE,
  notAFile: STATUS.FAILURE,
  notAFolder: STATUS.FAILURE,
  tooBig: STATUS.FAILURE,
  noRoom: STATUS.FAILURE,
  overQuota: STATUS.FAILURE,
  diskFull: STATUS.FAILURE,
  incomplete: STATUS.FAILURE,
};

/** @returns null for an error that is ours: it belongs in the log, not to the client */
export function statusForFault(error: unknown): number | null {
  if (error instanceof SftpFault) return error.code;
  return error instanceof FolderFault ? CODE_OF_FAULT[error.kind] : null;
}

const FOLDER_TYPE = 0o040000;
const FILE_TYPE = 0o100000;

/** Mode bits say what the client may do; owner and group of this machine are nobody's business. */
export function attributesOf({ kind, sizeBytes, modified, permissions }: FolderEntry): Attributes {
  const seconds = Math.floor(modified.getTime() / 1000);
  const mode =
    kind === 'folder'
      ? FOLDER_TYPE | (permissions.write || permissions.remove ? 0o750 : 0o550)
      : FILE_TYPE | (permissions.read ? 0o440 : 0) | (permissions.write ? 0o200 : 0);
  return { mode, uid: 0, gid: 0, size: sizeBytes, atime: seconds, mtime: seconds };
}

export function nameEntry(entry: FolderEntry, now: Date): FileEntry {
  return { filename: entry.name, longname: unixLine(entry, now), attrs: attributesOf(entry) };
}

import ssh2, { type Attributes, type FileEntry } from 'ssh2';
import type { FolderEntry } from '../folder/folder-view.ts';
import { unixLine } from '../folder/listing.ts';
import { localErrorText } from '../folder/local-error.ts';
import { FolderFault, type FolderFaultKind } from '../folder/virtual-path.ts';

export const STATUS = ssh2.utils.sftp.STATUS_CODE;

/** A request that is answered with a status alone. The message is meant for the client. */
export class SftpFault extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
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
export function statusForFault(error: unknown): { code: number; message: string } | null {
  if (error instanceof SftpFault) return { code: error.code, message: error.message };
  if (error instanceof FolderFault) return { code: CODE_OF_FAULT[error.kind], message: error.message };
  return null;
}

/** What the client is told. */
export function reasonOf(error: unknown): string {
  return statusForFault(error)?.message ?? localErrorText(error);
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

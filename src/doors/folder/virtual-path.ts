import {
  ERROR,
  JOURNAL,
  PROCESSED,
  REPORT,
  STAGING,
  TAKEN,
  VALIDATE,
} from '../../change-file/change-file.ts';
import { ClientFault } from './client-fault.ts';
import { reason, type Reason } from '../../messages/reply.ts';

/** Why something in the customer's folder cannot be done. Each door has its own replies for these. */
export type FolderFaultKind =
  | 'notFound'
  | 'denied'
  | 'badName'
  | 'notAFile'
  | 'notAFolder'
  | 'tooBig'
  | 'noRoom'
  | 'overQuota'
  | 'diskFull'
  | 'incomplete';

/** The customer's fault. */
export class FolderFault extends ClientFault {
  readonly kind: FolderFaultKind;

  constructor(kind: FolderFaultKind, why: Reason) {
    super(why);
    this.name = 'FolderFault';
    this.kind = kind;
  }
}

/** The upload folder is ''; the other folders have the names that clients see (rules 17). */
export type FolderName =
  '' | typeof PROCESSED | typeof ERROR | typeof REPORT | typeof VALIDATE | typeof JOURNAL;

/** Folders below the upload folder, in the order in which a listing shows them. */
export const SUBFOLDERS = [PROCESSED, ERROR, REPORT, VALIDATE, JOURNAL] as const;

/** A file of the customer, or with `name` null the folder itself. */
export interface VirtualPath {
  folder: FolderName;
  name: string | null;
}

/** The daemon's own folders. Compared without case: some file systems do not tell `.Staging` from `.staging`. */
const RESERVED = new Set<string>([STAGING, TAKEN]);

/** The limit of every common file system. */
const NAME_BYTES_MAX = 255;

/**
 * Reads a path as a client writes it, relative to its working folder. `..` stops at the root: the result can name
 * nothing outside the customer's folder.
 *
 * @throws FolderFault badName, notFound
 */
export function resolveVirtualPath(working: FolderName, text: string): VirtualPath {
  const [first, second, ...deeper] = components(working, text);
  if (first === undefined) return { folder: '', name: null };
  if (isSubfolder(first) && deeper.length === 0) return { folder: first, name: second ?? null };
  if (second === undefined) return { folder: '', name: first };
  throw new FolderFault('notFound', reason('folder.notFound'));
}

function components(working: FolderName, text: string): string[] {
  const path = text.startsWith('/') || working === '' ? [] : [working as string];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      path.pop();
      continue;
    }
    checkName(part);
    path.push(part);
  }
  return path;
}

/**
 * Refuses what could break a reply line, a listing or the jail. A backslash is a separator to some clients, so a
 * name holding one could mislead them.
 */
function checkName(name: string): void {
  if (!isSafeName(name)) throw new FolderFault('badName', reason('folder.badName'));
  if (RESERVED.has(name.toLowerCase())) throw new FolderFault('notFound', reason('folder.notFound'));
}

/** Names that a listing may show and a client may use. */
export function isSafeName(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  // U+FFFD stands for bytes that are no UTF-8: no client could name such a file exactly.
  if (!name.isWellFormed() || name.includes('\uFFFD')) return false;
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  return Buffer.byteLength(name) <= NAME_BYTES_MAX && !/[\u0000-\u001f\u007f-\u009f\\/]/u.test(name);
}

export function isHidden(name: string): boolean {
  return name.startsWith('.');
}

/** Where clients put files: to be carried out, or only to be tried. */
export function takesUploads(folder: FolderName): folder is '' | typeof VALIDATE {
  return folder === '' || folder === VALIDATE;
}

export function isSubfolder(name: string): name is (typeof SUBFOLDERS)[number] {
  return (SUBFOLDERS as readonly string[]).includes(name);
}

/** The path as clients see it, e.g. `/_report/x.txt`. */
export function virtualText({ folder, name }: VirtualPath): string {
  return '/' + [folder, name].filter(Boolean).join('/');
}

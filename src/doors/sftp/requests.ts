import type { Attributes } from 'ssh2';
import { renameUpload } from '../folder/store-upload.ts';
import { resolveVirtualPath, virtualText } from '../folder/virtual-path.ts';
import { DONE, type Answer, type SftpConversation } from './conversation.ts';
import { attributesOf, SftpFault, STATUS } from './replies.ts';
import {
  closeHandle,
  openFile,
  openFolder,
  readFile,
  readFolder,
  statHandle,
  statUpload,
  writeFile,
} from './transfers.ts';
import { reason } from '../../messages/reply.ts';

type Run<Arguments extends unknown[]> = (
  conversation: SftpConversation,
  ...given: Arguments
) => Answer | Promise<Answer>;

function request<Arguments extends unknown[]>(name: string, run: Run<Arguments>): Request {
  // The library calls a listener with exactly the arguments that it documents for this request.
  return { name, run: run as unknown as Run<never[]> };
}

/** One request of the protocol. */
export interface Request {
  name: string;
  run: Run<never[]>;
}

/**
 * All requests of SFTP version 3. None is left to the library: its own refusals wait for nobody, and pile up in memory
 * where a client does not take them.
 */
export const REQUESTS: Request[] = [
  request('OPEN', openFile),
  request('READ', readFile),
  request('WRITE', writeFile),
  request('CLOSE', closeHandle),
  request('OPENDIR', openFolder),
  request('READDIR', readFolder),
  request('FSTAT', statHandle),
  request('STAT', stat),
  request('LSTAT', stat),
  request('REALPATH', realPath),
  request('REMOVE', remove),
  request('RENAME', rename),
  request('SETSTAT', setStat),
  request('FSETSTAT', setHandleStat),
  request('MKDIR', refuseFolders),
  request('RMDIR', refuseFolders),
  request('SYMLINK', refuseLinks),
  request('READLINK', refuseLinks),
  request('EXTENDED', refuseExtensions),
];

async function stat(conversation: SftpConversation, text: string): Promise<Answer> {
  const path = resolveVirtualPath('', text);
  const upload = conversation.uploadTo(path);
  return upload ? statUpload(upload) : { attributes: attributesOf(await conversation.view.stat(path)) };
}

/** Clients ask for it first, to learn where they are. */
function realPath(_conversation: SftpConversation, text: string): Answer {
  const filename = virtualText(resolveVirtualPath('', text));
  return { names: [{ filename, longname: filename, attrs: {} as Attributes }] };
}

async function remove({ view, peer, services }: SftpConversation, text: string): Promise<Answer> {
  const path = resolveVirtualPath('', text);
  await view.remove(path);
  services.journal.deleted(peer, virtualText(path));
  return DONE;
}

/** Version 3 of the protocol demands that a file of the new name is kept; clients delete it first. */
async function rename(conversation: SftpConversation, from: string, to: string): Promise<Answer> {
  const { view, peer, services } = conversation;
  const [old, renamed] = [resolveVirtualPath('', from), resolveVirtualPath('', to)];
  const telling = { announce: services.announce, address: peer.address };
  await renameUpload(view, old, renamed, telling, 'keep');
  services.journal.renamed(peer, virtualText(old), virtualText(renamed));
  return DONE;
}

/**
 * Many clients set times and rights after an upload and call it failed where that is refused. Neither means anything
 * here, so they are accepted and not kept. A size would truncate the file.
 */
async function setStat(
  conversation: SftpConversation,
  text: string,
  attributes: Attributes,
): Promise<Answer> {
  refuseSize(attributes);
  await stat(conversation, text);
  return DONE;
}

function setHandleStat(conversation: SftpConversation, name: Buffer, attributes: Attributes): Answer {
  const handle = conversation.find(name);
  // OpenSSH's scp truncates what may lie behind its last byte.
  if (handle.kind === 'upload' && attributes.size === handle.upload.bytes) handle.bytesMin = attributes.size;
  else refuseSize(attributes);
  return DONE;
}

function refuseSize({ size }: Partial<Attributes>): void {
  if (size !== undefined) throw new SftpFault(STATUS.OP_UNSUPPORTED, reason('sftp.noTruncate'));
}

function refuseFolders(): Answer {
  throw new SftpFault(STATUS.PERMISSION_DENIED, reason('sftp.noFolders'));
}

function refuseLinks(): Answer {
  throw new SftpFault(STATUS.OP_UNSUPPORTED, reason('sftp.noLinks'));
}

function refuseExtensions(): Answer {
  throw new SftpFault(STATUS.OP_UNSUPPORTED, reason('sftp.noExtensions'));
}

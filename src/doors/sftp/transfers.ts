import ssh2 from 'ssh2';
import type { FolderEntry } from '../folder/folder-view.ts';
import { beginUpload } from '../folder/store-upload.ts';
import { FolderFault, resolveVirtualPath, virtualText, type VirtualPath } from '../folder/virtual-path.ts';
import { DONE, END_OF_FILE, type Answer, type SftpConversation, type UploadHandle } from './conversation.ts';
import { ReceivedRanges } from './received-ranges.ts';
import { attributesOf, nameEntry, SftpFault, STATUS } from './replies.ts';
import { reason } from '../../messages/reply.ts';
import { reasonOf } from '../folder/client-fault.ts';

const { READ, WRITE, APPEND, CREAT, TRUNC, EXCL } = ssh2.utils.sftp.OPEN_MODE;

/** What clients ask for at once; more is answered with less, as the protocol allows. */
const READ_BYTES_MAX = 256 * 1024;
/** Keeps a reply below the 34,000 bytes that every client takes, with names of usual length. */
const ENTRIES_PER_REPLY = 100;

/** Uploads are whole files: what would go on with one that is there already is refused here. */
export function openFile(conversation: SftpConversation, text: string, flags: number): Promise<Answer> {
  return conversation.open(() => {
    const path = resolveVirtualPath('', text);
    if (flags & WRITE) return beginUploadTo(conversation, path, flags);
    return beginDownloadOf(conversation, path, flags);
  });
}

async function beginDownloadOf({ view }: SftpConversation, path: VirtualPath, flags: number) {
  if ((flags & READ) === 0) throw new SftpFault(STATUS.FAILURE, reason('sftp.readOrWrite'));
  return { kind: 'download', path, file: await view.openForReading(path), sentBytes: 0 } as const;
}

async function beginUploadTo(
  conversation: SftpConversation,
  path: VirtualPath,
  flags: number,
): Promise<UploadHandle> {
  const bytesMin = await bytesKept(conversation, path, flags);
  const { announce, room } = conversation.services;
  const { fileBytesMax } = conversation.limits;
  const { address } = conversation.peer;
  const options = { announce, address, room, fileBytesMax };
  const upload = await beginUpload(conversation.view, path, options).catch((error: unknown) => {
    conversation.uploadFailed(path, 0, reasonOf(error));
    throw error;
  });
  const received = new ReceivedRanges();
  return { kind: 'upload', path, upload, received, startedMs: performance.now(), fault: null, bytesMin };
}

/**
 * OpenSSH's scp writes over a file from its beginning and says at the end where it ends: that is a whole file too.
 *
 * @returns size of the file that the client does not empty, and so takes to be there
 */
async function bytesKept({ view }: SftpConversation, path: VirtualPath, flags: number): Promise<number> {
  const noResume = reason('folder.noResume');
  if (flags & APPEND) throw new SftpFault(STATUS.OP_UNSUPPORTED, noResume);
  const present = await view.stat(path).catch((error: unknown) => {
    if (error instanceof FolderFault && error.kind === 'notFound') return null;
    throw error;
  });
  if (present && flags & EXCL) throw new SftpFault(STATUS.FAILURE, reason('sftp.exists'));
  if (present && !(flags & (TRUNC | CREAT))) throw new SftpFault(STATUS.OP_UNSUPPORTED, noResume);
  if (!present && !(flags & CREAT)) throw new SftpFault(STATUS.NO_SUCH_FILE, reason('folder.notFound'));
  return flags & TRUNC ? 0 : (present?.sizeBytes ?? 0);
}

export async function readFile(
  conversation: SftpConversation,
  name: Buffer,
  offset: number,
  length: number,
): Promise<Answer> {
  const handle = conversation.get(name, 'download');
  const buffer = Buffer.allocUnsafe(Math.min(length, READ_BYTES_MAX));
  const { bytesRead } = await handle.file.read(buffer, 0, buffer.length, offset);
  if (bytesRead === 0 && length > 0) return END_OF_FILE;
  handle.sentBytes += bytesRead;
  return { data: buffer.subarray(0, bytesRead) };
}

export async function writeFile(
  conversation: SftpConversation,
  name: Buffer,
  offset: number,
  data: Buffer,
): Promise<Answer> {
  const handle = conversation.get(name, 'upload');
  try {
    if (!handle.received.add(offset, data.length))
      throw new SftpFault(STATUS.FAILURE, reason('sftp.tooManyBlocks'));
    await handle.upload.write(data, offset);
    return DONE;
  } catch (error) {
    handle.fault ??= reasonOf(error);
    throw error;
  }
}

/** For an upload the answer is a promise: the file is on the disk under its name. */
export async function closeHandle(conversation: SftpConversation, name: Buffer): Promise<Answer> {
  const handle = conversation.take(name);
  if (handle.kind === 'upload') return publish(conversation, handle);
  if (handle.kind === 'listing') await handle.batches.return(undefined);
  if (handle.kind === 'download') {
    await handle.file.close();
    const { journal } = conversation.services;
    journal.downloaded(conversation.peer, virtualText(handle.path), handle.sentBytes);
  }
  return DONE;
}

async function publish(conversation: SftpConversation, handle: UploadHandle): Promise<Answer> {
  const { upload, received, path, startedMs, fault, bytesMin } = handle;
  try {
    // Said again: some clients tell the answer to the CLOSE and not the one to the write.
    if (fault !== null) throw new FolderFault('incomplete', reason('folder.notStored', { why: fault }));
    if (!received.isWhole || upload.bytes < bytesMin)
      throw new FolderFault('incomplete', reason('folder.partsMissing'));
    await upload.commit();
  } catch (error) {
    await upload.abort();
    conversation.uploadFailed(path, upload.bytes, reasonOf(error));
    throw error;
  }
  const ms = Math.round(performance.now() - startedMs);
  conversation.services.journal.uploadStored(conversation.peer, virtualText(path), upload.bytes, ms);
  return DONE;
}

export function openFolder(conversation: SftpConversation, text: string): Promise<Answer> {
  return conversation.open(async () => {
    const path = resolveVirtualPath('', text);
    const { kind } = await conversation.view.stat(path);
    if (kind !== 'folder') throw new FolderFault('notAFolder', reason('folder.isFile'));
    return { kind: 'listing', batches: conversation.view.list(path.folder), rest: [] };
  });
}

export async function readFolder(conversation: SftpConversation, name: Buffer): Promise<Answer> {
  const handle = conversation.get(name, 'listing');
  const entries: FolderEntry[] = [];
  while (entries.length < ENTRIES_PER_REPLY) {
    entries.push(...handle.rest.splice(0, ENTRIES_PER_REPLY - entries.length));
    if (handle.rest.length > 0) continue;
    const batch = await handle.batches.next();
    if (batch.done) break;
    handle.rest = batch.value;
  }
  if (entries.length === 0) return END_OF_FILE;
  const now = new Date();
  return { names: entries.map((entry) => nameEntry(entry, now)) };
}

export async function statHandle(conversation: SftpConversation, name: Buffer): Promise<Answer> {
  const handle = conversation.find(name);
  if (handle.kind === 'listing') throw new SftpFault(STATUS.FAILURE, reason('sftp.handleIsFolder'));
  if (handle.kind === 'upload') return statUpload(handle);
  const { size, mtime } = await handle.file.stat();
  const permissions = { read: true, write: false, remove: false };
  return {
    attributes: attributesOf({ name: '', kind: 'file', sizeBytes: size, modified: mtime, permissions }),
  };
}

export function statUpload({ upload }: UploadHandle): Answer {
  const permissions = { read: false, write: true, remove: false };
  const entry: FolderEntry = {
    name: '',
    kind: 'file',
    sizeBytes: upload.bytes,
    modified: new Date(),
    permissions,
  };
  return { attributes: attributesOf(entry) };
}

import type { FileHandle } from 'node:fs/promises';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { contentOf } from '../../file-content.ts';
import type { FolderEntry } from '../folder/folder-view.ts';
import { namePattern, type NamePattern } from '../folder/name-pattern.ts';
import { beginUpload, type Upload } from '../folder/store-upload.ts';
import { FolderFault, virtualText, type VirtualPath } from '../folder/virtual-path.ts';
import type { Conversation } from './conversation.ts';
import type { DataChannel } from './data-channel.ts';
import { ChannelFault, REPLIES, type Reply } from './replies.ts';
import { tellFault } from '../door-fault.ts';
import { replies } from '../../messages/en/replies.ts';
import { reason } from '../../messages/reply.ts';
import { reasonOf } from '../folder/client-fault.ts';

const READ_BYTES = 256 * 1024;

/** STOR. The 226 is a promise: the file is on the disk under its name. */
export async function receiveFile(conversation: Conversation, argument: string): Promise<Reply> {
  const { door, view, peer } = conversation;
  if (conversation.pending.restartAt) return { code: 501, text: replies.folder.noResume };
  const path = conversation.resolve(argument);
  const startedMs = performance.now();
  let upload: Upload | null = null;
  try {
    const { announce, room, limits } = door;
    const { address } = peer;
    upload = await beginUpload(view, path, { announce, address, room, fileBytesMax: limits.fileBytesMax });
    await receiveInto(upload, conversation);
    await upload.commit();
    door.journal.uploadStored(
      peer,
      virtualText(path),
      upload.bytes,
      Math.round(performance.now() - startedMs),
    );
    return REPLIES.transferred;
  } catch (error) {
    const reply = conversation.replyTo(error);
    await upload?.abort().catch((fault: unknown) => tellFault(door.journal, peer, fault));
    door.journal.uploadFailed(peer, virtualText(path), upload?.bytes ?? 0, reasonOf(error));
    return refuseUpload(conversation, reply);
  }
}

/**
 * The reply goes out while the client still sends: some look for it meanwhile and stop, such as basic-ftp and lftp. The
 * others read it when they have sent everything, such as curl and ftplib.
 */
async function refuseUpload(conversation: Conversation, reply: Reply): Promise<Reply> {
  conversation.say(reply);
  await conversation.channel?.discardRest();
  return { ...reply, said: true };
}

async function receiveInto(upload: Upload, conversation: Conversation): Promise<void> {
  const channel = await openChannel(conversation);
  for await (const chunk of channel.received()) await upload.write(chunk);
  await demandWhole(channel, conversation);
}

/**
 * A client that is killed leaves an end of data too. What tells it from a finished upload: it does not close TLS, and
 * its control connection goes.
 *
 * @throws FolderFault, ChannelFault
 */
async function demandWhole(channel: DataChannel, conversation: Conversation): Promise<void> {
  const { requireCloseNotify, settleAfterDataMs } = conversation.door.limits;
  if (!requireCloseNotify) await delay(settleAfterDataMs);
  else if (!channel.closeNotifySeen) {
    throw new FolderFault('incomplete', reason('folder.closedWithoutNotify'));
  }
  channel.demandNotAborted();
  if (!conversation.alive) throw new ChannelFault(426, reason('channel.controlLost'));
}

/** RETR, from the offset that REST gave. */
export async function sendFile(conversation: Conversation, argument: string): Promise<Reply> {
  const { door, view, peer, pending } = conversation;
  const path = conversation.resolve(argument);
  const handle = await view.openForReading(path);
  const sent = { bytes: 0 };
  try {
    const beyond = await refuseBeyondEnd(handle, pending.restartAt ?? 0);
    if (beyond) return beyond;
    const channel = await openChannel(conversation);
    const content = contentOf(handle, pending.restartAt ?? 0, READ_BYTES);
    await channel.send(counted(content, sent));
    door.journal.downloaded(peer, virtualText(path), sent.bytes);
    return REPLIES.transferred;
  } catch (error) {
    // Who breaks off before the last byte has nearly all of it: that is told like the whole.
    const reply = conversation.replyTo(error);
    if (sent.bytes > 0) door.journal.downloadFailed(peer, virtualText(path), sent.bytes, reasonOf(error));
    return reply;
  } finally {
    await handle.close();
  }
}

/** RFC 3659 section 5.2. At the end itself nothing is left to send, which is no error. */
async function refuseBeyondEnd(handle: FileHandle, restartAt: number): Promise<Reply | null> {
  const { size } = await handle.stat();
  if (restartAt <= size) return null;
  return { code: 554, text: replies.ftp.restartBeyondEnd(restartAt, size) };
}

async function* counted(chunks: AsyncIterable<Buffer>, sent: { bytes: number }) {
  for await (const chunk of chunks) {
    sent.bytes += chunk.length;
    yield chunk;
  }
}

/**
 * LIST, NLST and MLSD: of a folder, of one file, or of the names in a folder that a pattern fits (`*.csv`).
 *
 * @param lineFor `asked` says how the entry was come by: by its own name, as a member of the folder, or by a pattern
 */
export async function sendListing(
  conversation: Conversation,
  argument: string,
  lineFor: (entry: FolderEntry, asked: 'itself' | 'member' | 'pattern') => string,
  only?: 'foldersOnly',
): Promise<Reply> {
  const path = conversation.resolve(argument);
  const wanted = await lookedFor(conversation, path);
  if (wanted.asked === 'itself' && only) return { code: 501, text: replies.ftp.fileUseMlst };
  const channel = await openChannel(conversation);
  await channel.send(listingText(wanted.batches, (entry) => lineFor(entry, wanted.asked)));
  return REPLIES.transferred;
}

interface Wanted {
  asked: 'itself' | 'member' | 'pattern';
  batches: AsyncIterable<FolderEntry[]> | FolderEntry[][];
}

/** A name that is there literally comes first; a pattern that fits nothing is an empty listing. */
async function lookedFor({ view }: Conversation, path: VirtualPath): Promise<Wanted> {
  const pattern = path.name === null ? null : namePattern(path.name);
  const entry = await view.stat(path).catch((error: unknown) => {
    if (pattern && error instanceof FolderFault && error.kind === 'notFound') return null;
    throw error;
  });
  if (entry?.kind === 'file') return { asked: 'itself', batches: [[entry]] };
  if (entry || !pattern) return { asked: 'member', batches: view.list(path.folder) };
  await view.stat({ folder: path.folder, name: null });
  return { asked: 'pattern', batches: fitting(view.list(path.folder), pattern) };
}

/** So many names are compared in one go: others have their turn between. */
const NAMES_COMPARED_MAX = 32;

async function* fitting(
  batches: AsyncIterable<FolderEntry[]>,
  pattern: NamePattern,
): AsyncGenerator<FolderEntry[]> {
  for await (const batch of batches)
    for (let at = 0; at < batch.length; at += NAMES_COMPARED_MAX) {
      yield batch.slice(at, at + NAMES_COMPARED_MAX).filter(({ name }) => pattern.matches(name));
      await setImmediate();
    }
}

async function* listingText(
  batches: AsyncIterable<FolderEntry[]> | FolderEntry[][],
  lineFor: (entry: FolderEntry) => string,
) {
  for await (const batch of batches) {
    if (batch.length > 0) yield batch.map((entry) => `${lineFor(entry)}\r\n`).join('');
  }
}

/** The 150 comes first: lftp and ftplib begin TLS on the data connection only after it. */
async function openChannel(conversation: Conversation): Promise<DataChannel> {
  const { channel } = conversation;
  if (!channel) throw new ChannelFault(425, reason('ftp.passiveFirst'));
  conversation.say(REPLIES.opening);
  await channel.open();
  return channel;
}

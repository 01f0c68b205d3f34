import { renameUpload } from '../folder/store-upload.ts';
import { FolderFault, virtualText } from '../folder/virtual-path.ts';
import type { FolderEntry } from '../folder/folder-view.ts';
import type { Conversation } from './conversation.ts';
import { FACTS, factsLine, timeValue } from './listing.ts';
import { REPLIES, workingFolderReply, type Reply } from './replies.ts';
import type { Verb } from './verb.ts';
import { replies } from '../../messages/en/replies.ts';
import { reason } from '../../messages/reply.ts';

/** Verbs about folders and files that need no data connection. */
export const FOLDER_VERBS: Verb[] = [
  { name: 'PWD', run: printFolder },
  { name: 'XPWD', run: printFolder },
  { name: 'CWD', needsArgument: true, feature: 'TVFS', run: changeFolder },
  { name: 'XCWD', needsArgument: true, run: changeFolder },
  { name: 'CDUP', run: (conversation) => changeFolder(conversation, '..') },
  { name: 'XCUP', run: (conversation) => changeFolder(conversation, '..') },
  { name: 'SIZE', needsArgument: true, feature: 'SIZE', run: size },
  { name: 'MDTM', needsArgument: true, feature: 'MDTM', run: modificationTime },
  { name: 'MLST', feature: `MLST ${FACTS.map((fact) => `${fact}*;`).join('')}`, run: facts },
  { name: 'DELE', needsArgument: true, run: remove },
  { name: 'RNFR', needsArgument: true, keepsPending: true, run: renameFrom },
  { name: 'RNTO', needsArgument: true, run: renameTo },
];

function printFolder({ workingFolder }: Conversation): Reply {
  return workingFolderReply(`/${workingFolder}`);
}

async function changeFolder(conversation: Conversation, argument: string): Promise<Reply> {
  const path = conversation.resolve(argument);
  const { kind } = await conversation.view.stat(path);
  if (kind !== 'folder') throw new FolderFault('notAFolder', reason('folder.isFile'));
  conversation.workingFolder = path.folder;
  return { code: 250, text: replies.ftp.workingFolder(virtualText(path)) };
}

async function size(conversation: Conversation, argument: string): Promise<Reply> {
  return { code: 213, text: String((await fileEntry(conversation, argument)).sizeBytes) };
}

/** RFC 3659 section 3. */
async function modificationTime(conversation: Conversation, argument: string): Promise<Reply> {
  return { code: 213, text: timeValue((await fileEntry(conversation, argument)).modified) };
}

async function fileEntry(conversation: Conversation, argument: string): Promise<FolderEntry> {
  const entry = await conversation.view.stat(conversation.resolve(argument));
  if (entry.kind === 'folder') throw new FolderFault('notAFile', reason('folder.isFolder'));
  return entry;
}

/** RFC 3659 section 7.2: the answer comes on the control connection, with the full path. */
async function facts(conversation: Conversation, argument: string): Promise<Reply> {
  const path = conversation.resolve(argument);
  const entry = await conversation.view.stat(path);
  return {
    code: 250,
    text: replies.ftp.facts,
    lines: [factsLine(entry, conversation.facts, virtualText(path))],
  };
}

async function remove(conversation: Conversation, argument: string): Promise<Reply> {
  const path = conversation.resolve(argument);
  await conversation.view.remove(path);
  conversation.door.journal.deleted(conversation.peer, virtualText(path));
  return REPLIES.done;
}

async function renameFrom(conversation: Conversation, argument: string): Promise<Reply> {
  const path = conversation.resolve(argument);
  await conversation.view.checkRenamable(path);
  conversation.pending = { renameFrom: path };
  return { code: 350, text: replies.ftp.sendRnto };
}

async function renameTo(conversation: Conversation, argument: string): Promise<Reply> {
  const { door, view, peer, pending } = conversation;
  if (!pending.renameFrom) return { code: 503, text: replies.ftp.rnfrFirst };
  const to = conversation.resolve(argument);
  await renameUpload(view, pending.renameFrom, to, { announce: door.announce, address: peer.address });
  door.journal.renamed(peer, virtualText(pending.renameFrom), virtualText(to));
  return REPLIES.done;
}

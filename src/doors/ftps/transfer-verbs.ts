import { isIPv4 } from '../../network.ts';
import type { Conversation } from './conversation.ts';
import { unixLine } from '../folder/listing.ts';
import { factsLine, listingPath } from './listing.ts';
import { extendedPassiveReply, passiveReply, REPLIES, type Reply } from './replies.ts';
import { receiveFile, sendFile, sendListing } from './transfers.ts';
import type { Verb } from './verb.ts';
import { replies } from '../../messages/en/replies.ts';

export const TRANSFER_VERBS: Verb[] = [
  { name: 'PASV', keepsPending: true, run: passive },
  { name: 'EPSV', keepsPending: true, feature: 'EPSV', run: extendedPassive },
  { name: 'LIST', needsChannel: true, run: list },
  { name: 'NLST', needsChannel: true, run: listNames },
  { name: 'MLSD', needsChannel: true, run: listFacts },
  { name: 'RETR', needsArgument: true, needsChannel: true, run: sendFile },
  { name: 'STOR', needsArgument: true, needsChannel: true, run: receiveFile },
  { name: 'REST', needsArgument: true, keepsPending: true, feature: 'REST STREAM', run: restart },
  { name: 'ALLO', needsArgument: true, keepsPending: true, run: allocate },
  // The control connection aborts a running transfer as the line arrives: it has ended with 426 when this runs.
  { name: 'ABOR', run: () => ({ code: 226, text: replies.ftp.nothingToAbort }) },
];

async function passive(conversation: Conversation): Promise<Reply> {
  if (conversation.extendedPassiveOnly) return { code: 503, text: replies.ftp.epsvOnly };
  const address = conversation.door.publicAddress ?? conversation.localAddress;
  if (!isIPv4(conversation.localAddress)) return { code: 425, text: replies.ftp.pasvIsIpv4 };
  const { port } = await conversation.listenForData();
  return passiveReply(address, port);
}

/** RFC 2428 section 3: an argument names the network protocol, 1 for IPv4 and 2 for IPv6, or ALL. */
async function extendedPassive(conversation: Conversation, argument: string): Promise<Reply> {
  const own = isIPv4(conversation.localAddress) ? '1' : '2';
  const wanted = argument.trim().toUpperCase();
  if (wanted === 'ALL') {
    conversation.extendedPassiveOnly = true;
    return { code: 200, text: replies.ftp.epsvAll };
  }
  if (wanted !== '' && wanted !== own) {
    return { code: 522, text: replies.ftp.protocolUnsupported(own) };
  }
  const { port } = await conversation.listenForData();
  return extendedPassiveReply(port);
}

function list(conversation: Conversation, argument: string): Promise<Reply> {
  const now = new Date();
  return sendListing(conversation, listingPath(argument), (entry) => unixLine(entry, now));
}

/** RFC 1123 section 4.1.2.7: every line can be used as it is in the next command, so a folder's name stays in front. */
function listNames(conversation: Conversation, argument: string): Promise<Reply> {
  const path = withoutEndSlashes(listingPath(argument));
  return sendListing(conversation, listingPath(argument), ({ name }, asked) => {
    if (asked === 'pattern') return `${path.slice(0, path.lastIndexOf('/') + 1)}${name}`;
    if (asked === 'itself') return listingPath(argument) || name;
    return listingPath(argument) === '' ? name : `${path}/${name}`;
  });
}

function withoutEndSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

function listFacts(conversation: Conversation, argument: string): Promise<Reply> {
  const { facts } = conversation;
  return sendListing(conversation, argument, (entry) => factsLine(entry, facts), 'foldersOnly');
}

/** RFC 3659 section 5: for the next download. */
function restart(conversation: Conversation, argument: string): Reply {
  const offset = byteCount(argument);
  if (offset === null) return REPLIES.argumentUnknown;
  conversation.pending.restartAt = offset;
  return { code: 350, text: replies.ftp.restartAt(offset) };
}

/**
 * RFC 959: room to reserve for the next upload, an upper bound and no promise of so many bytes. It is a question here:
 * what could not be stored is refused before it is sent. `R n` is the size of a record, and records are not known here.
 */
async function allocate({ door, view }: Conversation, argument: string): Promise<Reply> {
  const [, bytes = ''] = /^(\d{1,15})(?: +R +\d{1,15})?$/iu.exec(argument.trim()) ?? [];
  const size = byteCount(bytes);
  if (size === null) return REPLIES.argumentUnknown;
  view.demandUpload();
  const { fileBytesMax } = door.limits;
  if (size > fileBytesMax)
    return {
      code: 552,
      text: `${size} bytes are too many: a file may have ${fileBytesMax} (limits.fileBytes)`,
    };
  await door.room.demandRoomFor(view.account.folder, size);
  return { code: 200, text: replies.ftp.room };
}

function byteCount(text: string): number | null {
  const count = /^\d{1,15}$/u.test(text) ? Number(text) : null;
  return Number.isSafeInteger(count) ? count : null;
}

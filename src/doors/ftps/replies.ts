import { FolderFault, type FolderFaultKind } from '../folder/virtual-path.ts';
import { replies } from '../../messages/en/replies.ts';
import { ClientFault } from '../folder/client-fault.ts';
import type { Reason } from '../../messages/reply.ts';

/** An answer on the control connection (RFC 959 section 4.2). */
export interface Reply {
  code: number;
  text: string;
  /** Lines between the first and the last, for FEAT, HELP, MLST and STAT. */
  lines?: readonly string[];
  /** The control connection ends with this reply. */
  last?: true;
  /** It has gone out already. */
  said?: true;
}

/** The data connection failed: the client's network, its TLS, or its ABOR. */
export class ChannelFault extends ClientFault {
  readonly code: 425 | 426;

  constructor(code: 425 | 426, why: Reason) {
    super(why);
    this.name = 'ChannelFault';
    this.code = code;
  }
}

const CODE_OF_FAULT: Record<FolderFaultKind, number> = {
  notFound: 550,
  denied: 550,
  badName: 553,
  notAFile: 550,
  notAFolder: 550,
  tooBig: 552,
  noRoom: 452,
  overQuota: 552,
  diskFull: 452,
  incomplete: 426,
};

export const REPLIES = {
  greeting: { code: 220, text: replies.ftp.greeting },
  goodbye: { code: 221, text: replies.ftp.goodbye },
  signedIn: { code: 230, text: replies.ftp.signedIn },
  passwordNeeded: { code: 331, text: replies.ftp.passwordNeeded },
  signInFirst: { code: 530, text: replies.ftp.signInFirst },
  signInRefused: { code: 530, text: replies.ftp.signInRefused },
  signInTriesUsed: { code: 421, text: replies.ftp.signInTriesUsed, last: true },
  signInLate: { code: 421, text: replies.ftp.signInLate, last: true },
  idle: { code: 421, text: replies.ftp.idle, last: true },
  full: { code: 421, text: replies.ftp.full, last: true },
  accountChanged: { code: 421, text: replies.ftp.accountChanged, last: true },
  stopping: { code: 421, text: replies.server.stopping, last: true },
  flooded: { code: 421, text: replies.ftp.flooded, last: true },
  unknownVerb: { code: 500, text: replies.ftp.unknownVerb },
  lineTooLong: { code: 500, text: replies.ftp.lineTooLong },
  lineNotUtf8: { code: 501, text: replies.ftp.lineNotUtf8 },
  lineBadCharacter: { code: 501, text: replies.ftp.lineBadCharacter },
  argumentNeeded: { code: 501, text: replies.ftp.argumentNeeded },
  argumentUnknown: { code: 501, text: replies.ftp.argumentUnknown },
  passiveFirst: { code: 425, text: replies.ftp.passiveFirst },
  protectFirst: { code: 521, text: replies.ftp.protectFirst },
  tlsFirst: { code: 530, text: replies.ftp.tlsFirst },
  authAccepted: { code: 234, text: replies.ftp.authAccepted },
  certificateRefused: { code: 421, text: replies.ftp.certificateRefused, last: true },
  authUnknown: { code: 504, text: replies.ftp.authUnknown },
  opening: { code: 150, text: replies.ftp.opening },
  transferred: { code: 226, text: replies.ftp.transferred },
  done: { code: 250, text: replies.ftp.done },
} as const satisfies Record<string, Reply>;

/** @returns null for an error that is ours: it belongs in the log, not to the client */
export function replyForFault(error: unknown): Reply | null {
  if (error instanceof FolderFault) return { code: CODE_OF_FAULT[error.kind], text: error.message };
  if (error instanceof ChannelFault) return { code: error.code, text: error.message };
  return null;
}

/** The reply as it goes over the wire. */
export function formatReply({ code, text, lines }: Reply): string {
  if (!lines) return `${code} ${text}\r\n`;
  const between = lines.map((line) => ` ${line}\r\n`).join('');
  return `${code}-${text}\r\n${between}${code} ${replies.ftp.end}\r\n`;
}

/** RFC 959: an IPv4 address and a port as six numbers. */
export function passiveReply(address: string, port: number): Reply {
  const numbers = [...address.split('.'), port >> 8, port & 0xff].join(',');
  return { code: 227, text: replies.ftp.passive(numbers) };
}

/** RFC 2428: the port alone, the address is the one that the client has reached already. */
export function extendedPassiveReply(port: number): Reply {
  return { code: 229, text: replies.ftp.extendedPassive(port) };
}

/** RFC 959: quotes inside a path are doubled. */
export function workingFolderReply(path: string): Reply {
  return { code: 257, text: replies.ftp.workingFolder(path.replaceAll('"', '""')) };
}

import { FolderFault, type FolderFaultKind } from '../folder/virtual-path.ts';

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

/** The data connection failed: the client's network, its TLS, or its ABOR. The message is meant for the client. */
export class ChannelFault extends Error {
  readonly code: 425 | 426;

  constructor(code: 425 | 426, message: string) {
    super(message);
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
  greeting: { code: 220, text: 'Spoolgate ready' },
  goodbye: { code: 221, text: 'Goodbye' },
  signedIn: { code: 230, text: 'Signed in' },
  passwordNeeded: { code: 331, text: 'Password needed' },
  signInFirst: { code: 530, text: 'Sign in with USER and PASS first' },
  signInRefused: { code: 530, text: 'Sign-in refused' },
  signInTriesUsed: { code: 421, text: 'Too many sign-ins refused', last: true },
  signInLate: { code: 421, text: 'No sign-in in time', last: true },
  idle: { code: 421, text: 'No command in time', last: true },
  full: { code: 421, text: 'Too many sessions, try again later', last: true },
  accountChanged: { code: 421, text: 'This account was changed, sign in again', last: true },
  stopping: { code: 421, text: 'The service stops, try again later', last: true },
  flooded: { code: 421, text: 'Too many commands sent ahead', last: true },
  unknownVerb: { code: 500, text: 'Unknown command' },
  lineTooLong: { code: 500, text: 'Command line too long' },
  lineNotUtf8: { code: 501, text: 'Command line is not UTF-8' },
  lineBadCharacter: { code: 501, text: 'Command line holds CR or NUL' },
  argumentNeeded: { code: 501, text: 'This command needs an argument' },
  argumentUnknown: { code: 501, text: 'Argument not understood' },
  passiveFirst: { code: 425, text: 'Use PASV or EPSV first' },
  protectFirst: { code: 521, text: 'Data connections use TLS: send PBSZ 0 and PROT P first' },
  tlsFirst: { code: 530, text: 'Send AUTH TLS first: names and passwords are taken over TLS only' },
  authAccepted: { code: 234, text: 'Begin TLS' },
  certificateRefused: { code: 421, text: 'A valid client certificate is needed', last: true },
  authUnknown: { code: 504, text: 'Only AUTH TLS' },
  opening: { code: 150, text: 'Opening data connection' },
  transferred: { code: 226, text: 'Transfer complete' },
  done: { code: 250, text: 'Done' },
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
  return `${code}-${text}\r\n${between}${code} End\r\n`;
}

/** RFC 959: an IPv4 address and a port as six numbers. */
export function passiveReply(address: string, port: number): Reply {
  const numbers = [...address.split('.'), port >> 8, port & 0xff].join(',');
  return { code: 227, text: `Entering passive mode (${numbers})` };
}

/** RFC 2428: the port alone, the address is the one that the client has reached already. */
export function extendedPassiveReply(port: number): Reply {
  return { code: 229, text: `Entering extended passive mode (|||${port}|)` };
}

/** RFC 959: quotes inside a path are doubled. */
export function workingFolderReply(path: string): Reply {
  return { code: 257, text: `"${path.replaceAll('"', '""')}" is the working folder` };
}

import type { Conversation } from './conversation.ts';
import { FACTS } from './listing.ts';
import { REPLIES, type Reply } from './replies.ts';
import { answer, type Verb } from './verb.ts';
import { replies } from '../../messages/en/replies.ts';

/** Verbs that ask for a mode of working. Most have one answer, because there is one mode. */
export const SETTING_VERBS: Verb[] = [
  answer('NOOP', 200, 'Ready'),
  answer('SYST', 215, 'UNIX Type: L8', { beforeSignIn: true }),
  { name: 'OPTS', beforeSignIn: true, needsArgument: true, feature: 'UTF8', run: opts },
  answer('PBSZ', 200, 'PBSZ=0', { beforeSignIn: true, feature: 'PBSZ' }),
  { name: 'PROT', beforeSignIn: true, needsArgument: true, feature: 'PROT', run: prot },
  { name: 'TYPE', needsArgument: true, keepsPending: true, run: type },
  oneOf('MODE', { S: 'Stream mode' }),
  oneOf('STRU', { F: 'File structure' }),
  { name: 'STAT', run: stat },
];

function oneOf(name: string, known: Record<string, string>): Verb {
  return {
    name,
    needsArgument: true,
    run: (_conversation, argument) => {
      const text = known[argument.toUpperCase()];
      return text
        ? { code: 200, text }
        : { code: 504, text: replies.ftp.onlyOneOf(name, Object.keys(known).join(', ')) };
    },
  };
}

/**
 * Files are stored and sent byte by byte in both types: change files are accepted with LF and with CRLF (rules 4),
 * and converting would change what the customer sent. ASCII is accepted because clients select it for listings.
 */
function type(_conversation: Conversation, argument: string): Reply {
  const known = ['A', 'A N', 'I', 'L 8'].includes(argument.toUpperCase());
  return known ? { code: 200, text: replies.ftp.typeSet } : { code: 504, text: replies.ftp.onlyTypes };
}

/** RFC 4217 section 9: the door has no data connection in clear text. */
function prot(conversation: Conversation, argument: string): Reply {
  const level = argument.toUpperCase();
  if (level === 'P') {
    conversation.dataProtected = true;
    return { code: 200, text: replies.ftp.protectionSet };
  }
  if (['C', 'S', 'E'].includes(level)) return { code: 534, text: replies.ftp.onlyProtected };
  return { code: 504, text: replies.ftp.onlyProtP };
}

function opts(conversation: Conversation, argument: string): Reply {
  const [subject = '', value = ''] = argument.trim().toUpperCase().split(/\s+/u);
  if (subject === 'UTF8') return optsUtf8(value);
  if (subject !== 'MLST') return REPLIES.argumentUnknown;
  const wanted = value.toLowerCase().split(';');
  conversation.facts = new Set(FACTS.filter((fact) => wanted.includes(fact)));
  return { code: 200, text: `MLST OPTS ${[...conversation.facts].map((fact) => `${fact};`).join('')}` };
}

/** Older clients send the bare word. */
function optsUtf8(value: string): Reply {
  return { code: value === 'OFF' ? 504 : 200, text: replies.ftp.utf8 };
}

function stat({ peer }: Conversation, argument: string): Reply {
  if (argument) return { code: 504, text: replies.ftp.statTakesNoPath };
  const { signedInAs, controlConnection, dataConnections, status } = replies.ftp;
  const lines = [signedInAs(peer.login), controlConnection(peer.cipher), dataConnections];
  return { code: 211, text: status, lines };
}

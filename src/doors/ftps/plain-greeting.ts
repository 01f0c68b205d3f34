import type { Socket } from 'node:net';
import { CommandLines, parseCommandLine, type BadLine, type Command } from './command-line.ts';
import { formatReply, REPLIES, type Reply } from './replies.ts';
import { replies } from '../../messages/en/replies.ts';

/** Words before TLS; more than these no client needs. */
const COMMANDS_MAX = 20;

/**
 * The part of an explicit connection that is not encrypted (RFC 4217): it ends with AUTH TLS. Names and passwords are
 * refused, before the password is asked for.
 */
export function greetInPlain(raw: Socket, secure: () => void): void {
  const lines = new CommandLines();
  let commands = 0;
  const say = (reply: Reply) => void raw.write(formatReply(reply));
  const hear = (chunk: Buffer) => {
    const heard = lines.feed(chunk);
    for (const [index, line] of heard.entries()) {
      const command = parseCommandLine(line);
      const reply = answerInPlain(command);
      commands += 1;
      if (reply === REPLIES.authAccepted) {
        raw.off('data', hear);
        // What was sent ahead of the handshake could come from somebody else: it would be obeyed after sign-in.
        if (index < heard.length - 1 || !lines.isEmpty) return void raw.destroy();
        say(reply);
        return secure();
      }
      say(reply);
      if ('last' in reply || commands >= COMMANDS_MAX) return void raw.end();
    }
  };
  raw.on('data', hear);
  say(REPLIES.greeting);
}

function answerInPlain(command: Command | BadLine): Reply {
  if (typeof command === 'string') return REPLIES.lineBadCharacter;
  const { verb, argument } = command;
  if (verb === 'AUTH')
    return ['TLS', 'TLS-C', 'SSL'].includes(argument.toUpperCase())
      ? REPLIES.authAccepted
      : REPLIES.authUnknown;
  if (verb === 'QUIT') return { ...REPLIES.goodbye, last: true };
  if (verb === 'FEAT')
    return { code: 211, text: replies.ftp.features, lines: ['AUTH TLS', 'PBSZ', 'PROT', 'UTF8'] };
  return REPLIES.tlsFirst;
}

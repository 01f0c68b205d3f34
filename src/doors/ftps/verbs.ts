import { during } from '../../loop-watch.ts';
import { quoted } from '../../shown-text.ts';
import type { Conversation } from './conversation.ts';
import type { Command } from './command-line.ts';
import { FOLDER_VERBS } from './folder-verbs.ts';
import { REPLIES, type Reply } from './replies.ts';
import { SETTING_VERBS } from './setting-verbs.ts';
import { SIGN_IN_VERBS } from './sign-in-verbs.ts';
import { TRANSFER_VERBS } from './transfer-verbs.ts';
import { answer, type Verb } from './verb.ts';
import { replies } from '../../messages/en/replies.ts';

const REFUSED_VERBS: Verb[] = [
  answer('APPE', 502, 'Files are not appended to, send the whole file with STOR', { refused: true }),
  answer('STOU', 502, 'Change files have names with a meaning, use STOR', { refused: true }),
  answer('MKD', 550, 'Folders cannot be made', { refused: true }),
  answer('XMKD', 550, 'Folders cannot be made', { refused: true }),
  answer('RMD', 550, 'Folders cannot be removed', { refused: true }),
  answer('XRMD', 550, 'Folders cannot be removed', { refused: true }),
  answer('PORT', 502, 'Active mode is off, use PASV or EPSV', { refused: true }),
  answer('EPRT', 502, 'Active mode is off, use EPSV', { refused: true }),
  answer('AUTH', 503, 'TLS is on already', { refused: true, beforeSignIn: true }),
  answer('CCC', 533, 'The control connection stays encrypted', { refused: true }),
];

const INQUIRY_VERBS: Verb[] = [
  { name: 'FEAT', beforeSignIn: true, run: features },
  { name: 'HELP', beforeSignIn: true, run: help },
  { name: 'SITE', run: site },
];

const VERBS: ReadonlyMap<string, Verb> = new Map(
  [
    ...SIGN_IN_VERBS,
    ...SETTING_VERBS,
    ...INQUIRY_VERBS,
    ...FOLDER_VERBS,
    ...TRANSFER_VERBS,
    ...REFUSED_VERBS,
  ].map((verb) => [verb.name, verb]),
);

/** Runs one command to its final reply. */
export async function perform(conversation: Conversation, command: Command): Promise<Reply> {
  const verb = VERBS.get(command.verb);
  const refusal = gate(conversation, verb, command.argument);
  try {
    if (refusal || !verb) return refusal ?? REPLIES.unknownVerb;
    const { login } = conversation.peer;
    return await during(`FTPS ${command.verb} of ${quoted(login)}`, () =>
      verb.run(conversation, command.argument),
    );
  } catch (error) {
    return conversation.replyTo(error);
  } finally {
    if (!verb?.keepsPending) conversation.pending = {};
    if (verb?.needsChannel) conversation.closeChannel();
  }
}

/** The one place that decides whether a verb may run. Rights hang on the path too and stand in the folder view. */
function gate(conversation: Conversation, verb: Verb | undefined, argument: string): Reply | null {
  if (!conversation.signedIn && !verb?.beforeSignIn) return verb ? REPLIES.signInFirst : REPLIES.unknownVerb;
  if (verb?.needsArgument && argument === '') return REPLIES.argumentNeeded;
  if (verb?.needsChannel && !conversation.dataProtected) return REPLIES.protectFirst;
  if (verb?.needsChannel && !conversation.channel) return REPLIES.passiveFirst;
  return null;
}

function features(): Reply {
  const lines = [...VERBS.values()].flatMap(({ feature }) => feature ?? []).sort();
  return { code: 211, text: replies.ftp.features, lines };
}

function help(): Reply {
  const known = [...VERBS.values()].filter(({ refused }) => !refused).map(({ name }) => name);
  return { code: 214, text: replies.ftp.commands, lines: [known.sort().join(' ')] };
}

function site(conversation: Conversation, argument: string): Reply {
  if (argument.toUpperCase() === 'HELP') return { code: 214, text: replies.ftp.noSiteCommands };
  return conversation.signedIn ? { code: 504, text: replies.ftp.noSiteCommands } : REPLIES.signInFirst;
}

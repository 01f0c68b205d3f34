import { setTimeout as delay } from 'node:timers/promises';
import type { Conversation } from './conversation.ts';
import { REPLIES, type Reply } from './replies.ts';
import { answer, type Verb } from './verb.ts';

/** Longer names are cut in the journal. */
const LOGGED_LOGIN_MAX = 255;

export const SIGN_IN_VERBS: Verb[] = [
  { name: 'USER', beforeSignIn: true, needsArgument: true, run: user },
  { name: 'PASS', beforeSignIn: true, run: pass },
  answer('ACCT', 202, 'No account needed', { beforeSignIn: true }),
  { name: 'QUIT', beforeSignIn: true, run: () => ({ ...REPLIES.goodbye, last: true }) },
];

/** The same answer for every name: it does not tell which exist. */
function user(conversation: Conversation, login: string): Reply {
  if (conversation.signedIn) return { code: 503, text: 'Signed in already' };
  conversation.claimedLogin = login;
  return REPLIES.passwordNeeded;
}

async function pass(conversation: Conversation, password: string): Promise<Reply> {
  const { door, visitor, claimedLogin } = conversation;
  if (conversation.signedIn) return { code: 503, text: 'Signed in already' };
  if (claimedLogin === null) return { code: 503, text: 'Send USER first' };
  conversation.claimedLogin = null;
  const account = await door.signIn(claimedLogin, password, visitor.address);
  if (account === null) return refuse(conversation, claimedLogin);
  conversation.enter(account);
  door.journal.signedIn({ ...visitor });
  return REPLIES.signedIn;
}

async function refuse(conversation: Conversation, login: string): Promise<Reply> {
  const { limits, journal } = conversation.door;
  conversation.signInsRefused += 1;
  journal.signInRefused({ ...conversation.visitor, login: loggableLogin(login) }, 'wrong name or password');
  await delay(limits.signInDelayMs);
  return conversation.signInsRefused < limits.signInTriesMax
    ? REPLIES.signInRefused
    : REPLIES.signInTriesUsed;
}

/** As given, but short and on one line. */
export function loggableLogin(login: string): string {
  const cut = login.toWellFormed().slice(0, LOGGED_LOGIN_MAX);
  // oxlint-disable-next-line no-control-regex -- control characters are what this escapes
  return cut.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

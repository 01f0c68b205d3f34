import { setTimeout as delay } from 'node:timers/promises';
import { loggableLogin } from '../loggable-login.ts';
import { refusalReason } from '../sign-in/refusal-reason.ts';
import type { Refusal } from '../sign-in/access-account.ts';
import type { Conversation } from './conversation.ts';
import { REPLIES, type Reply } from './replies.ts';
import { answer, type Verb } from './verb.ts';
import { replies } from '../../messages/en/replies.ts';
import { reason, type Reason } from '../../messages/reply.ts';

export const SIGN_IN_VERBS: Verb[] = [
  { name: 'USER', beforeSignIn: true, needsArgument: true, run: user },
  { name: 'PASS', beforeSignIn: true, run: pass },
  answer('ACCT', 202, 'No account needed', { beforeSignIn: true }),
  { name: 'QUIT', beforeSignIn: true, run: () => ({ ...REPLIES.goodbye, last: true }) },
];

/** The same answer for every name: it does not tell which exist. */
function user(conversation: Conversation, login: string): Reply {
  if (conversation.signedIn) return { code: 503, text: replies.ftp.signedInAlready };
  conversation.claimedLogin = login;
  return REPLIES.passwordNeeded;
}

async function pass(conversation: Conversation, password: string): Promise<Reply> {
  const startedMs = performance.now();
  const { door, peer, claimedLogin } = conversation;
  if (conversation.signedIn) return { code: 503, text: replies.ftp.signedInAlready };
  if (claimedLogin === null) return { code: 503, text: replies.ftp.userFirst };
  conversation.claimedLogin = null;
  let why: Refusal | null = null;
  const account = await door.signIn
    .withPassword(claimedLogin, password, peer.address, (told) => (why = told))
    .catch((error: unknown) => {
      if (why) tellRefused(conversation, claimedLogin, refusalReason(why, 'signIn.wrongPassword'));
      throw error;
    });
  if (account === null)
    return refuse(conversation, claimedLogin, startedMs, refusalReason(why, 'signIn.wrongPassword'));
  if (!conversation.enter(account)) {
    const { login, customer } = account;
    door.journal.signInRefused({ ...peer, login, customer }, reason('signIn.tooManySessions'));
    return REPLIES.full;
  }
  door.journal.signedIn({ ...peer });
  return REPLIES.signedIn;
}

function tellRefused({ door, peer }: Conversation, login: string, why: Reason): void {
  door.journal.signInRefused({ ...peer, login: loggableLogin(login) }, why);
}

async function refuse(
  conversation: Conversation,
  login: string,
  startedMs: number,
  why: Reason,
): Promise<Reply> {
  const { limits } = conversation.door;
  conversation.signInsRefused += 1;
  tellRefused(conversation, login, why);
  await delay(Math.max(0, startedMs + limits.signInDelayMs - performance.now()));
  return conversation.signInsRefused < limits.signInTriesMax
    ? REPLIES.signInRefused
    : REPLIES.signInTriesUsed;
}

import type { Conversation } from './conversation.ts';
import type { Reply } from './replies.ts';

/** One command of the protocol. The table in verbs.ts holds all; the gate there reads everything but `run`. */
export interface Verb {
  name: string;
  /** May be used before sign-in. */
  beforeSignIn?: true;
  needsArgument?: true;
  /** Needs PASV or EPSV before it, and uses that up. */
  needsChannel?: true;
  /** REST and RNFR stay in force over it. */
  keepsPending?: true;
  /** Known, but never done; HELP leaves it out. */
  refused?: true;
  /** Line of FEAT. */
  feature?: string;
  run(conversation: Conversation, argument: string): Reply | Promise<Reply>;
}

/** A verb with a fixed answer. */
export function answer(name: string, code: number, text: string, more: Partial<Verb> = {}): Verb {
  return { name, ...more, run: () => ({ code, text }) };
}

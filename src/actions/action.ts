/**
 * What an operator may do, each thing once: its name, its input, who may do it, and what it does. The command line and the
 * control socket are faces of the one list (list.ts); what is checked is checked here, so they cannot differ.
 */
import type { z } from 'zod';
import type { ActionServices } from './services.ts';

/** Who asks. */
export interface Actor {
  /** Of the machine: whoever may open the control socket, or use the database without a daemon. */
  kind: 'operator';
  /** For the audit. */
  name: string;
}

/** What goes to and fro besides input and answer, piece by piece: any length costs constant memory. */
export interface Channel<Piece> {
  /** Bytes that come with the input, such as those of a file that only the caller may read. */
  content: AsyncIterable<Buffer>;
  /** Part of a long answer; resolves when there is room for the next one. */
  send: (piece: Piece) => Promise<void>;
  /** Nobody waits for the answer any more. */
  gone: AbortSignal;
}

export interface Action<Input extends z.ZodType = z.ZodType, Answer = unknown, Piece = unknown> {
  name: string;
  input: Input;
  allowed(actor: Actor): boolean;
  /** @throws {OperatorFault} what the caller is told, with its exit code */
  run(
    services: ActionServices,
    input: z.output<Input>,
    actor: Actor,
    channel: Channel<Piece>,
  ): Promise<Answer>;
}

/** Says nothing but that it is an action: its types follow from what it is made of. */
export function action<Input extends z.ZodType, Answer, Piece = never>(
  made: Action<Input, Answer, Piece>,
): Action<Input, Answer, Piece> {
  return made;
}

export function operators({ kind }: Actor): boolean {
  return kind === 'operator';
}

/** A value that went through JSON: times are ISO 8601 texts. */
export type AsJson<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: AsJson<T[Key]> } : T;

/** What a caller gets of an action. */
export type AnswerOf<A> = A extends Action<z.ZodType, infer Answer, infer _> ? AsJson<Answer> : never;

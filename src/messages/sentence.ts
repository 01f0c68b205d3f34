import type { Refusal } from '../change-file/result-code.ts';

/** What a report says of a refusal, with its values put in. */
export type Sentence = string | ((refusal: Refusal) => string);

/** The value at fault, in quotes. */
export const value = ({ value }: Refusal) => `"${value ?? ''}"`;

/** The values that the refusal lists: `a, b or c`; `none` where there are none. */
export function listed({ list = [] }: Refusal): string {
  return list.length < 2 ? (list[0] ?? 'none') : `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`;
}

/** The allowed values that could be meant; an example where none is near. */
export function nearest(refusal: Refusal, example: string): string {
  return refusal.list?.length ? `Use ${listed(refusal)}.` : `Use one such as ${example}.`;
}

/** The seats that the refusal lists. */
export function seats({ list = [] }: Refusal): string {
  return list.length === 0 ? 'no seat' : list.join(', ');
}

/** The sentences of a code that several causes share. Its type names them: another language cannot leave one out. */
export type ByReason<Reason extends string> = ((refusal: Refusal) => string) & {
  causes: Readonly<Record<Reason | 'otherwise', Sentence>>;
};

/** One sentence per cause that shares a code. */
export function byReason<Reason extends string>(
  sentences: Readonly<Record<Reason, Sentence>>,
  otherwise: Sentence,
): ByReason<Reason> {
  const known: Readonly<Partial<Record<string, Sentence>>> = sentences;
  const choose = (refusal: Refusal) => say(known[refusal.reason ?? ''] ?? otherwise, refusal);
  return Object.assign(choose, {
    causes: { ...sentences, otherwise },
  });
}

/** Every sentence of a code, for the guides: one per cause. */
export function causesOf(sentence: Sentence): Sentence[] {
  return typeof sentence === 'function' && 'causes' in sentence
    ? Object.values(sentence.causes as Record<string, Sentence>)
    : [sentence];
}

export function say(sentence: Sentence, refusal: Refusal): string {
  return typeof sentence === 'string' ? sentence : sentence(refusal);
}

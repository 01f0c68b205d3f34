import type { Refusal } from '../result-code.ts';

/** What a report says of a refusal, with its values put in. */
export type Sentence = string | ((refusal: Refusal) => string);

/** The value at fault, in quotes. */
export const value = ({ value }: Refusal) => `"${value ?? ''}"`;

/** One sentence per cause that shares a code. */
export function byReason(sentences: Record<string, Sentence>, otherwise: Sentence): Sentence {
  const choose = (refusal: Refusal) => say(sentences[refusal.reason ?? ''] ?? otherwise, refusal);
  return Object.assign(choose, { causes: { ...sentences, otherwise } });
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

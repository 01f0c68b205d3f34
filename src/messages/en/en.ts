import { replies } from './replies.ts';
import { results } from './results.ts';

/** Everything that people read, in English, by area. `Messages` (messages.ts) is made from it. */
export const en = {
  results,
  otherResult: (code: number) => `The entry failed with result code ${code}.`,
  replies,
};

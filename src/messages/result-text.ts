import type { Refusal, ResultCode } from '../change-file/result-code.ts';
import { escapeHidden } from '../shown-text.ts';
import { directoryValues } from './en/directory.ts';
import { en } from './en/en.ts';
import { technicianReadings } from './en/technicians.ts';
import type { Messages } from './messages.ts';
import { causesOf, say, type Sentence } from './sentence.ts';

/** One line of text, without control characters whatever the values hold. It names every fault of an entry. */
export function messageFor(refusal: Refusal, { results, otherResult }: Messages = en): string {
  const known: Partial<Record<ResultCode, Sentence>> = results;
  return [refusal, ...(refusal.also ?? [])]
    .map((one) => escapeHidden(say(known[one.code] ?? otherResult(one.code), one)))
    .join(' ');
}

/** In no sentence but where the limit stands. */
const ANY_LIMIT = 987_654_321;

/**
 * All sentences of a code in provisioning files with stand-ins for the values, for the guide; empty where a file never
 * gets the code.
 */
export function exampleMessages(code: ResultCode): string[] {
  const known: Partial<Record<ResultCode, Sentence>> = en.results;
  const sentence = known[code];
  const standIns: Refusal = {
    code,
    field: 'FIELD',
    value: 'VALUE',
    other: 'OTHER',
    limit: ANY_LIMIT,
    list: ['LIST'],
  };
  if (sentence === undefined) return [];
  const others = new Set<Sentence>([...Object.values(directoryValues), ...Object.values(technicianReadings)]);
  const causes = causesOf(sentence).filter((cause) => !others.has(cause));
  const texts = causes.map((cause) => escapeHidden(say(cause, standIns)).replaceAll(String(ANY_LIMIT), 'N'));
  return [...new Set(texts)];
}

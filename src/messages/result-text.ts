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

/** What is wrong, and what to do about it; '' where there is nothing to say of that. */
export interface Advice {
  message: string;
  suggestion: string;
}

/** The words of `messageFor` for a table: of one fault, the first sentence and the rest. */
export function adviceFor(refusal: Refusal, messages: Messages = en): Advice {
  const text = messageFor(withoutBlanks(refusal), messages);
  const end = /[.!?] /u.exec(text)?.index ?? text.length;
  const part = (from: number, to?: number) => text.slice(from, to).replaceAll(BLANK, ' ');
  return { message: part(0, end + 1), suggestion: part(end + 2) };
}

/** Stands for a blank within a value: a sentence does not end there. No message has it. */
const BLANK = '\uF8FF';

/** By itself, without what stands beside it. */
function withoutBlanks(refusal: Refusal): Refusal {
  const { value, other, list } = refusal;
  const filled = (text: string) => text.replaceAll(' ', BLANK);
  return {
    ...refusal,
    also: [],
    ...(value === undefined ? {} : { value: filled(value) }),
    ...(other === undefined ? {} : { other: filled(other) }),
    ...(list ? { list: list.map(filled) } : {}),
  };
}

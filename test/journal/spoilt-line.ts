import { formatRecord } from '../../src/journal/record.ts';
import type { Random } from '../model/random.ts';
import { anyRecord } from './any-record.ts';

const NOISE = [
  '"',
  '\\',
  '\\"',
  ' ',
  '(',
  ')',
  ', ',
  '=',
  '@',
  'x',
  'é',
  '\u0000',
  '\t',
  '\u0085',
  'unknown',
  'Unauthenticated',
  ' with outcome ',
  ' with outcome SUCCESS',
  ' targeted at (',
  ' on object (',
  '", customerid=1',
  '", customerId=7)',
  ' reason=X',
  ' (A="b")',
  '\\u00',
  'İ',
  'ſ',
];

/** The line of a record, as another writer might have written it, or a bad disk left it. */
export function spoiltLine(random: Random): string {
  let line = formatRecord(anyRecord(random, random.percent(50) ? 'any ids' : 'plain ids'));
  for (let spots = random.below(4); spots > 0; spots -= 1) {
    const at = random.below(line.length + 1);
    const end = Math.min(line.length, at + random.pick([0, 0, 0, 1, 1, 2, 12]));
    const inside = random.pick([
      () => random.pick(NOISE),
      () => '',
      () => line.slice(at, end).toUpperCase(),
      () => line.slice(at, end).toLowerCase(),
    ])();
    line = line.slice(0, at) + inside + line.slice(end);
  }
  // Only an unescaped quote or backslash brings the second way of reading into play.
  if (random.percent(30)) line = line.replaceAll(random.pick(['\\"', '\\\\', '\\n']), '"');
  return line;
}

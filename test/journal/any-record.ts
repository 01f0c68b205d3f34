import type { JournalActor, JournalEntity, JournalRecord } from '../../src/journal/record.ts';
import { anonymous, member, OUTCOMES, outsider } from '../../src/journal/record.ts';
import type { Random } from '../model/random.ts';

const PIECES = [
  'a',
  'Plan 3.odp',
  '"',
  '\\',
  '\n',
  '\r',
  '\t',
  '\u0000',
  '\u001b',
  '\u007f',
  '\u0085',
  '\u2028',
  'é',
  '😀',
  ' ',
  ',',
  '(',
  ')',
  '%20',
  '", customerid=1)',
  ' with outcome SUCCESS',
  ' targeted at (',
  'name="',
  '\\u0041',
];
const WORDS = ['LOGIN', 'CREATE', 'FILE_SHARED', 'A_1', 'x'];

/** Where ids and addresses are free of what must be encoded, a record is read as it was written. */
type Ids = 'any ids' | 'plain ids';

/** A record as another program could have thought of it: of any characters, all parts there or not. */
export function anyRecord(random: Random, ids: Ids = 'any ids'): JournalRecord {
  const seconds = random.below(4_000_000_000);
  const text = () => Array.from({ length: random.below(6) }, () => random.pick(PIECES)).join('');
  const id = () => (ids === 'any ids' && random.percent(40) ? text() : String(random.below(1_000_000)));
  const entity = (): JournalEntity | null =>
    random.percent(50)
      ? { type: random.pick(['USER', 'FILE']), id: id(), name: text(), customerid: id() }
      : null;
  const failed = random.percent(30);
  return {
    timestamp: `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`,
    actor: anyActor(random, id, ids === 'any ids' ? text : () => 'ann'),
    action: random.pick(WORDS),
    object: entity(),
    target: entity(),
    outcome: failed ? 'FAILURE' : random.pick(OUTCOMES),
    reason: failed ? random.pick(['NOT_SUPPORTED', 'A1']) : null,
    extra: Array.from({ length: random.below(4) }, () => [random.pick(WORDS), text()] as const),
  };
}

function anyActor(random: Random, id: () => string, text: () => string): JournalActor {
  const mail = `${text()}@${text()}.example`;
  return random.pick([
    () => member(mail, random.percent(80) ? id() : null, id()),
    () => outsider(mail, id(), random.percent(80) ? id() : null),
    () => anonymous,
  ])();
}

import { describe, expect, it, test } from 'vitest';
import { parseRecord } from '../../src/journal/parse-record.ts';
import {
  anonymous,
  formatRecord,
  member,
  outsider,
  recordTime,
  type JournalRecord,
} from '../../src/journal/record.ts';
import { seededRandom } from '../model/random.ts';
import { anyRecord } from './any-record.ts';

const TIME = '2026-03-04T05:06:07+0000';
const ANN = 'ann.berg@acme.example (id=7, customerid=31)';
const FILE = (name: string) => `(type=FILE, id=f-1, name=${name}, customerid=31)`;

const LOGIN: JournalRecord = {
  timestamp: '2026-03-04T05:06:07Z',
  actor: member('ann.berg@acme.example', '7', '31'),
  action: 'LOGIN',
  object: null,
  target: null,
  outcome: 'SUCCESS',
  reason: null,
  extra: [],
};
const OBJECT = { type: 'FILE', id: 'f-1', name: 'Plan.odp', customerid: '31' };

it('a time is of whole seconds', () => {
  expect(recordTime(new Date('2026-03-04T05:06:07.999Z'))).toBe('2026-03-04T05:06:07Z');
});

test.each<[string, Partial<JournalRecord>, string]>([
  ['a member', {}, `${TIME} user ${ANN} performed LOGIN with outcome SUCCESS`],
  [
    'somebody of another organisation',
    { actor: outsider('bo@partner.example', '9', '32') },
    `${TIME} user @partner.example (id=9, customerid=32) performed LOGIN with outcome SUCCESS`,
  ],
  [
    'nobody who is known',
    { actor: anonymous, outcome: 'FAILURE', reason: 'INVALID_USERNAME' },
    `${TIME} user unauthenticated (id=unknown, customerid=unknown) performed LOGIN with outcome FAILURE reason=INVALID_USERNAME`,
  ],
  [
    'a login that is no subscriber',
    { actor: member('agent@acme.example', null, '31') },
    `${TIME} user agent@acme.example (id=unknown, customerid=31) performed LOGIN with outcome SUCCESS`,
  ],
  [
    'all parts, in their order',
    {
      object: { type: 'USER', id: '8', name: 'Bo Lund', customerid: '31' },
      target: OBJECT,
      outcome: 'FAILURE',
      reason: 'NOT_SUPPORTED',
      extra: [
        ['ROLE', 'READER'],
        ['OPERATION', ''],
      ],
    },
    `${TIME} user ${ANN} performed LOGIN on object (type=USER, id=8, name="Bo Lund", customerid=31) targeted at (type=FILE, id=f-1, name="Plan.odp", customerid=31) with outcome FAILURE reason=NOT_SUPPORTED (ROLE="READER", OPERATION="")`,
  ],
  [
    'a name with all that is escaped, and what is not',
    { object: { ...OBJECT, name: 'a "b" \\ \n\r\t\u0000\u001b\u007f é\u2028 (x, y)' } },
    `${TIME} user ${ANN} performed LOGIN on object ${FILE('"a \\"b\\" \\\\ \\n\\r\\t\\u0000\\u001b\u007f é\u2028 (x, y)"')} with outcome SUCCESS`,
  ],
  [
    'ids that no quotes protect',
    { object: { type: 'FILE', id: 'a b,c(d)"e"\té', name: '', customerid: '3 1' } },
    `${TIME} user ${ANN} performed LOGIN on object (type=FILE, id=a%20b%2Cc%28d%29%22e%22%09é, name="", customerid=3%201) with outcome SUCCESS`,
  ],
  [
    'an address with blanks and parentheses',
    { actor: member('"a\u00a0(b)"@acme.example', '7', '31') },
    `${TIME} user "a%C2%A0%28b%29"@acme.example (id=7, customerid=31) performed LOGIN with outcome SUCCESS`,
  ],
  [
    'a word that is none',
    { action: 'LOG IN', outcome: 'FAILURE', reason: 'A)B', extra: [['', 'v']] },
    `${TIME} user ${ANN} performed LOG_IN with outcome FAILURE reason=A_B (_="v")`,
  ],
  [
    'half of a surrogate pair',
    { object: { ...OBJECT, name: 'a\ud800b' } },
    `${TIME} user ${ANN} performed LOGIN on object ${FILE('"a\ufffdb"')} with outcome SUCCESS`,
  ],
])('%s is written by the grammar', (_, part, line) => {
  expect(formatRecord({ ...LOGIN, ...part })).toBe(line);
  expect(formatRecord(parseRecord(line) as JournalRecord)).toBe(line);
});

test.each<[string, string, Partial<JournalRecord>]>([
  ['a short line', `user ${ANN} performed LOGIN with outcome SUCCESS`, {}],
  [
    'any case of keys and words; type, outcome and reason in upper case, the action as it is',
    'USER ann.berg@acme.example (ID=7, customerId=31) Performed Login On Object (TYPE=file, Id=f-1, Name="Plan.odp", customerID=31) With Outcome failure Reason=ab_1',
    { action: 'Login', object: OBJECT, outcome: 'FAILURE', reason: 'AB_1' },
  ],
  [
    'no customer of the actor',
    'user ann.berg@acme.example (id=7) performed LOGIN with outcome SUCCESS',
    { actor: { ...LOGIN.actor, customerid: null } },
  ],
  [
    'a domain without the sign',
    'user partner.example (id=9, customerid=32) performed LOGIN with outcome SUCCESS',
    { actor: { kind: 'outside', email: null, domain: 'partner.example', id: '9', customerid: '32' } },
  ],
  [
    'ids of another form',
    'user ann.berg@acme.example (id=u-7, customerid=) performed LOGIN with outcome PENDING',
    { actor: { ...LOGIN.actor, id: 'u-7', customerid: null }, outcome: 'PENDING' },
  ],
  [
    'unknown words',
    `user ${ANN} performed NEW_1 on object (type=NEW_2, id=, name="", customerid=) with outcome UNKNOWN reason=NEW_3 (new="x", new="y")`,
    {
      action: 'NEW_1',
      object: { type: 'NEW_2', id: '', name: '', customerid: '' },
      outcome: 'UNKNOWN',
      reason: 'NEW_3',
      extra: [
        ['new', 'x'],
        ['new', 'y'],
      ],
    },
  ],
  [
    'escapes in either case',
    `user ${ANN} performed LOGIN on object ${FILE('"\\u00e9\\u00C9 \\\\n \\ud83d\\ude00"')} with outcome SUCCESS`,
    { object: { ...OBJECT, name: 'éÉ \\n 😀' } },
  ],
  [
    'words of the grammar within a name',
    `user ${ANN} performed LOGIN on object ${FILE('"a\\", customerid=9) with outcome FAILURE"')} with outcome SUCCESS`,
    { object: { ...OBJECT, name: 'a", customerid=9) with outcome FAILURE' } },
  ],
  [
    'quotes that were not escaped',
    `user ${ANN} performed LOGIN on object ${FILE('"a "b", c"')} targeted at ${FILE('""')} with outcome SUCCESS`,
    { object: { ...OBJECT, name: 'a "b", c' }, target: { ...OBJECT, name: '' } },
  ],
  [
    'the last end of such a name',
    `user ${ANN} performed LOGIN on object ${FILE('"a", customerid=1) b"')} with outcome SUCCESS`,
    { object: { ...OBJECT, name: 'a", customerid=1) b' } },
  ],
  [
    'a backslash that escapes nothing',
    `user ${ANN} performed LOGIN on object ${FILE('"C:\\new\\x"')} with outcome SUCCESS`,
    { object: { ...OBJECT, name: 'C:\\new\\x' } },
  ],
  [
    'a tab within a name, from another writer',
    `user ${ANN} performed LOGIN on object ${FILE('"a\tİ"')} with outcome SUCCESS`,
    { object: { ...OBJECT, name: 'a\tİ' } },
  ],
  [
    'an escaped name beside one that is not',
    `user ${ANN} performed LOGIN on object ${FILE('"a\\nb"')} targeted at ${FILE('"x"y"')} with outcome SUCCESS`,
    { object: { ...OBJECT, name: 'a\nb' }, target: { ...OBJECT, name: 'x"y' } },
  ],
])('%s is read', (_, line, part) => {
  expect(parseRecord(`${TIME} ${line}`)).toEqual({ ...LOGIN, ...part });
});

test.each([
  ['no outcome', `user ${ANN} performed LOGIN`],
  ['another outcome', `user ${ANN} performed LOGIN with outcome MAYBE`],
  ['an action of two words', `user ${ANN} performed LOG IN with outcome SUCCESS`],
  ['an empty reason', `user ${ANN} performed LOGIN with outcome FAILURE reason=`],
  ['no pairs in the parenthesis', `user ${ANN} performed LOGIN with outcome SUCCESS ()`],
  ['a pair without quotes', `user ${ANN} performed LOGIN with outcome SUCCESS (a=b)`],
  ['something behind the end', `user ${ANN} performed LOGIN with outcome SUCCESS `],
  ['no actor', 'user  (id=7, customerid=31) performed LOGIN with outcome SUCCESS'],
  ['an object without a name', `user ${ANN} performed A on object (type=A, id=1) with outcome SUCCESS`],
])('%s makes a line that is no record', (_, line) => {
  expect(parseRecord(`${TIME} ${line}`)).toBe(null);
});

test.each(['', 'this is no record', '2026-03-04T05:06:07Z user', '2026-03-04 05:06:07+0000', TIME])(
  '%j is no record',
  (line) => {
    expect(parseRecord(line)).toBe(null);
  },
);

describe('any record', () => {
  it('can be read again, and written again as the same line', () => {
    const random = seededRandom(18);
    for (let round = 0; round < 20_000; round += 1) {
      const record = anyRecord(random);
      const line = formatRecord(record);
      expect(line).not.toMatch(/[\n\r]/);
      const again = parseRecord(line);
      expect(again, line).not.toBe(null);
      expect(formatRecord(again as JournalRecord)).toBe(line);
    }
  });

  it('is the same where nothing had to be encoded', () => {
    const random = seededRandom(81);
    for (let round = 0; round < 20_000; round += 1) {
      const record = anyRecord(random, 'plain ids');
      expect(parseRecord(formatRecord(record))).toEqual(record);
    }
  });
});

describe('no line takes long', () => {
  const start = `${TIME} user ${ANN} performed A on object (type=A, id=1, name="`;
  const MANY = 200_000;
  test.each([
    ['quotes', start + '"'.repeat(MANY)],
    ['backslashes', start + '\\'.repeat(MANY)],
    ['ends of a name', start + '", customerid=1'.repeat(MANY)],
    ['outcomes', start + ' with outcome '.repeat(MANY)],
    ['objects', `${TIME} user ${ANN} performed A${' on object (type=A, id=1, name="'.repeat(MANY)}`],
    ['pairs', `${TIME} user ${ANN} performed A with outcome SUCCESS (${'a="b", '.repeat(MANY)}`],
    ['blanks', TIME + ' '.repeat(MANY)],
    ['letters of an address', `${TIME} user ${'@'.repeat(MANY)}`],
  ])('of many %s', (_, line) => {
    const before = process.cpuUsage();
    for (const text of [line, line.toUpperCase(), `${line}x`]) parseRecord(text);
    const { user, system } = process.cpuUsage(before);
    // A few milliseconds; in quadratic time it would be minutes.
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });
});

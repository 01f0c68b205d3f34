import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, type StoredEvent } from '../../src/events/catalog.ts';
import { countEvent, COUNTED_TYPES, eventCounter, UNCOUNTED } from '../../src/metrics/count-events.ts';
import { Meters } from '../../src/metrics/meters.ts';
import { METRIC_NAMES, metricOf, type MetricName } from '../../src/metrics/table.ts';
import { tallyOf } from '../../src/metrics/tally.ts';
import { OPERATIONS } from '../../src/metrics/labels.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { TYPES } from '../../src/metrics/labels.ts';

const event = (
  type: string,
  data: Record<string, unknown>,
  more: Partial<StoredEvent> = {},
): StoredEvent => ({
  id: '1',
  at: new Date(0),
  type,
  customer: 1_000_001,
  who: null,
  address: null,
  subject: '1000001_HR_PRV_7.csv',
  data,
  ...more,
});

/** What differs from nothing, as `name{label="value"}`. */
function counted(...events: StoredEvent[]): Record<string, number> {
  const meters = new Meters();
  for (const one of events) countEvent(one, meters);
  const series = METRIC_NAMES.flatMap((name) => meters.counted(name).map((one) => ({ name, ...one })));
  return Object.fromEntries(
    series
      .filter(({ value }) => value !== 0)
      .map(({ name, labels, value }) => [`${name} ${Object.values(labels).join(' ')}`.trim(), value]),
  );
}

it('every type of event is counted, or said to be of no use as a number', () => {
  expect([...COUNTED_TYPES, ...UNCOUNTED].toSorted()).toEqual(EVENT_TYPES.toSorted());
});

it('every kind of change file has its label, and every operation of its entries', () => {
  expect(KINDS.all.map(({ type }) => type).toSorted()).toEqual(TYPES.slice(0, -1).toSorted());
});

it.each<[string, StoredEvent[], Record<string, number>]>([
  ['a sign-in', [event('sign_in.accepted', { protocol: 'sftp' })], { 'sign_ins_total sftp ok': 1 }],
  [
    'a wrong password',
    [event('sign_in.refused', { protocol: 'ftps', reason: 'signIn.wrongPassword' })],
    { 'sign_ins_total ftps refused': 1, 'sign_in_refusals_total ftps password': 1 },
  ],
  [
    'a ban',
    [event('sign_in.refused', { protocol: 'ftps', reason: 'signIn.banned' })],
    { 'sign_ins_total ftps banned': 1 },
  ],
  [
    'no room',
    [event('sign_in.refused', { protocol: 'ftps', reason: 'signIn.tooManySessions' })],
    { 'sign_ins_total ftps limit': 1 },
  ],
  [
    'a flood',
    [
      event('sign_in.flood', {
        count: 900,
        addresses: 3,
        tally: [
          { protocol: 'ftps', reason: 'signIn.wrongPassword', count: 700 },
          { protocol: 'sftp', reason: 'signIn.banned', count: 200 },
        ],
      }),
    ],
    {
      'sign_ins_total ftps refused': 700,
      'sign_in_refusals_total ftps password': 700,
      'sign_ins_total sftp banned': 200,
    },
  ],
  [
    'an upload',
    [event('upload.stored', { protocol: 'ftps', bytes: 500, ms: 20 })],
    { 'uploads_total ftps stored': 1, 'upload_bytes_total ftps': 500 },
  ],
  [
    'uploads that failed',
    [
      event('upload.failed', { protocol: 'ftps', bytes: 1, reason: 'channel.lost' }),
      event('upload.failed', { protocol: 'sftp', bytes: 1, reason: 'sftp.connectionEnded' }),
      event('upload.failed', { protocol: 'ftps', bytes: 1, reason: 'folder.closedWithoutNotify' }),
      event('upload.failed', { protocol: 'ftps', bytes: 1, reason: 'folder.tooLarge' }),
      event('upload.failed', { protocol: 'ftps', bytes: 1, reason: 'server.localError' }),
    ],
    {
      'uploads_total ftps cut': 2,
      'uploads_total sftp cut': 1,
      'uploads_total ftps refused': 1,
      'uploads_total ftps fault': 1,
    },
  ],
  [
    'a file in slices',
    [
      event('file.progressed', { tally: { entries: { Add: [3, 1] }, codes: { 1035: 1 } } }),
      event('file.applied_with_errors', { tally: { entries: { Add: [1, 1] }, codes: { 1035: 1 } } }),
    ],
    {
      'files_total PRV applied_with_errors': 1,
      'entries_total PRV Add ok': 4,
      'entries_total PRV Add refused': 2,
      'refusals_total PRV 1035': 2,
    },
  ],
  [
    'a file of no type at a gate',
    [event('file.refused', { code: 1, reason: 'INVALID_FILENAME' }, { subject: 'evil name' })],
    { 'files_total other refused': 1, 'refusals_total other 1': 1 },
  ],
  [
    'a held file that nobody has approved in time',
    [
      event('file.held', { reason: 'percent' }),
      event('file.discarded', { why: 'expired' }),
      event('file.refused', { code: 2202, reason: 'SNAPSHOT_NOT_CONFIRMED' }),
    ],
    {
      'files_total PRV held': 1,
      'guard_holds_total percent': 1,
      'files_total PRV discarded': 1,
      'decisions_total discarded time': 1,
      'refusals_total PRV 2202': 1,
    },
  ],
  [
    'a person who approves',
    [event('file.approved', { people: 3, held: 3 })],
    { 'decisions_total approved person': 1 },
  ],
  [
    'a newer list',
    [event('file.discarded', { why: 'replaced' })],
    { 'files_total PRV discarded': 1, 'decisions_total discarded newer': 1 },
  ],
  ['a cap', [event('cap.reached', { period: 'day' })], { 'caps_reached_total day': 1 }],
  ['removals', [event('removals.finished', { count: 4 })], { 'deliveries_total removal ok': 4 }],
  [
    'a purge',
    [event('purge.finished', { files: 4, bytes: 1000, results: 1, failed: 0 })],
    { purged_files_total: 4, purged_bytes_total: 1000 },
  ],
  [
    'an undo',
    [event('undo.applied', { takenBack: 5, leftOut: 2 })],
    { 'undo_entries_total ok': 5, 'undo_entries_total refused': 2 },
  ],
  ['a type of a newer version', [event('file.teleported', { tally: { entries: { Add: [1, 0] } } })], {}],
])('counts %s', (_, events, expected) => {
  expect(counted(...events)).toEqual(expected);
});

describe('labels', () => {
  const HOSTILE = 'x"} 1\nup{y="';

  it('take nothing from outside, whatever an event carries', () => {
    const meters = new Meters();
    const data = {
      protocol: HOSTILE,
      reason: HOSTILE,
      kind: HOSTILE,
      period: HOSTILE,
      why: HOSTILE,
      code: 77_777,
      bytes: HOSTILE,
      tally: { entries: { [HOSTILE]: [1, HOSTILE] }, codes: { [HOSTILE]: 1 } },
    };
    for (const type of EVENT_TYPES)
      countEvent(event(type, data, { subject: HOSTILE, who: HOSTILE, address: HOSTILE }), meters);
    for (const name of METRIC_NAMES) {
      const { labels: lists = {} } = metricOf(name);
      for (const { labels } of [...meters.counted(name), ...meters.measured(name)])
        for (const [label, value] of Object.entries(labels)) expect(lists[label]).toContain(value);
    }
  });

  it('say an operation by a word of the program only', () => {
    const tally = tallyOf([
      { operation: 'Add', code: 0 },
      { operation: HOSTILE, code: 1030 },
      { operation: null, code: 1000 },
      { operation: 'Keep', code: 2900 },
    ]);
    expect(tally).toEqual({
      entries: { Add: [1, 0], other: [0, 2], Keep: [1, 0] },
      codes: { 1030: 1, 1000: 1 },
    });
    expect(OPERATIONS.length).toBeLessThan(30);
  });
});

it('an event that is told again is counted once, also among many', () => {
  const meters = new Meters();
  const count = eventCounter(meters);
  const some = Array.from({ length: 500 }, (_, n) =>
    event('sign_in.accepted', { protocol: 'ftps' }, { id: String(n) }),
  );
  for (let told = 0; told < 3; told += 1) count(some);
  const signedIn = meters.counted('sign_ins_total').find(({ labels }) => labels.result === 'ok');
  expect(signedIn?.value).toBe(500);
});

describe('customers', () => {
  const uploads = (meters: Meters) =>
    Object.fromEntries(
      meters
        .counted('upload_bytes_total' satisfies MetricName)
        .filter(({ value }) => value > 0)
        .map(({ labels, value }) => [labels.customer ?? 'none', value]),
    );

  it('have no label unless it is asked for, and then only those named; the others are one', () => {
    const meters = new Meters();
    const upload = (customer: number) =>
      countEvent(event('upload.stored', { protocol: 'ftps', bytes: 10, ms: 1 }, { customer }), meters);
    upload(1);
    expect(uploads(meters)).toEqual({ none: 10 });
    meters.customers = new Set([1, 2]);
    for (const customer of [1, 1, 2, 3]) upload(customer);
    expect(uploads(meters)).toEqual({ 1: 20, 2: 10, other: 20 });
    meters.customers = new Set([2]);
    upload(1);
    expect(uploads(meters)).toEqual({ 2: 10, other: 30 });
  });
});

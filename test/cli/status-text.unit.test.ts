import { expect, test } from 'vitest';
import { statusText } from '../../cli/status.ts';

const LISTS = [
  { source: 'ad\u001b', state: 'consent_required' as const, file: null, lastApplied: null },
  { source: 'google', state: 'succeeded' as const, file: null, lastApplied: '2026-05-05T12:00:00.000Z' },
  { source: 'hr', state: 'failed' as const, file: null, lastApplied: '2026-05-05T12:00:00.000Z' },
];

const CUSTOMER = {
  id: 1,
  name: 'Acme',
  folder: 'acme',
  state: 'active' as const,
  pause: null,
  timeZone: 'UTC',
  caps: {
    perFile: 200,
    hourly: { limit: 750, used: 1, left: 749, until: '2026-05-05T13:00:00.000Z' },
    daily: { limit: 10_000, used: 1, left: 9_999, until: '2026-05-06T00:00:00.000Z' },
  },
  waiting: 0,
  files: [],
  results: [],
  reports: [],
  missing: [],
  sources: [],
  unknown: { count: 0, files: [] },
  lists: [],
  undos: [],
};

test('what needs the operator comes first, names cannot write to the screen, and times are in UTC', () => {
  const certificate = { door: 'ftps' as const, certificate: 'c', key: 'k', fingerprint: null, subject: null };
  const term = { validFrom: null, validTo: null, daysLeft: null, state: 'unusable' as const };
  const file = {
    name: '\u001b]0;x\u0007.csv',
    state: 'waiting' as const,
    reason: 'behind' as const,
    values: { file: '\u001b.csv' },
    place: 1,
    entries: null,
    since: '2026-05-05T12:00:00.000Z',
    expected: null,
  };
  const text = statusText({
    certificates: [{ ...certificate, ...term, warning: 'Mend it.' }],
    customers: [{ ...CUSTOMER, waiting: 1, files: [file], reports: ['r.txt'], lists: LISTS }],
    loop: null,
  });
  expect(text).toBe(
    [
      'WARNING: Mend it.',
      '',
      '1 Acme',
      '  caps: hour 1 of 750 until 2026-05-05T13:00:00.000Z, day 1 of 10000 until 2026-05-06T00:00:00.000Z, 200 per file',
      '  Full lists of source "ad\\u001b": Consent required',
      '  Full lists of source "google": 2026-05-05 12:00 UTC',
      '  Full lists of source "hr": Failed; last applied 2026-05-05 12:00 UTC',
      '  1. \\u001b]0;x\\u0007.csv [waiting] behind \\u001b.csv; no estimate',
      '  last report: r.txt',
    ].join('\n'),
  );
});

test('files that the ledger does not know are told with what to do', () => {
  const unknown = { count: 12, files: ['_processed/a.csv', '_error/\u001b.csv'] };
  const text = statusText({ certificates: [], customers: [{ ...CUSTOMER, unknown }], loop: null });
  expect(text.split('\n')[0]).toBe(
    'WARNING: The database has no record of files of customer 1: _processed/a.csv, _error/\\u001b.csv and 10 more. ' +
      'It lost its last commits, or the files were put there by hand. See: spoolgate reconcile --dry-run',
  );
});

test('where all is well there is no warning', () => {
  expect(statusText({ certificates: [], customers: [], loop: null })).toBe(
    'No customers. See: spoolgate setup --help',
  );
});

test('a loop that was blocked is told with the work that had it', () => {
  const causes = [{ work: 'turn of customer 1', ms: 290 }];
  const last = { at: '2026-05-05T12:00:00.000Z', ms: 300, causes };
  const text = statusText({
    certificates: [],
    customers: [CUSTOMER],
    loop: { budgetMs: 200, exceeded: 2, worst: last, last },
  });
  expect(text).toMatch(/^1 Acme\n/);
  expect(text).toContain(
    'more than 200 ms 2 times since the start; last for 300 ms at 2026-05-05T12:00:00.000Z by turn of customer 1 (290 ms).',
  );
});

test('of a held file it says what to type', () => {
  const file = {
    name: '1_ad_SNAPSHOT_2.csv',
    state: 'held' as const,
    reason: 'decision' as const,
    values: {
      file: '1_ad_SNAPSHOT_2.csv',
      absent: 5,
      disabled: 0,
      of: 7,
      reason: 'percent' as const,
      until: '2026-05-06T12:00:00.000Z',
    },
    place: 1,
    entries: 2,
    since: '2026-05-05T12:00:00.000Z',
    expected: null,
  };
  const customers = [{ ...CUSTOMER, waiting: 1, files: [file] }];
  expect(statusText({ certificates: [], customers, loop: null })).toContain(
    '  1. 1_ad_SNAPSHOT_2.csv [held] 5 of 7 people are absent (71 %); spoolgate approve 1 1_ad_SNAPSHOT_2.csv --people 5, ' +
      'or spoolgate discard 1 1_ad_SNAPSHOT_2.csv; rejected automatically at 2026-05-06T12:00:00.000Z unless somebody decides',
  );
});

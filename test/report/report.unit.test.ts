import { KINDS } from '../../src/kinds/registry.ts';
import { describe, expect, it } from 'vitest';
import { messageFor } from '../../src/messages/result-text.ts';
import { reportText, stampOf } from '../../src/report/report.ts';
import type { FailedEntry, ReportedFile, Warning } from '../../src/change-file/reported-file.ts';
import { reportName } from '../../src/change-file/report-name.ts';

const at = (minute: number) => new Date(Date.UTC(2012, 1, 8, 23, minute, 0));

function file(name: string, minute: number, more: Partial<ReportedFile> = {}): ReportedFile {
  return {
    name,
    type: 'PRV',
    startedAt: at(minute),
    finishedAt: at(minute),
    refusal: null,
    counts: null,
    failures: [],
    ...more,
  };
}
const counts = (entries: number, written: number) => ({
  entries,
  written,
  readErrors: 0,
  writeErrors: entries - written,
});
const UNPLACED = { entry: 1, line: null, subject: null };
const badName = (name: string) => file(name, 32, { type: null, refusal: { code: 1, value: name } });

/** The batch of the documented report, examples/report/llis_report_20120208_233200_with-codes.txt. */
const documented: ReportedFile[] = [
  badName('foo'),
  badName('1000001_sequence'),
  file('1000001_prv_1328743901.csv', 32, {
    counts: counts(1, 0),
    failures: [
      { ...UNPLACED, refusal: { code: 1035, field: 'emailAddress', value: 'sam.daryn@example.com' } },
    ],
  }),
  file('1000001_prv_1328743902.csv', 32, { counts: counts(3, 3) }),
  file('1000001_prv_1328743903.csv', 32, { counts: counts(1, 1) }),
  file('1000001_prv_1328743904.csv', 33, { counts: counts(1, 1) }),
  file('1000001_prv_1328743905.csv', 33, {
    counts: counts(1, 0),
    failures: [{ ...UNPLACED, refusal: { code: 1018 } }],
  }),
  file('1000001_prv_1328743906.csv', 33, { counts: counts(1, 1) }),
];

const EXPECTED = `2/8/12 11:32 PM - *** Processing file: llis/acme/foo
2/8/12 11:32 PM - ERROR: The file name format is not valid.
2/8/12 11:32 PM - Result code: 1 INVALID_FILENAME
2/8/12 11:32 PM - *** Processing file: llis/acme/1000001_sequence
2/8/12 11:32 PM - ERROR: The file name format is not valid.
2/8/12 11:32 PM - Result code: 1 INVALID_FILENAME
2/8/12 11:32 PM - *** Processing file: llis/acme/1000001_prv_1328743901.csv
2/8/12 11:32 PM - ERROR: A failure occurred when processing the CSV entry #1. The error message follows: emailAddress already exists.
2/8/12 11:32 PM - Result code: 1035 ERROR_EMAIL_ALREADY_EXISTS
2/8/12 11:32 PM - CSV entries read: 1; BSS entries written: 0; CSV read errors: 0; BSS write errors: 1
2/8/12 11:32 PM - *** Processing file: llis/acme/1000001_prv_1328743902.csv
2/8/12 11:32 PM - CSV entries read: 3; BSS entries written: 3; No errors!
2/8/12 11:32 PM - *** Processing file: llis/acme/1000001_prv_1328743903.csv
2/8/12 11:32 PM - CSV entries read: 1; BSS entries written: 1; No errors!
2/8/12 11:33 PM - *** Processing file: llis/acme/1000001_prv_1328743904.csv
2/8/12 11:33 PM - CSV entries read: 1; BSS entries written: 1; No errors!
2/8/12 11:33 PM - *** Processing file: llis/acme/1000001_prv_1328743905.csv
2/8/12 11:33 PM - ERROR: A failure occurred when processing the CSV entry #1. The error message follows: ERROR: Cannot revoke, user does not hold subscription.
2/8/12 11:33 PM - Result code: 1018 ERROR_USER_DOESNT_HOLD_SUBSCRIPTION_TO_REVOKE_OR_SIZE
2/8/12 11:33 PM - CSV entries read: 1; BSS entries written: 0; CSV read errors: 0; BSS write errors: 1
2/8/12 11:33 PM - *** Processing file: llis/acme/1000001_prv_1328743906.csv
2/8/12 11:33 PM - CSV entries read: 1; BSS entries written: 1; No errors!
`;

describe('a report', () => {
  it('is the documented one, byte for byte', () => {
    expect(reportText('acme', documented, KINDS.wordsOf)).toBe(EXPECTED);
    expect(reportName(at(32))).toBe('llis_report_20120208_233200.txt');
  });

  it.each([
    [Date.UTC(2012, 1, 8, 23, 32), '2/8/12 11:32 PM'],
    [Date.UTC(2026, 10, 21, 0, 5), '11/21/26 12:05 AM'],
    [Date.UTC(2026, 10, 21, 12, 0), '11/21/26 12:00 PM'],
    [Date.UTC(2101, 0, 1, 1, 59), '1/1/01 1:59 AM'],
  ])('stamps %d as %s', (moment, stamp) => {
    expect(stampOf(new Date(moment))).toBe(stamp);
  });

  it('shows hostile names and values on one line', () => {
    const text = reportText('acme', [badName('x\n2/8/12 - No errors!\u001b[2J')], KINDS.wordsOf);
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toContain('x\\u000a2/8/12 - No errors!\\u001b[2J');
    expect(messageFor({ code: 1015, field: 'action', value: 'a\r\nb' })).toContain('"a\\u000d\\u000ab"');
  });

  it('names files of which the ledger knows nothing before the counts, bounded and on one line', () => {
    const places = ['_processed/a.csv', '_error/b\n.csv'];
    const text = reportText(
      'acme',
      [file('a', 32, { counts: counts(1, 1), warnings: [{ kind: 'no-record', places, more: 3 }] })],
      KINDS.wordsOf,
    );
    expect(text.split('\n')).toEqual([
      '2/8/12 11:32 PM - *** Processing file: llis/acme/a',
      '2/8/12 11:32 PM - WARNING: The server has no record of _processed/a.csv, _error/b\\u000a.csv and 3 more: disregard what earlier reports and traces say about them. The operator of the server sees this warning, too. If a change is in neither this nor a later report, send it again in a new file with a higher sequence number.',
      '2/8/12 11:32 PM - CSV entries read: 1; BSS entries written: 1; No errors!',
      '',
    ]);
  });

  it('has skipped entries and warnings with codes among the errors, in the order of the entries, and the summary before the counts', () => {
    const coded = (entry: number, code: 2910 | 2911): Warning => ({
      kind: 'coded', entry, line: entry + 1, subject: 'a@b.c', refusal: { code, field: 'Initials', value: 'x' },
    }); // prettier-ignore
    const failed = (entry: number, code: 2900 | 2014): FailedEntry => ({
      entry, line: entry + 1, subject: 'a@b.c', refusal: { code, field: 'Area Code', value: 'y' },
    }); // prettier-ignore
    const about = {
      type: 'USERS',
      counts: counts(4, 2),
      effects: { created: 1, updated: 1, groups: 2, skipped: 1, failed: 1 },
    };
    const text = reportText(
      'acme',
      [
        file('a', 32, {
          ...about,
          failures: [failed(2, 2900), failed(4, 2014)],
          warnings: [coded(1, 2910), coded(3, 2911)],
        }),
      ],
      KINDS.wordsOf,
    );
    const lines = text.split('\n').map((line) => line.replace('2/8/12 11:32 PM - ', ''));
    expect(
      lines.map((line) => /^(WARNING: CSV entry #\d|ERROR: .*#\d|Result code: \d+)/.exec(line)?.[0] ?? line),
    ).toEqual([
      '*** Processing file: llis/acme/a',
      'WARNING: CSV entry #1',
      'Result code: 2910',
      'WARNING: CSV entry #2',
      'Result code: 2900',
      'WARNING: CSV entry #3',
      'Result code: 2911',
      'ERROR: A failure occurred when processing the CSV entry #4',
      'Result code: 2014',
      'Users created: 1; updated: 1; unchanged: 0; skipped: 1; failed: 1; groups created: 2',
      expect.stringMatching(/^CSV entries read: 4; user records written: 2/),
      '',
    ]);
  });

  it('says that a header failed where no entry can', () => {
    const empty = { entries: 0, written: 0, readErrors: 1, writeErrors: 0 };
    const failed = file('a', 32, { refusal: { code: 1000, reason: 'header-missing' }, counts: empty });
    const text = reportText('acme', [failed], KINDS.wordsOf);
    expect(text).toContain('ERROR: The file has no header line.');
    expect(text).toContain('CSV read errors: 1');
    expect(text).not.toContain('No errors!');
  });
});

import { expect, test } from 'vitest';
import { historyText } from '../../cli/history.ts';

test('who is missing from a full list has no line in it', () => {
  const event = {
    at: '2026-05-05T12:00:00.000Z',
    subject: 1,
    file: '1_ad_SNAPSHOT_2.csv',
    entry: 4,
    line: 0,
    operation: 'absent',
    who: 'acme',
    address: '192.0.2.1',
    changes: {},
  };
  const text = historyText({ customer: 1, kind: 'person', name: 'a@example.com', events: [event] });
  expect(text).toContain(', not in the list "1_ad_SNAPSHOT_2.csv", sent by "acme"');
});

import { expect, it } from 'vitest';
import { parseRecord } from '../../src/journal/parse-record.ts';
import { readLine } from '../model/journal-line.ts';
import { seededRandom } from '../model/random.ts';
import { spoiltLine } from './spoilt-line.ts';

it('spoilt lines are read as a second reading of the grammar reads them', () => {
  const random = seededRandom(2_026);
  const counts = { read: 0, unreadable: 0, unescaped: 0 };
  for (let round = 0; round < 10_000; round += 1) {
    const line = spoiltLine(random);
    const record = parseRecord(line);
    expect(record, line).toEqual(readLine(line));
    counts[record === null ? 'unreadable' : 'read'] += 1;
    if (/name="[^"]*[^"\\]"[^,]/.test(line) && record !== null) counts.unescaped += 1;
  }
  expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(300);
});

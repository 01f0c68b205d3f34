import { expect, test } from 'vitest';
import type { Foretold, ForetoldSubject } from '../../src/change-file/foretold.ts';
import { planDocument, planText, type PlannedFile } from '../../src/report/plan.ts';

const NOW = new Date('2026-05-05T12:00:00Z');

function person(name: string, effect: ForetoldSubject['effect'], fields: string[] = []): ForetoldSubject {
  return { kind: 'person', name, effect, fields, entries: [1] };
}

function planned(foretold: Foretold | null, more: Partial<PlannedFile> = {}): PlannedFile {
  const counts = { entries: 3, written: 3, readErrors: 0, writeErrors: 0 };
  const times = { startedAt: NOW, finishedAt: NOW };
  const reported = { name: '1_PRV_7.csv', type: 'PRV', ...times, refusal: null, counts, failures: [] };
  return { reported, outcome: null, hold: null, foretold, nextNumber: null, ...more };
}

test('the text shows twenty of each list, and how many more there are; the document has all', () => {
  const subjects = Array.from({ length: 23 }, (_, at) => person(`p${at}@example.com`, 'removed'));
  const plan = planDocument(planned({ subjects, seats: [] }));
  expect(plan.people.removed).toMatchObject({ count: 23 });
  expect(plan.people.removed.listed).toHaveLength(23);
  const text = planText(plan);
  expect(text).toContain('People removed: 23\n  p0@example.com\n');
  expect(text).toContain('  p19@example.com\n  and 3 more\n');
  expect(text).not.toContain('p20@');
});

test('a document is bounded, whatever the list', () => {
  const subjects = Array.from({ length: 50_001 }, (_, at) => person(`p${at}`, 'added'));
  const { added } = planDocument(planned({ subjects, seats: [] })).people;
  expect([added.count, added.listed.length]).toEqual([50_001, 50_000]);
});

test('names from outside break no line, and move no cursor', () => {
  const hostile = 'cn=a\nPeople removed: 99\u001b[2J\u202e';
  const subjects = [{ ...person(hostile, 'changed', ['mail\u0007']), kind: 'contact' as const }];
  const text = planText(planDocument(planned({ subjects, seats: [] })));
  // oxlint-disable-next-line no-control-regex -- what must not reach a terminal
  expect(text).not.toMatch(/[\u001b\u202e\u0007]|^People removed/m);
  expect(text).toContain(
    'Contacts changed: 1\n  cn=a\\u000aPeople removed: 99\\u001b[2J\\u202e (mail\\u0007)\n',
  );
});

test('seats, the number to use, and why it would be held', () => {
  const hold = { absent: 12, disabled: 0, of: 50, scopeChanged: false, reason: 'percent' as const };
  const seats = [{ subscription: 7, before: 4, after: 2, of: 10 }];
  const plan = planDocument(planned({ subjects: [], seats }, { hold, nextNumber: '9' }));
  expect(plan).toMatchObject({ wouldBe: 'held', uploadAs: '1_PRV_9.csv', held: { people: 12, percent: 24 } });
  const text = planText(plan);
  expect(text).toContain('Seats of subscription 7: 4 used, 2 afterwards, of 10');
  expect(text).toContain('upload it as 1_PRV_9.csv, or with a higher number');
  expect(text).toContain('12 of 50 people are absent (24 %); to approve it, confirm the number 12');
});

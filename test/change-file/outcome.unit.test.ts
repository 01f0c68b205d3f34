import { describe, expect, it } from 'vitest';
import {
  decideEntries,
  decideInPieces,
  effectsOf,
  isStopped,
  NO_COUNTS,
  READ_ERRORS_MAX,
  refuseEntries,
  WRITE_ERRORS_MAX,
} from '../../src/change-file/outcome.ts';
import type { Entry, EntryResult } from '../../src/change-file/entry.ts';
import type { ResultCode } from '../../src/change-file/result-code.ts';

const entries = (count: number): Entry<null>[] =>
  Array.from({ length: count }, (_, index) => ({
    place: { entry: index + 1, line: index + 2, firstByte: 0, byteCount: 1, lineCount: 1 },
    read: { record: null },
  }));
const result = ({ place }: Entry<null>, code: ResultCode): EntryResult => ({
  place,
  code,
  operation: 'Add',
  subject: 'a@b.c',
  refusal: code === 0 ? null : { code },
});

describe('a file stops at the entry that is beyond a ceiling', () => {
  it.each([
    ['entries that cannot be read', 1000, 5, READ_ERRORS_MAX],
    ['entries that cannot be written', 1018, 6, WRITE_ERRORS_MAX],
  ] as const)('of %s', (_words, code, ceiling, max) => {
    const decided = decideEntries(entries(max + 10), null, NO_COUNTS, (entry) => result(entry, code));
    expect(decided.results.map((one) => one.code)).toEqual([...Array<number>(max).fill(code), ceiling]);
    expect(decided).toMatchObject({ read: max + 1, written: 0, refusal: { code: ceiling, limit: max } });
    expect(isStopped(decided)).toBe(true);
  });

  it('counting what the slices before have had', () => {
    const before = { ...NO_COUNTS, read: 70, writeErrors: WRITE_ERRORS_MAX };
    const decided = decideEntries(entries(3), null, before, (entry) => result(entry, 1018));
    expect(decided.results.map((one) => one.code)).toEqual([6]);
    expect(decided.read).toBe(71);
  });
});

it('what the rules ignore is read, and has no result', () => {
  const decided = decideEntries(entries(2), null, NO_COUNTS, (entry) =>
    entry.place.entry === 1 ? null : result(entry, 0),
  );
  expect(decided).toMatchObject({
    read: 2,
    written: 1,
    readErrors: 0,
    results: [{ code: 0 }],
    refusal: null,
  });
  expect(isStopped(decided)).toBe(false);
});

describe('a file that cannot be read as a whole', () => {
  const problem = { code: 1000 as const, reason: 'header-missing' };

  it('has failed although it has no entry', () => {
    const decided = decideEntries([], problem, NO_COUNTS, () => null);
    expect(decided).toMatchObject({ read: 0, readErrors: 1, results: [], refusal: problem });
  });

  it('has failed by its entries where it has some', () => {
    const decided = decideEntries(entries(1), problem, NO_COUNTS, (entry) => result(entry, 1000));
    expect(decided).toMatchObject({ read: 1, readErrors: 1, refusal: problem });
  });
});

it('each entry of a file that is refused gets the refusal', () => {
  const refusal = { code: 1001 as const };
  const refused = refuseEntries(entries(2), { ...NO_COUNTS, read: 5, writeErrors: 5 }, refusal);
  expect(refused).toMatchObject({ read: 7, written: 0, writeErrors: 7, refusal });
  expect(refused.results.map(({ code, subject }) => [code, subject])).toEqual([
    [1001, null],
    [1001, null],
  ]);
});

describe('what the options of a file make do nothing', () => {
  const codes: ResultCode[] = [0, 2900, 2014, 2901];

  it('is read, and neither written nor an error', () => {
    const decided = decideEntries(entries(4), null, NO_COUNTS, (entry) =>
      result(entry, codes[entry.place.entry - 1] ?? 0),
    );
    expect(decided).toMatchObject({ read: 4, written: 1, readErrors: 0, writeErrors: 1, refusal: null });
  });

  it('is counted by itself in a summary, and only what is done has effects', () => {
    const results = entries(4).map((entry, index) => ({
      ...result(entry, codes[index] ?? 0),
      effects: { created: 1, groups: 2 },
    }));
    expect(effectsOf({ results })).toEqual({ created: 1, groups: 2, skipped: 2, failed: 1 });
    expect(effectsOf({ results: [] })).toEqual({ skipped: 0, failed: 0 });
  });
});

it('many entries are decided with other work in between, and come to the same', async () => {
  let breaths = 0;
  const breather = { isDue: () => breaths < 5, breathe: async () => void (breaths += 1) };
  const decide = (entry: Entry<null>) => result(entry, entry.place.entry % 3 === 0 ? 1018 : 0);
  const many = entries(10 * WRITE_ERRORS_MAX);
  const decided = await decideInPieces(many, null, NO_COUNTS, decide, breather);
  expect(decided).toEqual(decideEntries(many, null, NO_COUNTS, decide));
  expect([breaths, isStopped(decided)]).toEqual([5, true]);
});

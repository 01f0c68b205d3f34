import { describe, expect, it } from 'vitest';
import { decideSlice } from '../../src/pipeline/plan.ts';
import { isRefusedWrite, saveCarefully, saveDecided } from '../../src/pipeline/save-decided.ts';
import type { Kind, OwnedFile } from '../../src/kinds/kind.ts';
import { READ_ERRORS_MAX } from '../../src/change-file/outcome.ts';
import type { Transaction } from '../../src/database/open.ts';
import type { Entry, EntryResult } from '../../src/change-file/entry.ts';
import type { ResultCode } from '../../src/change-file/result-code.ts';

/** An entry of the kind below: its name is what it adds. */
type Named = Entry<string>;

const NOW = new Date('2026-05-05T12:00:00Z');
const FILE: OwnedFile = {
  id: 1,
  customer: 4711,
  name: '4711_PRV_1.csv',
  parsed: null,
  state: 'waiting',
  receivedAt: NOW,
  bytes: 9,
  batch: null,
  progress: null,
  owner: {} as OwnedFile['owner'],
};

const named = (...names: string[]): Named[] =>
  names.map((name, index) => ({
    place: { entry: index + 1, line: index + 1, firstByte: 0, byteCount: 1, lineCount: 1 },
    read: { record: name },
  }));
const nameOf = ({ read }: Entry) => ('record' in read ? String(read.record) : '');

/** A store whose writes are told by `refuses`, and which keeps what was released. */
function store(refuses: (names: string[], tries: number) => Error | null) {
  const saved: string[][] = [];
  const statements: string[] = [];
  let tries = 0;
  const result = (entry: Entry, code: ResultCode): EntryResult => ({
    place: entry.place,
    code,
    operation: null,
    subject: nameOf(entry),
    refusal: code === 0 ? null : { code },
  });
  const kind: Pick<Kind, 'load' | 'decide' | 'save' | 'failed'> = {
    load: async () => [],
    decide: (state, entry) => {
      (state as string[]).push(nameOf(entry));
      return nameOf(entry) === 'ignored' ? null : result(entry, 0);
    },
    save: async (_tx, state) => {
      tries += 1;
      const error = refuses(state as string[], tries);
      if (error) throw error;
      saved.push(state as string[]);
    },
    failed: (entry) => result(entry, 1000),
  };
  const query = async (statement: string) => void statements.push(statement);
  const run = async (entries: Named[]) => {
    const counts = { total: entries.length, more: false, digest: null };
    const read = { kind: kind as Kind, header: Buffer.alloc(0), problem: null, entries, ...counts };
    const contents = { ...read, prepared: null };
    const tx = { query } as unknown as Transaction;
    const decided = () => decideSlice(tx, FILE, contents, NOW);
    try {
      return await saveDecided(tx, FILE, contents, await decided());
    } catch (error) {
      if (!isRefusedWrite(error)) throw error;
      return saveCarefully(tx, FILE, contents, await decided(), NOW);
    }
  };
  return { saved, statements, run };
}

const refusal = (code = '23505') => Object.assign(new Error('refused'), { code });

describe('a set of entries', () => {
  it('is saved at once', async () => {
    const { run, saved, statements } = store(() => null);
    expect(await run(named('a', 'b'))).toMatchObject({ read: 2, written: 2 });
    expect(saved).toEqual([['a', 'b']]);
    expect(statements, 'no savepoint where nothing has failed').toEqual([]);
  });

  it('is decided again where another customer was first', async () => {
    const { run, saved } = store((_names, tries) => (tries === 1 ? refusal() : null));
    expect(await run(named('a', 'b'))).toMatchObject({ written: 2 });
    expect(saved).toEqual([['a', 'b']]);
  });

  it.each(['22001', '23514', 'P0001'])(
    'that the store refuses twice (%s) is carried out one by one, and only the bad entry fails',
    async (code) => {
      const { run, saved } = store((names) => (names.includes('bad') ? refusal(code) : null));
      const outcome = await run(named('a', 'bad', 'ignored', 'c'));
      expect(outcome.results.map((one) => [one.subject, one.code])).toEqual([
        ['a', 0],
        ['bad', 1000],
        ['c', 0],
      ]);
      expect(outcome).toMatchObject({ read: 4, written: 2, readErrors: 1 });
      expect(saved).toEqual([['a'], ['ignored'], ['c']]);
    },
  );

  it('stops at the ceiling also where it is carried out one by one', async () => {
    const { run } = store(() => refusal());
    const outcome = await run(named(...Array<string>(READ_ERRORS_MAX + 5).fill('bad')));
    expect(outcome.results.at(-1)).toMatchObject({ code: 5 });
    expect(outcome.read).toBe(READ_ERRORS_MAX + 1);
  });

  it.each([refusal('08006'), new Error('a fault of ours')])('%s fails the whole turn', async (error) => {
    const { run, saved, statements } = store(() => error);
    await expect(run(named('a'))).rejects.toBe(error);
    expect([saved, statements]).toEqual([[], []]);
  });
});

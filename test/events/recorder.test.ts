import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/database/open.ts';
import type { NewEvent } from '../../src/events/catalog.ts';
import { Recorder } from '../../src/events/recorder.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const SESSION = { protocol: 'sftp', cipher: '' };
const VISITOR = { customer: 1, who: 'acme', address: '192.0.2.1' };
const AWAY = Object.assign(new Error('the server is shutting down'), { code: '57P01' });

const deleted = (subject: string, facts: Partial<NewEvent> = {}): NewEvent =>
  ({ type: 'door.deleted', ...VISITOR, subject, data: SESSION, ...facts }) as NewEvent;

function recorderOn(database: Database) {
  const told: (string | null | undefined)[] = [];
  const warnings: string[] = [];
  const recorder = new Recorder({
    database,
    clock: systemClock,
    unrecorded: ({ subject }) => told.push(subject),
    warned: (message) => warnings.push(message),
  });
  return { recorder, told, warnings };
}

describe('in a database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => database.query('delete from event'));

  const stored = async () => {
    const { rows } = await database.query<{ subject: string; who: string; data: object }>(
      'select subject, who, data from event order by id',
    );
    return rows;
  };

  test('closing writes what was added a moment before; what comes later has its line in the log', async () => {
    const { recorder, told } = recorderOn(database);
    recorder.add(deleted('/a.csv'));
    recorder.add(deleted('/b.csv'));
    await recorder[Symbol.asyncDispose]();
    recorder.add(deleted('/late.csv'));
    expect((await stored()).map(({ subject }) => subject)).toEqual(['/a.csv', '/b.csv']);
    expect(told).toEqual(['/late.csv']);
  });

  test('of a flood of refused sign-ins 600 a minute are rows, and the rest is one row with their number', async () => {
    const { recorder, told } = recorderOn(database);
    const data = { ...SESSION, reason: 'signIn.wrongPassword' as const };
    for (let n = 0; n < 5_000; n += 1)
      recorder.add({ type: 'sign_in.refused', who: `guess${n}`, address: '192.0.2.9', data });
    recorder.add(deleted('/by/somebody/else'));
    await recorder[Symbol.asyncDispose]();
    const { rows } = await database.query<{ type: string; count: number; more: object | null }>(
      `select type, count(*), max(data::text)::json->'count' as more from event group by type order by type`,
    );
    expect(rows).toEqual([
      { type: 'door.deleted', count: 1, more: null },
      { type: 'sign_in.flood', count: 1, more: 4_400 },
      { type: 'sign_in.refused', count: 600, more: null },
    ]);
    expect(told).toEqual([]);
  });

  test('an event that cannot be written is told of and does not hold up the others', async () => {
    const { recorder, told, warnings } = recorderOn(database);
    recorder.add(deleted('/first'));
    recorder.add(deleted('/impossible', { customer: 2 ** 70 }));
    recorder.add(deleted('/last\u0000\ud800', { who: 'a\u0000b\ud800' }));
    await recorder[Symbol.asyncDispose]();
    expect(await stored()).toEqual([
      { subject: '/first', who: 'acme', data: SESSION },
      { subject: '/last\ufffd', who: 'ab\ufffd', data: SESSION },
    ]);
    expect([told, warnings]).toEqual([['/impossible'], ['an event cannot be recorded']]);
  });
});

describe('by the clock', () => {
  const state = { away: true, statements: 0, written: [] as string[] };
  const database = {
    transaction: async (work: (tx: unknown) => Promise<unknown>) =>
      work({
        query: async (_: string, [rows]: [string]) => {
          state.statements += 1;
          if (state.away) throw AWAY;
          state.written.push(...(JSON.parse(rows) as { subject: string }[]).map(({ subject }) => subject));
        },
      }),
  } as unknown as Database;
  let made: ReturnType<typeof recorderOn>;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    Object.assign(state, { away: true, statements: 0, written: [] });
    made = recorderOn(database);
  });
  afterEach(() => vi.useRealTimers());

  const add = (count: number, from = 0) => {
    for (let index = from; index < from + count; index += 1) made.recorder.add(deleted(`event ${index}`));
  };

  test('the first event is written at once, and a flood of a thousand a second in a few statements', async () => {
    state.away = false;
    add(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(state.written).toEqual(['event 0']);
    for (let tenth = 0; tenth < 100; tenth += 1) {
      add(10, 1 + tenth * 10);
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(300);
    expect(state.written).toHaveLength(1_001);
    expect(state.statements).toBeLessThanOrEqual(6);
  });

  test('while the database is away events wait, and go in when it is back, in their order', async () => {
    add(2);
    await vi.advanceTimersByTimeAsync(300);
    add(1, 2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.statements).toBeGreaterThan(5);
    expect(made.warnings).toEqual(['events could not be recorded yet']);
    state.away = false;
    await vi.advanceTimersByTimeAsync(1_100);
    expect(state.written).toEqual(['event 0', 'event 1', 'event 2']);
    expect([made.told, vi.getTimerCount()]).toEqual([[], 0]);
  });

  test('no more than 10,000 are kept; the oldest have their line in the log', async () => {
    add(6_000);
    await made.recorder.flush();
    add(6_000, 6_000);
    await made.recorder.flush();
    state.away = false;
    await made.recorder.flush();
    expect([state.written.length, state.written[0], state.written.at(-1)]).toEqual([
      10_000,
      'event 2000',
      'event 11999',
    ]);
    expect([made.told.length, made.told.at(-1)]).toEqual([2_000, 'event 1999']);
  });

  test('closing tries once more, writes the rest to the log, and leaves nothing running', async () => {
    add(3);
    await made.recorder[Symbol.asyncDispose]();
    expect(made.told).toEqual(['event 0', 'event 1', 'event 2']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/database/open.ts';
import type { Peer } from '../../src/events/events.ts';
import { DoorAudit } from '../../src/doors/door-audit.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { rememberingJournal } from '../support/door.ts';

const VISITOR: Peer = {
  protocol: 'sftp',
  address: '192.0.2.1',
  login: 'acme',
  customer: 1,
  cipher: '',
};
const AWAY = Object.assign(new Error('the server is shutting down'), { code: '57P01' });

describe('in a database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => database.query('delete from door_audit'));

  const stored = async () => {
    const { rows } = await database.query<{ event: string; login: string; detail: object }>(
      'select event, login, detail from door_audit order by id',
    );
    return rows;
  };

  test('closing writes what was added a moment before', async () => {
    const audit = new DoorAudit(database, systemClock, rememberingJournal().journal);
    audit.add('uploaded', VISITOR, '/a.csv', { bytes: 7 });
    audit.add('deleted', VISITOR, '/a.csv');
    await audit.close();
    audit.add('too late', VISITOR, null);
    await audit.flush();
    expect(await stored()).toEqual([
      { event: 'uploaded', login: 'acme', detail: { bytes: 7 } },
      { event: 'deleted', login: 'acme', detail: {} },
    ]);
  });

  test('a row that cannot be written is told of and does not hold up the others', async () => {
    const { journal, events } = rememberingJournal();
    const audit = new DoorAudit(database, systemClock, journal);
    audit.add('first', VISITOR, null);
    audit.add('impossible', { ...VISITOR, customer: 2 ** 70 }, null);
    audit.add('last', { ...VISITOR, login: 'a\u0000b\ud800' }, null, { to: '/x\u0000\ud800' });
    await audit.close();
    expect(await stored()).toEqual([
      { event: 'first', login: 'acme', detail: {} },
      { event: 'last', login: 'ab\ufffd', detail: { to: '/x\ufffd' } },
    ]);
    expect(events).toMatchObject([
      { fields: ['an audit row of the doors cannot be written', { event: 'impossible' }] },
    ]);
  });
});

describe('while the database is away', () => {
  const state = { away: true, tries: 0, written: [] as string[] };
  const database = {
    query: async (_: string, [rows]: [string]) => {
      state.tries += 1;
      if (state.away) throw AWAY;
      state.written.push(...(JSON.parse(rows) as { event: string }[]).map(({ event }) => event));
    },
  } as unknown as Database;
  const { journal, events } = rememberingJournal();
  let audit: DoorAudit;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    Object.assign(state, { away: true, tries: 0, written: [] });
    events.length = 0;
    audit = new DoorAudit(database, systemClock, journal);
  });
  afterEach(() => vi.useRealTimers());

  const add = (count: number, from = 0) => {
    for (let index = from; index < from + count; index += 1) audit.add(`event ${index}`, VISITOR, null);
  };

  test('rows wait, and go in when it is back, in their order and without a further event', async () => {
    add(2);
    await vi.advanceTimersByTimeAsync(300);
    add(1, 2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.tries).toBeGreaterThan(5);
    expect(events.map(({ fields }) => fields[0])).toEqual([
      'audit rows of the doors could not be written yet',
    ]);
    state.away = false;
    await vi.advanceTimersByTimeAsync(1_100);
    expect(state.written).toEqual(['event 0', 'event 1', 'event 2']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('no more than 10,000 are kept, the oldest go, and it is told how many', async () => {
    add(6_000);
    await audit.flush();
    add(6_000, 6_000);
    await audit.flush();
    state.away = false;
    await audit.flush();
    expect([state.written.length, state.written[0], state.written.at(-1)]).toEqual([
      10_000,
      'event 2000',
      'event 11999',
    ]);
    expect(events.at(-1)?.fields).toEqual([
      'audit rows of the doors are lost, the log has them',
      { rows: 2_000 },
    ]);
  });

  test('closing tries once more, tells what is lost, and leaves nothing running', async () => {
    add(3);
    await audit.close();
    expect(events.at(-1)?.fields).toEqual([
      'audit rows of the doors are lost, the log has them',
      { rows: 3 },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

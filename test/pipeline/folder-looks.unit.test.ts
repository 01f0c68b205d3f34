import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../src/database/open.ts';
import { journalTo } from '../../src/events/events.ts';
import { Background } from '../../src/pipeline/background.ts';
import { FolderLooks } from '../../src/pipeline/folder-looks.ts';
import type { Services } from '../../src/pipeline/services.ts';
import type { CustomerFolder } from '../../src/spool/enter.ts';
import type { Intake, Looked } from '../../src/spool/intake.ts';
import { TestClock } from '../support/clock.ts';
import { leaveUnfinished } from '../support/unfinished-write.ts';

const NOTHING: Looked = { admitted: false, changing: [] };
const MINUTE_MS = 60_000;

let spool: string;
const opened: FolderLooks[] = [];
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  spool = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-looks-'));
});
afterEach(async () => {
  vi.useRealTimers();
  for (const looks of opened.splice(0)) await looks.close();
  await rm(spool, { recursive: true });
});

/** Customers 1, 2 and 3, whose folders are there and have a status; what is seen in them is said by `seen`. */
async function begin(seen: Partial<Pick<Intake, 'sweep' | 'look' | 'waitingCustomers'>> = {}) {
  const customers: CustomerFolder[] = [];
  for (const customer of [1, 2, 3]) {
    const folder = path.join(spool, `c${customer}`);
    await mkdir(path.join(folder, '.staging'), { recursive: true });
    await writeFile(path.join(folder, '_status.txt'), '');
    customers.push({ customer, folder });
  }
  const sweep = vi.fn<Intake['sweep']>(seen.sweep ?? (async () => NOTHING));
  const look = vi.fn<Intake['look']>(seen.look ?? (async () => NOTHING));
  const intake: Intake = {
    sweep,
    look,
    announced: async () => false,
    waitingCustomers: seen.waitingCustomers ?? (async () => new Set()),
    customers: async () => customers,
  };
  const log: string[] = [];
  const journal = journalTo({
    log: (_, message, fields = {}) => void log.push(`${message} ${JSON.stringify(fields)}`),
    deliver: async () => true,
    close: async () => {},
  });
  const query = vi.fn<Database['query']>(async () => ({ rows: [] }) as never);
  const clock = new TestClock();
  const services = { database: { query }, clock, journal, settleMs: 0 } as unknown as Services;
  const background = new Background((error) => void log.push(String(error)));
  const enqueue = vi.fn(async () => {});
  const swept = vi.fn();
  const looks = new FolderLooks(services, intake, background, { enqueue, swept });
  opened.push(looks);
  const folderOf = (customer: number) => path.join(spool, `c${customer}`);
  return { looks, sweep, look, enqueue, swept, log, clock, query, background, folderOf };
}

const failing = (at: number, error: Error) => async (place: CustomerFolder) => {
  if (place.customer === at) throw error;
  return { ...NOTHING, admitted: true };
};

describe('a sweep', () => {
  it('looks at every folder, and asks for the waiting files of those alone who have some', async () => {
    const { looks, sweep, enqueue, swept } = await begin({ waitingCustomers: async () => new Set([2]) });
    await looks.sweep();
    // Several at once: their order is nobody's promise.
    const looked = sweep.mock.calls.map(([{ customer }, mayWait]) => ({ customer, mayWait }));
    expect(looked.toSorted((one, other) => one.customer - other.customer)).toEqual([
      { customer: 1, mayWait: false },
      { customer: 2, mayWait: true },
      { customer: 3, mayWait: false },
    ]);
    expect(enqueue).not.toHaveBeenCalled();
    expect(swept).toHaveBeenCalledOnce();
  });

  it('puts whoever has a new file into the line before it says that it is over', async () => {
    const { looks, enqueue, swept } = await begin({
      sweep: async ({ customer }) => ({ ...NOTHING, admitted: customer === 2 }),
    });
    await looks.sweep();
    expect(enqueue.mock.calls).toEqual([[2]]);
    expect(enqueue.mock.invocationCallOrder[0]).toBeLessThan(swept.mock.invocationCallOrder[0] ?? 0);
  });

  it('goes on where one customer’s folder may not be used, and says so', async () => {
    const { looks, enqueue, swept, log } = await begin({
      sweep: failing(2, Object.assign(new Error('EACCES: c2'), { code: 'EACCES' })),
    });
    await looks.sweep();
    expect(new Set(enqueue.mock.calls.flat())).toEqual(new Set([1, 3]));
    expect(swept).toHaveBeenCalledOnce();
    expect(log).toEqual([expect.stringMatching(/"customer":2.*EACCES: c2/)]);
  });

  it('ends where the database is away, and repairs nothing', async () => {
    const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    const { looks, swept, log, query } = await begin({ sweep: failing(2, away) });
    await expect(looks.sweep()).rejects.toThrow('away');
    expect(swept).not.toHaveBeenCalled();
    expect([log, query.mock.calls]).toEqual([[], []]);
  });
});

describe('what a dead daemon has half written', () => {
  const leave = async (folder: string, ageMs: number) => {
    const at = new Date(Date.now() - ageMs);
    const stray = await leaveUnfinished(path.join(folder, '_status.json'));
    const staged = path.join(folder, '.staging', 'begun');
    await writeFile(staged, 'half');
    for (const file of [stray, staged]) await utimes(file, at, at);
  };
  const left = async (folder: string) => [
    ...(await readdir(folder)).filter((name) => name.endsWith('.new')),
    ...(await readdir(path.join(folder, '.staging'))),
  ];

  it('goes at the first sweep where nobody can be writing it any more, and is told of', async () => {
    const { looks, log, folderOf } = await begin();
    await leave(folderOf(1), 6 * MINUTE_MS);
    await leave(folderOf(2), 4 * MINUTE_MS);
    await looks.sweep();
    expect(await left(folderOf(1))).toEqual([]);
    expect(await left(folderOf(2))).toHaveLength(2);
    expect(log).toEqual([expect.stringMatching(/"customer":1.*\.new removed/)]);
  });

  it('is looked for again when more can have grown old, and not at every sweep', async () => {
    const { looks, clock, folderOf } = await begin();
    await looks.sweep();
    await leave(folderOf(1), 10 * MINUTE_MS);
    clock.advance(4 * MINUTE_MS);
    await looks.sweep();
    expect(await left(folderOf(1))).toHaveLength(2);
    clock.advance(MINUTE_MS);
    await looks.sweep();
    expect(await left(folderOf(1))).toEqual([]);
  });
});

describe('files that still change', () => {
  const changing = (...names: string[]): Looked => ({ admitted: false, changing: names });

  it('are looked at again a second later, all of them in one look', async () => {
    const { looks, sweep, look } = await begin();
    sweep.mockImplementation(async ({ customer }) => (customer === 1 ? changing('a', 'b') : NOTHING));
    await looks.sweep();
    sweep.mockImplementation(async ({ customer }) => (customer === 1 ? changing('b', 'c') : NOTHING));
    await looks.sweep();
    await vi.advanceTimersByTimeAsync(999);
    expect(look).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(look.mock.calls.map(([{ customer }, names]) => [customer, names])).toEqual([[1, ['a', 'b', 'c']]]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(look).toHaveBeenCalledOnce();
  });

  it('are looked at until they are whole, and then their customer is put into the line', async () => {
    const { looks, look, enqueue } = await begin({
      sweep: async ({ customer }) => (customer === 3 ? changing('a') : NOTHING),
    });
    look.mockResolvedValueOnce(changing('a')).mockResolvedValueOnce({ admitted: true, changing: [] });
    await looks.sweep();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(enqueue).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([look.mock.calls.length, enqueue.mock.calls]).toEqual([2, [[3]]]);
  });

  it('are not looked at any more after the close', async () => {
    const { looks, look, background } = await begin({ sweep: async () => changing('a') });
    await looks.sweep();
    await looks.close();
    await background.close();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(look).not.toHaveBeenCalled();
  });
});

/** What operators say of numbers that have not come, through the turns of a customer whose source must not leave any out. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ruleSequence } from '../../src/actions/rule-sequence.ts';
import { sequence } from '../../src/actions/sequence.ts';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { customerStatus } from '../../src/ledger/status.ts';
import { customerById } from '../../src/accounts/customers/customer.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { ACME } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

let station: TestStation;
beforeEach(async () => {
  station = await openStation();
  await declare({ HR: 3_600 });
});
afterEach(async () => {
  listenToFailpoints(null);
  await station[Symbol.asyncDispose]();
});

const declare = (strict: object) =>
  station.database.query('update customer set strict_sequences = $1', [strict]);
const fileOf = (number: number, source = 'HR') => `${ACME}_${source}_PRV_${number}.csv`;
const HOUR_MS = 3_600_000;

async function send(...numbers: number[]): Promise<void> {
  for (const number of numbers) {
    await station.upload(fileOf(number), `emailAddress,action\nnobody${number}@example.com,Suspend\n`);
    await station.workOff();
  }
}

const parts = () =>
  ({ database: station.database, clock: station.services.clock, changed: () => {} }) as never;
const OLA = { kind: 'operator', name: 'ola' } as const;

function say(first: number, more: { last?: number; forMs?: number; source?: string | null } = {}) {
  const { last = first, forMs, source = 'HR' } = more;
  const until =
    forMs === undefined ? null : new Date(station.services.clock.now().getTime() + forMs).toISOString();
  const input = {
    customer: ACME,
    source,
    type: null,
    first: String(first),
    last: String(last),
    until,
    reason: 'HR says so',
  };
  return ruleSequence.run(parts(), input, OLA, undefined as never);
}

async function shown(source: string | null = 'HR') {
  const input = { customer: ACME, source, type: null };
  const { sources } = await sequence.run(parts(), input, OLA, undefined as never);
  return sources;
}

async function states(): Promise<Record<string, string | null>> {
  const { rows } = await station.database.query<{ sequence: string; state: string; code: number | null }>(
    'select sequence::text, state, code from change_file order by sequence, id',
  );
  return Object.fromEntries(
    rows.map(({ sequence: number, state, code }) => [number, code ? `${state} ${code}` : state]),
  );
}

async function reports(): Promise<string> {
  const folder = path.join(station.folder, '_report');
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.csv'));
  return (await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))).join('');
}

describe('a number that is skipped', () => {
  it('is waited for no longer, and no report warns of it', async () => {
    await send(5, 8, 9);
    expect(await states()).toEqual({ 5: 'filed', 8: 'deferred', 9: 'waiting' });
    await say(6, { last: 7 });
    await station.workOff();
    expect(await states()).toEqual({ 5: 'filed', 8: 'filed', 9: 'filed' });
    expect(await reports()).not.toMatch(/[Mm]issing/);
    const { rows } = await station.database.query(`select 1 from event where type = 'sequence.gap'`);
    expect(rows).toEqual([]);
  });

  it('leaves the others of its gap missing', async () => {
    await send(5, 8);
    await say(6);
    await station.workOff();
    expect(await states()).toMatchObject({ 8: 'deferred' });
    station.advance(HOUR_MS);
    await station.workOff();
    expect(await states()).toMatchObject({ 8: 'filed' });
    expect(await reports()).toMatch(/7/);
    const { rows } = await station.database.query(
      `select data->'missing' as missing from event where type = 'sequence.gap'`,
    );
    expect(rows).toEqual([{ missing: ['7'] }]);
  });

  it('is processed where it comes before a later one', async () => {
    await send(5);
    await say(6);
    await send(6, 7);
    expect(await states()).toEqual({ 5: 'filed', 6: 'filed', 7: 'filed' });
  });

  it('is refused with code 4 where it comes after a later one', async () => {
    await send(5, 7);
    await say(6);
    await station.workOff();
    await send(6);
    expect(await states()).toEqual({ 5: 'filed', 6: 'filed 4', 7: 'filed' });
  });

  it('does not end what is expected of a source that has left no other out', async () => {
    await declare({});
    await send(1, 2, 3, 4, 5);
    await say(6);
    await send(7);
    const { rows } = await station.database.query('select gapless from sequence_counter');
    expect(rows).toEqual([{ gapless: true }]);
    await send(9);
    const gaps = await station.database.query(
      `select data->'missing' as missing from event where type = 'sequence.gap'`,
    );
    expect(gaps.rows).toEqual([{ missing: ['8'] }]);
  });
});

describe('a number that is waited for', () => {
  it('is waited for longer than declared', async () => {
    await send(5, 7);
    await say(6, { forMs: 5 * HOUR_MS });
    station.advance(4 * HOUR_MS);
    await station.workOff();
    expect(await states()).toEqual({ 5: 'filed', 7: 'deferred' });
    await send(6);
    expect(await states()).toEqual({ 5: 'filed', 6: 'filed', 7: 'filed' });
  });

  it('is waited for in a source that is not declared, before any later one has come', async () => {
    await declare({});
    await send(5);
    await say(6, { forMs: HOUR_MS });
    await send(7);
    expect(await states()).toEqual({ 5: 'filed', 7: 'deferred' });
    const now = station.services.clock.now();
    const { caps } = station.services;
    const facts = { caps, countsHourly: KINDS.countsHourly, heldRefuses: KINDS.heldRefuses };
    const status = await customerStatus(
      station.database,
      await customerById(station.database, ACME),
      facts,
      now,
    );
    expect(status.files).toMatchObject([{ reason: 'missing-number', name: fileOf(7) }]);
    station.advance(HOUR_MS + 1_000);
    await station.workOff();
    expect(await states()).toEqual({ 5: 'filed', 7: 'filed' });
  });

  it('is skipped by a later word, and the other way round', async () => {
    await send(5, 7);
    await say(6, { forMs: 5 * HOUR_MS });
    await say(6);
    await station.workOff();
    expect(await states()).toMatchObject({ 7: 'filed' });
    await say(8);
    await say(8, { forMs: 5 * HOUR_MS });
    await send(9);
    expect(await states()).toMatchObject({ 9: 'deferred' });
  });
});

it('what is said waits while the customer is paused, and is heard after it', async () => {
  await send(5, 7);
  await station.database.query(`update customer set pause = '{"since":"","by":"","reason":""}'`);
  await say(6);
  await station.workOff();
  expect(await states()).toMatchObject({ 7: 'deferred' });
});

it('a process that dies once it is said has said it, and another one goes on', async () => {
  await send(5, 7);
  listenToFailpoints((passed) => {
    if (passed === 'sequence-ruled') throw new Error('dies');
  });
  await expect(say(6)).rejects.toThrow('dies');
  await station.workOff();
  expect(await states()).toMatchObject({ 7: 'filed' });
});

it('the doctor shows what is missing, its neighbours, what waits and until when, what was said and what never came', async () => {
  await declare({});
  await send(1, 2, 3, 4, 5, 7);
  await declare({ HR: 3_600 });
  await send(10);
  await say(8);
  await station.workOff();
  expect(await shown()).toMatchObject([
    {
      source: 'HR',
      type: 'PRV',
      last: { number: '7', file: fileOf(7) },
      next: '8',
      strictSeconds: 3_600,
      missing: [
        { numbers: '9', before: { number: '7', file: fileOf(7) }, after: { number: '10', file: fileOf(10) } },
      ],
      waiting: [{ number: '10', file: fileOf(10), state: 'deferred', until: expect.any(Date) as Date }],
      rulings: [{ numbers: '8', verdict: 'skip', who: 'ola', reason: 'HR says so' }],
      passed: [{ numbers: ['6'], before: fileOf(7) }],
    },
  ]);
});

it('who has said what stands in the events', async () => {
  await send(5, 8);
  await say(6, { last: 7 });
  await say(6, { forMs: HOUR_MS });
  const { rows } = await station.database.query(
    `select type, who, subject, data - 'until' as data from event where type like 'sequence.%' order by id`,
  );
  const about = { who: 'ola', subject: 'HR' };
  expect(rows).toEqual([
    { type: 'sequence.skipped', ...about, data: { type: 'PRV', numbers: '6-7', reason: 'HR says so' } },
    { type: 'sequence.awaited', ...about, data: { type: 'PRV', numbers: '6', reason: 'HR says so' } },
  ]);
});

describe('is refused in words:', () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a number that was processed',
      () => say(5),
      /5 of source "HR" is not missing: "1000001_HR_PRV_5.csv" had it/,
    ],
    ['a lower one', () => say(4), /4 of source "HR" cannot come any more: 5 has been processed/],
    ['one that has come', () => say(8), /8 of source "HR" is not missing: "1000001_HR_PRV_8.csv" has come/],
    [
      'one in the future',
      () => say(11),
      /11 of source "HR" lies in the future: .* is 5, and the highest that has come 9/,
    ],
    ['a range into the future', () => say(6, { last: 12 }), /12 of source "HR" lies in the future/],
    ['a range backwards', () => say(7, { last: 6 }), /7-6 is not a range/],
    ['a slip in the source', () => say(6, { source: 'HP' }), /no files of source "HP"; did you mean "HR"\?/],
    [
      'a source that is not there',
      () => say(6, { source: 'payroll' }),
      /of source "payroll"\. Its sources: "AD", "HR"\./,
    ],
    [
      'no source where there are two',
      () => say(6, { source: null }),
      /Name both, one of: "AD" PRV; "HR" PRV\./,
    ],
    ['a moment that is over', () => say(6, { forMs: -1 }), /is over/],
    ['a moment too far ahead', () => say(6, { forMs: 32 * 24 * HOUR_MS }), /more than 31 days/],
  ])('%s', async (_, saying, words) => {
    await station.upload(fileOf(3, 'AD'), 'emailAddress,action\n');
    await send(5, 8, 9);
    await expect(saying()).rejects.toThrow(words);
    const { rows } = await station.database.query('select 1 from sequence_ruling');
    expect(rows).toEqual([]);
  });
});

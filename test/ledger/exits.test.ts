import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChangeFile, ChangeFileState } from '../../src/change-file/change-file.ts';
import { NO_COUNTS } from '../../src/change-file/outcome.ts';
import { onlyRow, type Transaction } from '../../src/database/open.ts';
import * as exits from '../../src/ledger/exits.ts';
import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFileRow } from '../../src/ledger/rows.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const SLICE = {
  outcome: { ...NO_COUNTS, refusal: null },
  saved: { total: 0, started: NOW, digest: null, events: [] },
};

/** Each way out as the program goes it, and where it leads. */
const EXITS: Record<
  keyof typeof exits.EXITS,
  { take: (tx: Transaction, file: ChangeFile) => Promise<boolean>; to: ChangeFileState }
> = {
  defer: { take: (tx, file) => exits.defer(tx, file, 'hour', NOW, 3), to: 'deferred' },
  refuse: { take: (tx, file) => exits.refuse(tx, file, { code: 4 }, 'a.csv', NOW), to: 'rejected' },
  hold: {
    take: (tx, file) =>
      exits.hold(
        tx,
        file,
        { absent: 6, disabled: 0, of: 50, scopeChanged: false, reason: 'percent' },
        { until: NOW, entries: 3, taken: false },
      ),
    to: 'held',
  },
  rule: {
    take: (tx, file) => exits.rule(tx, file, { verdict: 'approved', people: 6 }),
    to: 'waiting',
  },
  discard: {
    take: async (tx, { id }) =>
      (await exits.discardAll(tx, { where: 'id = $7', values: [id] }, { why: 'expired', who: null }, NOW))
        .length === 1,
    to: 'waiting',
  },
  withdraw: { take: (tx, file) => exits.withdraw(tx, file, NOW), to: 'withdrawn' },
  quarantine: {
    take: (tx, file) =>
      exits.quarantine(
        tx,
        file,
        { reason: { code: null, reason: 'infected', signature: 'Eicar' }, sha256: 'ab' },
        NOW,
      ),
    to: 'quarantined',
  },
  goOn: { take: (tx, file) => exits.goOn(tx, file, { entries: 1, line: 3, byte: 9 }, SLICE), to: 'applying' },
  apply: { take: (tx, file) => exits.apply(tx, file, SLICE, { filedAs: 'a.csv' }, NOW), to: 'applied' },
  end: { take: (tx, file) => exits.end(tx, { ...file, progress: null }, 'set-aside', NOW), to: 'rejected' },
  file: {
    take: (tx, file) =>
      exits.file(tx, file, { name: 'a.csv', isTraced: true, sha256: null, trace: 'ab' }, NOW),
    to: 'filed',
  },
  giveBack: { take: (tx, { id }) => exits.giveBack(tx, id), to: 'waiting' },
  fileAgain: { take: (tx, { id }) => exits.fileAgain(tx, id), to: 'applied' },
};

const STATES: ChangeFileState[] = [
  'waiting',
  'deferred',
  'held',
  'applying',
  'applied',
  'rejected',
  'filed',
  'withdrawn',
  'quarantined',
];

/** The chart of change-file.ts, written down a second time: an exit that the code adds must be added here too. */
const CHART: Record<keyof typeof EXITS, ChangeFileState[]> = {
  defer: ['waiting'],
  refuse: ['waiting'],
  hold: ['waiting'],
  rule: ['held'],
  discard: ['held', 'waiting'],
  withdraw: ['waiting', 'deferred', 'held'],
  quarantine: ['waiting'],
  goOn: ['waiting', 'applying'],
  apply: ['waiting', 'applying'],
  end: ['waiting', 'applying'],
  file: ['applied', 'rejected'],
  giveBack: ['withdrawn'],
  fileAgain: ['filed'],
};

const WAYS = Object.entries(EXITS).flatMap(([name, exit]) =>
  STATES.map((state) => {
    const legal = CHART[name as keyof typeof EXITS].includes(state);
    return { name, state, legal, leads: legal ? exit.to : state, take: exit.take };
  }),
);

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
});
afterAll(() => database.drop());

test.each(WAYS)('$name of a file that is $state leaves it $leads', async ({ state, legal, leads, take }) => {
  await database.transaction(async (tx) => {
    const inserted = await tx.query<ChangeFileRow>(
      `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, started_at, decision)
       values (1, gen_random_uuid() || '.csv', $1, $2, 9, $2, $2, $3) returning ${CHANGE_FILE_COLUMNS}`,
      [state, NOW, ['applied', 'filed'].includes(state) ? 'applied' : null],
    );
    const file = changeFileFrom(onlyRow(inserted));
    const row = async () => onlyRow(await tx.query('select * from change_file where id = $1', [file.id]));
    const before = await row();
    expect(await take(tx, file)).toBe(legal);
    if (legal) expect(await row()).toMatchObject({ state: leads });
    else expect(await row()).toEqual(before);
  });
});

test('in the transaction that decides, an exit that is refused is a fault of ours', async () => {
  await expect(exits.expectExit(Promise.resolve(false))).rejects.toThrow(/not in a state that leads there/);
  await exits.expectExit(Promise.resolve(true));
});

test.each([
  ['of which nothing was applied', null, 'rejected', 'refused', 0],
  ['of which some was applied', { read: 40, total: 100 }, 'applied', 'applied', 40],
])(
  'a file %s ends visibly: its results stand, and the audit tells how far it came',
  async (_, progress, state, decision, done) => {
    await database.transaction(async (tx) => {
      const inserted = await tx.query<ChangeFileRow>(
        `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, started_at, failures)
       values (1, gen_random_uuid() || '.csv', $1, $2, 9, $2, $2, 3) returning ${CHANGE_FILE_COLUMNS}`,
        [progress ? 'applying' : 'waiting', NOW],
      );
      const file = { ...changeFileFrom(onlyRow(inserted)), progress: progress as ChangeFile['progress'] };
      expect(
        await exits.end(tx, { ...file, state: 'held' }, 'lost', NOW),
        'somebody else has worked on it',
      ).toBe(false);
      expect(await exits.end(tx, file, 'lost', NOW)).toBe(true);
      const row = await tx.query('select state, decision, folder, failures from change_file where id = $1', [
        file.id,
      ]);
      expect(onlyRow(row)).toEqual({ state, decision, folder: '_error', failures: 0 });
      const event = await tx.query(`select data from event where type = 'file.set_aside' and subject = $1`, [
        file.name,
      ]);
      expect(onlyRow(event)).toEqual({ data: { id: file.id, reason: 'lost', entriesDone: done } });
    });
  },
);

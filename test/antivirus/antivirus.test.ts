import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clamdAddressFrom, parseClamdAnswer, scanWithClamd } from '../../src/antivirus/clamd.ts';
import {
  createAntivirus,
  reasonFor,
  type Antivirus,
  type AntivirusSettings,
} from '../../src/antivirus/antivirus.ts';
import { quarantinePath } from '../../src/antivirus/quarantine.ts';
import { openChangeFile } from '../../src/spool/take.ts';
import { type ChangeFile } from '../../src/change-file/change-file.ts';
import { systemClock } from '../../src/clock.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { Clamd, INFECTED_MARK, isClamdInstalled, STREAM_BYTES_MAX } from '../support/clamd.ts';
import { rememberingJournal, type Event } from '../support/door.ts';
import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFileRow } from '../../src/ledger/rows.ts';

test.each([
  ['stream: OK\0', { kind: 'clean' }],
  ['stream: Win.Test.EICAR_HDB-1 FOUND\0', { kind: 'infected', signature: 'Win.Test.EICAR_HDB-1' }],
  ['INSTREAM size limit exceeded. ERROR\0', { kind: 'tooLarge' }],
  [
    "stream: Can't allocate memory ERROR",
    { kind: 'unavailable', cause: 'fault', reason: 'it answers "stream: Can\'t allocate memory ERROR"' },
  ],
  ['stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0', { kind: 'tooLarge' }],
  [
    'stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0',
    { kind: 'infected', signature: 'Heuristics.Limits.Exceeded.MaxRecursion' },
  ],
  ['', { kind: 'unavailable', cause: 'fault', reason: 'it answers ""' }],
])('the answer %j is read', (text, answer) => {
  expect(parseClamdAnswer(text)).toEqual(answer);
});

test.each([
  ['/run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
  ['scanner.example.com:3310', { host: 'scanner.example.com', port: 3310 }],
  ['[::1]:3310', { host: '::1', port: 3310 }],
])('the address %s is read', (text, address) => {
  expect(clamdAddressFrom(text)).toEqual(address);
});

test.each([
  [{ kind: 'clean' }, 'quarantine', 5, null],
  [{ kind: 'infected', signature: 'S' }, 'apply', 5, { reason: 'infected', signature: 'S' }],
  [{ kind: 'tooLarge' }, 'quarantine', 11, { reason: 'not-scanned', limit: 10 }],
  [{ kind: 'tooLarge' }, 'quarantine', 9, { reason: 'scanner-refused', bytes: 9 }],
  [{ kind: 'tooLarge' }, 'apply', 11, null],
  [{ kind: 'tooLarge' }, 'apply', 9, null],
] as const)('%j with tooLarge: %s and a file of %i bytes is %j', (answer, tooLarge, bytes, reason) => {
  expect(reasonFor(answer, { tooLarge, bytesMax: 10 }, bytes)).toEqual(reason && { code: null, ...reason });
});

describe.runIf(isClamdInstalled())('with a real clamd', () => {
  let clamd: Clamd;
  let database: TestDatabase;
  let home: string;
  let events: Event[];
  const folder = () => join(home, 'spool', 'acme');
  const quarantine = () => join(home, 'quarantine');

  beforeAll(async () => {
    [clamd, database] = await Promise.all([Clamd.start(), cloneDatabase()]);
    await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  });
  afterAll(async () => {
    await clamd[Symbol.asyncDispose]();
    await database.drop();
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'spoolgate-antivirus-'));
    await mkdir(join(folder(), '.taken'), { recursive: true });
    events = [];
  });
  afterEach(async () => {
    await database.query('delete from event; delete from change_file');
    await rm(home, { recursive: true });
  });

  function antivirus(more: Partial<AntivirusSettings> = {}): Antivirus {
    const { journal, events: remembered } = rememberingJournal();
    events = remembered;
    return createAntivirus(
      {
        clamd: { path: clamd.socket },
        bytesMax: STREAM_BYTES_MAX,
        tooLarge: 'quarantine',
        scanMsMax: 5_000,
        quarantine: quarantine(),
        ...more,
      },
      { database, clock: systemClock, journal, folderOf: (name) => join(home, 'spool', name) },
    );
  }

  async function waiting(name: string, content: string | Buffer): Promise<ChangeFile> {
    await writeFile(join(folder(), name), content);
    const { rows } = await database.query<ChangeFileRow>(
      `insert into change_file (customer_id, name, state, received_at, bytes, modified_at)
       values (1, $1, 'waiting', now(), $2, now()) returning ${CHANGE_FILE_COLUMNS}`,
      [name, content.length],
    );
    if (!rows[0]) throw new Error('no row');
    return changeFileFrom(rows[0]);
  }

  async function pass(file: ChangeFile, scanner = antivirus()) {
    const opened = await openChangeFile(folder(), file);
    if (!opened) throw new Error('the file is gone');
    await using _ = opened.handle;
    return await scanner.pass(file, opened, folder());
  }

  const rowOf = async ({ id }: ChangeFile) => {
    const { rows } = await database.query<{ state: string; decision: string | null; detail: object | null }>(
      'select state, decision, detail from change_file where id = $1',
      [id],
    );
    return rows[0];
  };

  test.each([
    ['small', Buffer.from('action\nAdd\n')],
    ['empty', Buffer.alloc(0)],
    ['just small enough', randomBytes(STREAM_BYTES_MAX)],
  ])('a clean file goes on: %s', async (_name, content) => {
    const file = await waiting('1_PRV_1.csv', content);
    expect(await pass(file)).toEqual({ kind: 'clean' });
    expect(await rowOf(file)).toMatchObject({ state: 'waiting', detail: null });
    expect(existsSync(join(folder(), '1_PRV_1.csv'))).toBe(true);
  });

  test('an infected file leaves the customer, with a reason for the report and an audit row', async () => {
    const content = `action\n${INFECTED_MARK}\n`;
    const file = await waiting('1_PRV_1.csv', content);
    expect(await pass(file)).toEqual({ kind: 'quarantined' });
    expect(await rowOf(file)).toMatchObject({
      state: 'quarantined',
      decision: 'refused',
      detail: { code: null, reason: 'infected', signature: 'Spoolgate.Test.UNOFFICIAL' },
    });
    expect([
      existsSync(join(folder(), '1_PRV_1.csv')),
      existsSync(join(folder(), '.taken', String(file.id))),
    ]).toEqual([false, false]);
    const kept = quarantinePath(quarantine(), file);
    expect(await readFile(kept, 'utf8')).toBe(content);
    expect((await stat(kept)).mode & 0o777).toBe(0o400);
    const { rows } = await database.query('select type, customer_id, subject, data from event');
    expect(rows).toMatchObject([
      { type: 'file.quarantined', customer_id: 1, subject: '1_PRV_1.csv', data: { reason: 'infected' } },
    ]);
    expect(events).toEqual([]);
  });

  test('a file larger than the scanner takes is quarantined unless the operator wants it applied', async () => {
    const file = await waiting('big.csv', randomBytes(STREAM_BYTES_MAX + 1));
    expect(await pass(file)).toEqual({ kind: 'quarantined' });
    expect(await rowOf(file)).toMatchObject({ detail: { reason: 'not-scanned', limit: STREAM_BYTES_MAX } });
  });

  test.each([
    ['quarantine', 'quarantined'],
    ['apply', 'clean'],
  ] as const)(
    'files that clamd finds too large, though we send them, get what tooLarge says: %s',
    async (tooLarge, kind) => {
      const scanner = antivirus({ bytesMax: 100 * STREAM_BYTES_MAX, tooLarge });
      // One that the socket swallows whole, and one of which clamd leaves most unread.
      for (const [name, bytes] of [
        ['little.csv', STREAM_BYTES_MAX + 1],
        ['much.csv', 30 * STREAM_BYTES_MAX],
      ] as const) {
        const file = await waiting(name, randomBytes(bytes));
        expect(await pass(file, scanner)).toEqual({ kind });
        if (kind === 'quarantined')
          expect(await rowOf(file)).toMatchObject({
            state: 'quarantined',
            detail: { reason: 'scanner-refused', bytes },
          });
      }
      const warnings = events.filter(({ event }) => event === 'warned');
      expect(warnings).toHaveLength(1);
      expect(warnings[0]?.fields).toMatchObject([
        'virus scanner limit is below antivirus.maxBytes',
        { file: 'little.csv', tooLarge, fix: expect.stringContaining('StreamMaxLength') as string },
      ]);
    },
  );

  test('while clamd is down a file waits, and goes on when it is back', async () => {
    const file = await waiting('1_PRV_1.csv', 'clean');
    const infected = await waiting('1_PRV_2.csv', INFECTED_MARK);
    await clamd.kill();
    for (const one of [file, infected]) expect(await pass(one)).toMatchObject({ kind: 'waits' });
    expect(await rowOf(file)).toMatchObject({
      state: 'waiting',
      detail: { waits: 'scanner', cause: 'away' },
    });
    await clamd.run();
    expect(await pass(file)).toEqual({ kind: 'clean' });
    expect(await rowOf(file)).toMatchObject({ detail: null });
    expect(await pass(infected)).toEqual({ kind: 'quarantined' });
  });

  test('a clamd that does not answer in time is as good as none', async () => {
    const file = await waiting('1_PRV_1.csv', 'clean');
    clamd.freeze();
    try {
      expect(await pass(file, antivirus({ scanMsMax: 150 }))).toMatchObject({ kind: 'waits' });
    } finally {
      clamd.thaw();
    }
    expect(events).toMatchObject([
      { event: 'scannerUnavailable', fields: [1, '1_PRV_1.csv', 'no answer within 0.15 s'] },
    ]);
    expect(await rowOf(file)).toMatchObject({
      state: 'waiting',
      detail: { waits: 'scanner', cause: 'slow' },
    });
  });

  test('a file that is replaced while it is scanned is looked at again', async () => {
    const file = await waiting('1_PRV_1.csv', INFECTED_MARK);
    const opened = await openChangeFile(folder(), file);
    if (!opened) throw new Error('the file is gone');
    await using _ = opened.handle;
    await rm(join(folder(), '1_PRV_1.csv'));
    await writeFile(join(folder(), '1_PRV_1.csv'), 'clean');
    expect(await antivirus().pass(file, opened, folder())).toEqual({ kind: 'changed' });
    expect(await rowOf(file)).toMatchObject({ state: 'waiting' });
  });

  test('a crash before the move is finished later', async () => {
    const file = await waiting('1_PRV_1.csv', INFECTED_MARK);
    expect(await pass(file)).toEqual({ kind: 'quarantined' });
    const kept = quarantinePath(quarantine(), file);
    await writeFile(join(folder(), '.taken', String(file.id)), INFECTED_MARK);
    await rm(kept);
    await database.query('update change_file set filed_as = null');
    await antivirus().recover();
    expect(await readFile(kept, 'utf8')).toBe(INFECTED_MARK);
    await antivirus().recover();
  });

  test('a socket where nobody listens is no answer', async () => {
    const answer = await scanWithClamd({ path: join(home, 'nobody') }, (async function* () {})(), 1_000);
    expect(answer).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/ENOENT/) as string });
  });
});

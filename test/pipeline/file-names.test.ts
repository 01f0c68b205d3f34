import { KINDS } from '../../src/kinds/registry.ts';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { refusedAtGate, type GateFacts } from '../../src/pipeline/gates.ts';
import { optionsIn, parseChangeFileName, sourceIn } from '../../src/change-file/change-file.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { fixtures } from '../support/organisation.ts';

interface Row {
  file_name: string;
  accepted: string;
  customerId: string;
  sourceId: string;
  type: string;
  seqnum: string;
}

const rows = parse<Row>(readFileSync(new URL('../samples/FILENAMES.csv', import.meta.url)), {
  columns: true,
});

const CUSTOMER = 1_000_001;
const FACTS: GateFacts = {
  customer: CUSTOMER,
  known: KINDS.types,
  types: new Set(['PRV', 'DI']),
  ofGroup: null,
  last: null,
  mayFollow: () => true,
};

function codeFor(name: string, facts: Partial<GateFacts> = {}): number | null {
  return (
    refusedAtGate({ name, parsed: parseChangeFileName(name, KINDS.types) }, { ...FACTS, ...facts })?.code ??
    null
  );
}

describe('the documented names', () => {
  it.each(rows)('$file_name is accepted: $accepted', ({ file_name: name, accepted, ...parts }) => {
    const parsed = parseChangeFileName(name, KINDS.types);
    const code = /\d+/.exec(accepted)?.[0];
    expect(codeFor(name)).toBe(code === undefined ? null : Number(code));
    const read = parsed && {
      customerId: String(parsed.customerId),
      sourceId: parsed.source,
      type: parsed.type,
      seqnum: String(parsed.sequence),
    };
    const { customerId, sourceId, type, seqnum } = parts;
    expect(read).toEqual(type === '' ? null : { customerId, sourceId, type, seqnum });
  });
});

describe('option words', () => {
  it.each<[string, string[] | null]>([
    ['1000001_HR_USERS_5.csv', []],
    ['1000001_HR_USERS-NOCREATE_6.csv', ['NOCREATE']],
    ['1000001_HR_users-noupdate-NoGroups_7.CSV', ['NOUPDATE', 'NOGROUPS']],
    ['1000001_USERS-NOGROUPS-NOCREATE-NOUPDATE_8.csv', ['NOGROUPS', 'NOCREATE', 'NOUPDATE']],
    ['1000001_HR_USERS-NOCREATE-NOCREATE_9.csv', null],
    ['1000001_HR_USERS-NODELETE_9.csv', null],
    ['1000001_HR_USERS-_9.csv', null],
    ['1000001_HR_USERS--NOCREATE_9.csv', null],
    ['1000001_HR_-NOCREATE_9.csv', null],
    ['1000001_HR_PRV-NOCREATE_9.csv', null],
    ['1000001_HR_DI-NOCREATE_9.ldif', null],
  ])('%s has the options %j', (name, options) => {
    expect(parseChangeFileName(name, KINDS.types)?.options ?? null).toEqual(options);
    if (options) expect(optionsIn(name)).toEqual(options);
  });

  it.each<[string, string | null]>([
    ['1000001_HR_USERS-NOCREATE_6.csv', 'HR'],
    ['1000001_PRV_6.csv', ''],
    ['1000001_a_b_XYZ_6.txt', 'a_b'],
    ['1000001_sales_HR_PRV_6.csv', 'sales_HR'],
    ['notes.txt', null],
    ['1000001_HR_USERS_1.csv.part', null],
  ])('%s speaks for the source %j, whatever its type', (name, source) => {
    expect(sourceIn(name)).toBe(source);
  });
});

describe('names beyond the documented ones', () => {
  it.each<[string, string | null]>([
    ['1000001_PRV_5_PRV_6.csv', 'PRV_5'],
    ['1000001_pRv_0005.CsV', ''],
    ['1000001__HR__PRV_5.csv', '_HR_'],
    ['1000001_HR 2_PRV_5.csv', 'HR 2'],
    ['1000001_Ärzte_PRV_5.csv', 'Ärzte'],
    ['1000001_PRV_5.csv.csv', null],
    ['1000001_PRV_5', null],
    ['1000001_PRV_.csv', null],
    ['_PRV_5.csv', null],
    ['PRV_5.csv', null],
    ['1000001PRV_5.csv', null],
    ['1000001_PRV_٥.csv', null],
    ['1000001_PRV_5 .csv', null],
    [' 1000001_PRV_5.csv', null],
    ['1000001_PRV_5_trace.csv', null],
    ['1000001_\n_PRV_5.csv', null],
    [`${'9'.repeat(19)}_PRV_5.csv`, null],
    [`1000001_PRV_${'0'.repeat(40)}7.csv`, ''],
  ])('%j has the source %j', (name, source) => {
    expect(parseChangeFileName(name, KINDS.types)?.source ?? null).toBe(source);
  });
});

describe('the gates stand in the order of their codes', () => {
  const all: Partial<GateFacts> = { types: new Set(['DI']), mayFollow: () => false };
  it.each<[string, Partial<GateFacts>, number | null]>([
    ['nonsense', all, 1],
    ['2000002_PRV_5.csv', all, 2],
    ['2000002_DI_5.ldif', all, 3],
    ['2000002_DI_5.ldif', { ...all, ofGroup: new Set(['USERS']) }, 2],
    ['2000002_DI_5.ldif', { ...all, ofGroup: new Set(['DI']) }, 3],
    ['1000001_DI_5.ldif', all, 4],
    ['1000001_DI_5.ldif', { ...all, last: null, mayFollow: () => true }, null],
  ])('%s', (name, facts, code) => {
    expect(codeFor(name, facts)).toBe(code);
  });
});

it('every bad name ends in _error with its code in the report and without a trace, and stores no number', async () => {
  await using world = await startTestDaemon({ organisation: await fixtures({ types: ['PRV'] }) });
  const acme = await world.courier();
  await acme.send('1000001_PRV_100.csv', 'emailAddress,action\nadmin@example.com,Update\n');
  const bad = new Map([
    ...rows.filter(({ accepted }) => accepted !== 'yes').map((row) => [row.file_name, row.accepted] as const),
    ['1000001_DI_5.ldif', 'no (2)'],
    ['1000001_PRV_99.csv', 'no (4)'],
  ]);
  for (const name of bad.keys()) await acme.upload(name, 'whatever');
  for (const [name, accepted] of bad) {
    const { folder, trace, lines } = await acme.outcome(name);
    expect({ folder, trace }, name).toEqual({ folder: '_error', trace: null });
    expect(lines, name).toEqual([
      `*** Processing file: llis/acme/${name}`,
      expect.stringMatching(/^ERROR: /),
      expect.stringMatching(new RegExp(`^Result code: ${/\d+/.exec(accepted)?.[0]} [A-Z_]+$`)),
    ]);
  }
  const left = await acme.names('/');
  expect(left.filter((name) => bad.has(name))).toEqual([]);
  const { rows: counters } = await world.database.query('select source, type, last from sequence_counter');
  expect(counters).toEqual([{ source: '', type: 'PRV', last: 100 }]);
  const again = await acme.send('1000001_PRV_100.csv', 'emailAddress,action\n');
  expect(again).toMatchObject({ folder: '_error', trace: null });
  expect(again.lines[1]).toMatch(
    /^ERROR: The sequence number is not greater than the last one processed\. .* has 100;/,
  );
});

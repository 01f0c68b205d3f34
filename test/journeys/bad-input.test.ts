import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Courier } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { fixtures } from '../support/organisation.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';
const TRACE_HEADER = `entryNum,lineNum,resultCode,${HEADER}`;

let world: TestDaemon;
let acme: Courier;
let sequence = 0;

beforeAll(async () => {
  // The caps are for the throttle's own tests: what is uploaded here goes far beyond an hour's.
  world = await startTestDaemon({
    organisation: await fixtures({ types: ['PRV'], guards: 'off' }),
    configuration: { throttle: { hourly: 100_000, daily: 100_000 } },
  });
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

const nextName = () => `1000001_PRV_${(sequence += 1)}.csv`;

const adds = (
  count: number,
  line = (number: number) => `bulk${sequence}.${number}@example.com,Add,Bulk,User\n`,
) => Array.from({ length: count }, (_, index) => line(index + 1)).join('');

/** After everything else: a good file still goes through, and nothing has failed by a fault of ours. */
async function expectGoodFile(): Promise<void> {
  const name = nextName();
  const filed = await acme.send(name, `${HEADER}good${sequence}@example.com,Add,Good,One\n`);
  expect(filed).toMatchObject({ folder: '_processed', codes: [0] });
  expect(filed.lines.at(-1)).toBe('CSV entries read: 1; BSS entries written: 1; No errors!');
  expect(world.log.filter((line) => line.includes('processing failed'))).toEqual([]);
}

const counts = (read: number, written: number, readErrors: number, writeErrors: number) =>
  `CSV entries read: ${read}; BSS entries written: ${written}; CSV read errors: ${readErrors}; BSS write errors: ${writeErrors}`;

interface Bad {
  what: string;
  content: () => string | Buffer;
  codes: number[];
  /** The last line of the report about the file. */
  last: string;
  /** A part of the first error line. */
  says?: string;
  trace?: string;
}

/** Pseudo-random bytes, the same in every run. */
function rubbish(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, index) =>
    createHash('sha256').update(String(index)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, bytes);
}

const bad: Bad[] = [
  {
    what: '0 bytes',
    content: () => '',
    codes: [],
    last: counts(0, 0, 1, 0),
    says: 'The file has no header line',
    trace: 'entryNum,lineNum,resultCode,\n',
  },
  {
    what: 'blank lines only',
    content: () => '\r\n \n\n',
    codes: [],
    last: counts(0, 0, 1, 0),
    says: 'The file has no header line',
  },
  {
    what: 'no header, entries only',
    content: () => 'sam.daryn@example.com,Add\nzach.jones@example.com,Add\n',
    codes: [1000],
    last: counts(1, 0, 1, 0),
    says: 'unknown column "sam.daryn@example.com"',
  },
  {
    what: 'a repeated column',
    content: () => 'emailAddress,action,EMAILADDRESS\na@example.com,Suspend,\n',
    codes: [1000],
    last: counts(1, 0, 1, 0),
    says: 'contains the column emailAddress twice',
  },
  {
    what: 'no action column',
    content: () => 'emailAddress\na@example.com\nb@example.com\n',
    codes: [1000, 1000],
    last: counts(2, 0, 2, 0),
    says: 'is missing the column action',
  },
  {
    what: 'a header that is no CSV',
    content: () => 'email"Address,action\na@example.com,Suspend\n',
    codes: [1000],
    last: counts(1, 0, 1, 0),
    says: 'header line is not valid UTF-8 CSV',
  },
  {
    what: 'a header with a NUL',
    content: () => 'emailAddress,act\u0000ion\na@example.com,Suspend\n',
    codes: [1000],
    last: counts(1, 0, 1, 0),
  },
  {
    what: '1 MB in one field',
    content: () => `${HEADER}big@example.com,Add,${'x'.repeat(1_048_576)},Big\nbig@example.com,Suspend\n`,
    codes: [1000, 1011],
    last: counts(2, 0, 1, 1),
    says: 'longer than 65536 bytes',
  },
  {
    what: 'a long field that is read',
    content: () => `${HEADER}long@example.com,Add,${'ä'.repeat(20_000)},Long\n`,
    codes: [1053],
    last: counts(1, 0, 0, 1),
    says: 'givenName is longer than 120 characters',
  },
  {
    what: 'invalid UTF-8 in one entry',
    content: () =>
      Buffer.concat([
        Buffer.from(`${HEADER}utf@example.com,Add,`),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from(',Eight\nutf@example.com,Add,Utf,Eight\n'),
      ]),
    codes: [1000, 0],
    last: counts(2, 1, 1, 0),
    says: 'not valid UTF-8',
  },
  {
    what: 'a NUL in one entry',
    content: () => `${HEADER}nul@example.com,Add,N\u0000ul,Nul\nnul@example.com,Add,Nul,Nul\n`,
    codes: [1000, 0],
    last: counts(2, 1, 1, 0),
    says: 'NUL character',
  },
  {
    what: 'a quote that is never closed',
    content: () => `${HEADER}open@example.com,Add,"Open,Quote\nopen@example.com,Add,Open,Quote\n`,
    codes: [1000, 0],
    last: counts(2, 1, 1, 0),
    says: 'Unterminated quoted value',
  },
  {
    what: 'control characters and markup in values',
    content: () => `${HEADER}"ctrl\u001b[31m@example.com",Add,<b>,"x\ry"\n`,
    codes: [1031],
    last: counts(1, 0, 0, 1),
    says: '"ctrl\\u001b[31m@example.com"',
  },
];

describe('bad content ends in _error, with a code and a reason, a trace and a report', () => {
  it.for(bad)('$what', async ({ content, codes, last, says, trace }) => {
    const name = nextName();
    const filed = await acme.send(name, content());
    expect(filed).toMatchObject({ folder: '_error', codes });
    expect(filed.lines.at(0)).toBe(`*** Processing file: llis/acme/${name}`);
    expect(filed.lines.find((line) => line.startsWith('ERROR: '))).toContain(says ?? '');
    expect(filed.lines.at(-1)).toBe(last);
    if (trace !== undefined) expect(filed.trace).toBe(trace);
    expect(await acme.names('/')).not.toContain(name);
    await expectGoodFile();
  });

  it.each([
    ['of few lines: nothing can be read', 15_000, 'lines'],
    ['of many lines: more entries than a file may have', 300_000, 'size'],
  ])('binary rubbish %s', async (_, bytes, refusedFor) => {
    const { folder, codes, lines, trace } = await acme.send(nextName(), rubbish(bytes));
    expect(folder).toBe('_error');
    if (refusedFor === 'size') {
      expect(trace).toBeNull();
      expect(lines[1]).toMatch(/^ERROR: The change file has \d+ entries; the limit is 200 per file/);
    } else {
      expect(codes.length).toBeGreaterThan(50);
      expect(codes.filter((code) => code !== 1000 && code !== 5)).toEqual([]);
    }
    await expectGoodFile();
  });

  it('copies the unreadable entry into the trace byte for byte', async () => {
    const name = nextName();
    const line = Buffer.concat([
      Buffer.from('raw@example.com,Add,'),
      Buffer.from([0xff, 0x00, 0x80]),
      Buffer.from('\r\n'),
    ]);
    await acme.send(name, Buffer.concat([Buffer.from(HEADER), line]));
    const trace = await acme.bytes(`/_error/${name.replace('.csv', '_trace.csv')}`);
    expect(trace).toEqual(Buffer.concat([Buffer.from(`${TRACE_HEADER}1,2,1000,`), line]));
  });
});

it('a file with a header only is fine: its trace has one line', async () => {
  const filed = await acme.send(nextName(), HEADER);
  expect(filed).toMatchObject({ folder: '_processed', trace: TRACE_HEADER, codes: [] });
  expect(filed.lines.slice(1)).toEqual(['CSV entries read: 0; BSS entries written: 0; No errors!']);
});

it.each([
  ['not greater', () => `1000001_PRV_${sequence}.csv`, 4],
  ['lower', () => '1000001_PRV_0.csv', 4],
  ['for another customer', () => `2000002_PRV_${sequence + 1}.csv`, 3],
  ['of a type that is switched off', () => '1000001_DI_1.ldif', 2],
  ['with the wrong extension', () => `1000001_PRV_${sequence + 1}.txt`, 1],
])('a name or number %s is refused without a trace', async (_, name, code) => {
  await expectGoodFile();
  const filed = await acme.send(name(), `${HEADER}never@example.com,Add,Never,Ever\n`);
  expect(filed).toMatchObject({ folder: '_error', trace: null });
  expect(filed.lines[2]).toMatch(new RegExp(`^Result code: ${code} `));
  expect(filed.lines).toHaveLength(3);
  const { rows } = await world.database.query(`select 1 from subscriber where email = 'never@example.com'`);
  expect(rows).toEqual([]);
  await expectGoodFile();
});

it('keeps both where a file of the same name lies in the target folder already', async () => {
  await expectGoodFile();
  const name = `1000001_PRV_${sequence}.csv`;
  const second = await acme.send(name, 'second');
  const third = await acme.send(name, 'third');
  expect([second.name, third.name]).toEqual([name, name.replace('.csv', '_1.csv')]);
  expect(await acme.text(`/_error/${second.name}`)).toBe('second');
  expect(await acme.text(`/_error/${third.name}`)).toBe('third');
  expect((await acme.text(`/_processed/${name}`)).startsWith(HEADER)).toBe(true);
});

it('n07: 200 entries are carried out, 201 are refused as a whole', async () => {
  const whole = await acme.send(nextName(), HEADER + adds(200));
  expect(whole.folder).toBe('_processed');
  expect(whole.codes).toEqual(Array.from({ length: 200 }, () => 0));
  const name = nextName();
  const refused = await acme.send(name, HEADER + adds(201));
  expect(refused).toMatchObject({ folder: '_error', trace: null });
  expect(refused.lines).toEqual([
    `*** Processing file: llis/acme/${name}`,
    `ERROR: The change file has 201 entries; the limit is 200 per file. Split it into smaller files and upload them with higher sequence numbers. The file is in _error/${name}.`,
  ]);
  const { rows } = await world.database.query(`select last from sequence_counter where source = ''`);
  expect(rows).toEqual([{ last: sequence - 1 }]);
  await expectGoodFile();
});

it('stops at the 101st entry that cannot be read, with code 5; the good ones before it stay', async () => {
  const lines = (number: number) =>
    number % 2 === 1 ? `${number},too,many,values,here\n` : `half${number}@example.com,Add,Half,Good\n`;
  // 95 odd entries and their good neighbours, then unreadable ones only: the 101st is entry 196.
  const text = HEADER + adds(190, lines) + adds(10, (number) => `${number},too,many,values,here\n`);
  const name = nextName();
  const { folder, codes, trace, lines: report } = await acme.send(name, text);
  expect(folder).toBe('_error');
  expect(codes).toHaveLength(196);
  expect(codes.at(-1)).toBe(5);
  expect(codes.filter((code) => code === 1000)).toHaveLength(100);
  expect(codes.filter((code) => code === 0)).toHaveLength(95);
  expect(trace?.trimEnd().split('\n').at(-1)).toBe('196,197,5,6,too,many,values,here');
  expect(report.at(-2)).toMatch(/^Result code: 5 /);
  expect(report.at(-1)).toBe(counts(196, 95, 101, 0));
  await expectGoodFile();
});

it('exactly 100 unreadable entries do not stop the file', async () => {
  const text = HEADER + adds(100, () => 'a,b,c,d,e\n') + `last${sequence}@example.com,Add,Last,One\n`;
  const { codes } = await acme.send(nextName(), text);
  expect(codes).toHaveLength(101);
  expect(codes.at(-1)).toBe(0);
});

it.each<[string, number, (length: number) => string]>([
  ['as long as a folder can hold', 255, (length) => 'a'.repeat(length)],
  ['whose trace just fits', 249, (length) => 'a'.repeat(length)],
  ['of many two-byte letters', 249, (length) => 'é'.repeat(Math.floor(length / 2)) + 'e'.repeat(length % 2)],
])('a name %s ends filed like any other', async (_, bytes, source) => {
  const rest = `1000001__PRV_${(sequence += 1)}.csv`;
  const name = rest.replace('__', `_${source(bytes - rest.length)}_`);
  expect(Buffer.byteLength(name)).toBe(bytes);
  const filed = await acme.send(name, `${HEADER}named${sequence}@example.com,Add,Named,One\n`);
  expect(filed.lines.at(0)).toContain(name);
  await expectGoodFile();
});

it('an empty notesDN in quotes does not hide that the Notes name is taken', async () => {
  const header = 'emailAddress,action,subscriptionId,givenName,familyName,password,notesDN\n';
  const row = (address: string, dn: string) => `${address}@example.com,Add,86796,Nora,Tes,passw0rd,${dn}\n`;
  expect((await acme.send(nextName(), header + row('nora.one', ''))).codes).toEqual([0]);
  expect((await acme.send(nextName(), header + row('nora.two', '""'))).codes).toEqual([1034]);
  await expectGoodFile();
});

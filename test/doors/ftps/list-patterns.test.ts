import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDoor, type TestDoor } from '../../support/door.ts';
import { Speaker } from '../../support/speaker.ts';

let door: TestDoor;
let client: Speaker;

beforeAll(async () => {
  door = await openDoor();
  client = await Speaker.signedIn(door.port);
  const names = [
    'a1.csv',
    'a2.csv',
    'b1.part',
    'b[1].csv',
    'bé.csv',
    '.hidden.csv',
    '_report/r1.txt',
    '_report/r2.txt',
  ];
  for (const name of [...names, '_error/a1.csv', 'journal/j.gz']) await door.put(name, 'x');
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await door[Symbol.asyncDispose]();
});

/** @returns the lines, sorted, and the code of the reply */
async function listed(command: string): Promise<{ lines: string[]; code: string }> {
  const { content, reply } = await client.fetch(command);
  return { lines: content.split('\r\n').filter(Boolean).toSorted(), code: reply.slice(0, 3) };
}

const SAMPLE = readFileSync(
  join(import.meta.dirname, '../../samples/field/list-patterns/session.txt'),
  'utf8',
);

test('f03: the session of the sample', async () => {
  const [csv = '', part = '', reports = '', nothing = ''] = SAMPLE.trim().split('\n');
  expect(await listed(csv)).toEqual({ lines: ['a1.csv', 'a2.csv', 'b[1].csv', 'bé.csv'], code: '226' });
  const { lines, code } = await listed(part);
  expect([lines.length, code]).toEqual([1, '226']);
  expect(lines[0]).toMatch(/^-rw-r----- .* b1\.part$/u);
  expect(await listed(reports)).toEqual({ lines: ['_report/r1.txt', '_report/r2.txt'], code: '226' });
  expect(await listed(nothing)).toEqual({ lines: [], code: '226' });
});

test.each([
  ['NLST /_report/r?.txt', ['/_report/r1.txt', '/_report/r2.txt']],
  ['NLST ./a*.csv', ['./a1.csv', './a2.csv']],
  ['NLST -la a[13].csv', ['a1.csv']],
  ['NLST -1 a[!1].csv', ['a2.csv']],
  ['NLST _report/../a?.csv', ['_report/../a1.csv', '_report/../a2.csv']],
  // A name that is there literally comes first.
  ['NLST b[1].csv', ['b[1].csv']],
  ['NLST b[[]1].csv', ['b[1].csv']],
  ['NLST b?.csv', ['bé.csv']],
  ['NLST _*', ['_error', '_processed', '_report', '_validate']],
  // Hidden names are shown to nobody.
  ['NLST .*', []],
  ['NLST *hidden*', []],
])('f03: %s gives %j', async (command, lines) => {
  expect(await listed(command)).toEqual({ lines, code: '226' });
});

test('f03: MLSD and LIST take patterns too, relative to the working folder', async () => {
  expect((await listed('MLSD a*.csv')).lines.map((line) => line.replace(/^.*; /u, ''))).toEqual([
    'a1.csv',
    'a2.csv',
  ]);
  await client.ask('CWD _report');
  const { lines } = await listed('LIST *1.txt');
  expect(lines.map((line) => line.replace(/^.* /u, ''))).toEqual(['r1.txt']);
  expect(await listed('NLST /a1*')).toEqual({ lines: ['/a1.csv'], code: '226' });
  await client.ask('CWD /');
});

test.each([
  ['NLST nothing.csv', /^550 /],
  ['NLST nothing/*.csv', /^550 /],
  ['NLST */*.csv', /^550 /],
  ['RETR a*.csv', /^550 /],
  ['DELE a*.csv', /^550 /],
])('f03: %s names nothing', async (command, code) => {
  if (command.startsWith('DELE')) return expect(await client.ask(command)).toMatch(code);
  return expect((await client.fetch(command)).reply).toMatch(code);
});

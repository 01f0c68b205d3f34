import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeptTexts } from '../../cli/kept-texts.ts';
import { runJournal } from './run-journal.ts';

const SAMPLES = path.join(import.meta.dirname, '../samples/journal');

interface JournalJson {
  records: { line: number; component: string | null; action: string; object: { name: string } | null }[];
  unreadable: { file: string; line: number; text: string }[];
  counts: { records: number; unreadable: number };
}

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  folder = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-journal-'));
});
afterAll(() => folder.remove());

async function file(content: string | Buffer, name = '2026-03-04.AUTH.txt'): Promise<string> {
  const place = path.join(folder.path, name);
  await writeFile(place, content);
  return place;
}

async function json(...words: string[]): Promise<JournalJson> {
  return JSON.parse((await runJournal([...words, '--json'])).stdout) as JournalJson;
}

const lineOf = (action: string, day = '2026-03-04', rest = '') =>
  `${day}T05:06:07+0000 user ann@acme.example (id=7, customerid=1) performed ${action}${rest} with outcome SUCCESS\n`;

describe('the documented cases', async () => {
  const index = await readFile(path.join(SAMPLES, 'INDEX.csv'), 'utf8');
  const cases: Record<'case' | 'file' | 'what_it_shows' | 'exit', string>[] = parse(index, { columns: true });

  it('are all there', () => expect(cases).toHaveLength(13));

  it.each(cases)('$case: $what_it_shows', async ({ case: name, file, exit }) => {
    const expected = (form: string) => readFile(path.join(SAMPLES, name, `expected.${form}`), 'utf8');
    const place = path.join(SAMPLES, name, file);
    const text = await runJournal([place]);
    expect(text.stdout).toBe(await expected('txt'));
    const answer = await runJournal([place, '--json']);
    expect(JSON.parse(answer.stdout)).toEqual(JSON.parse(await expected('json')));
    expect([text.code, answer.code]).toEqual([Number(exit), Number(exit)]);
    expect(answer.stderr).toBe(text.stderr);
  });
});

describe('it selects', () => {
  const LINES = [
    lineOf('LOGIN', '2026-03-03'),
    lineOf('LOGOUT', '2026-03-04'),
    lineOf('Login', '2026-03-05'),
    'x\n',
  ];

  it.each<[string[], number[]]>([
    [[], [1, 2, 3]],
    [
      ['--action', 'login'],
      [1, 3],
    ],
    [
      ['--from', '2026-03-04'],
      [2, 3],
    ],
    [
      ['--to', '2026-03-04'],
      [1, 2],
    ],
    [['--from', '2026-03-04', '--to', '2026-03-04', '--action', 'LOGOUT'], [2]],
    [
      ['--component', 'auth'],
      [1, 2, 3],
    ],
  ])('%j', async (words, lines) => {
    const { records, counts } = await json(await file(LINES.join('')), ...words);
    expect(records.map(({ line }) => line)).toEqual(lines);
    expect(counts).toEqual({ records: lines.length, unreadable: 1 });
  });

  it('the files of a component by their names, and does not read the others', async () => {
    const [auth, bss] = [await file(lineOf('A')), await file(`${lineOf('B')}x\n`, '2026-03-04bss.txt.gz')];
    expect(await json(auth, bss, '--component', 'BSS')).toMatchObject({
      records: [{ action: 'B', component: 'BSS' }],
      unreadable: [{ file: '2026-03-04bss.txt.gz', line: 2, text: 'x' }],
    });
    expect(await runJournal([auth, bss, '--component', 'AUTH'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('when there is nothing', () => {
  it.each<[string[], string]>([
    [['--action', 'LOGN'], 'No record found.\nLOGN is not a known action; did you mean LOGIN?'],
    [['--action', 'LOGOUT'], 'No record found.'],
    [['--component', 'files'], 'No record found.\nFILES is not a known component; did you mean FILES2?'],
    [
      ['--component', 'authentication'],
      'No record found.\nAUTHENTICATION is not a known component; did you mean AUTH?',
    ],
    [['--from', '2026-03-05'], 'No record found.'],
  ])('%j: exit 3', async (words, stderr) => {
    const place = await file(lineOf('LOGIN'));
    expect(await runJournal([place, ...words])).toEqual({ code: 3, stdout: '', stderr });
    expect(await json(place, ...words)).toEqual({
      records: [],
      unreadable: [],
      counts: { records: 0, unreadable: 0 },
    });
  });

  it('an empty file: exit 3', async () => {
    expect(await runJournal([await file('')])).toMatchObject({ code: 3, stdout: '' });
  });

  it('a component is asked for, and a name does not tell it', async () => {
    const { code, stderr } = await runJournal([await file(lineOf('A'), 'copy.txt'), '--component', 'AUTH']);
    expect([code, stderr]).toEqual([
      3,
      'No record found.\nThe name of a file says its component, as in 2026-03-04.AUTH.txt.gz; these names do not.',
    ]);
  });
});

describe('wrong usage: exit 2 before anything is written', () => {
  it.each([
    [['--from', '2026-02-30'], '--from "2026-02-30" is not a date. Use a form such as 2026-03-04.'],
    [['--to', 'yesterday'], '--to "yesterday" is not a date. Use a form such as 2026-03-04.'],
    [['--from', '2026-03-05', '--to', '2026-03-04'], '--from is later than --to.'],
  ])('%j', async (words, stderr) => {
    const ended = await runJournal([await file(lineOf('A')), ...words]);
    expect(ended).toEqual({ code: 2, stdout: '', stderr });
  });

  it('files that are missing, and folders', async () => {
    const missing = path.join(folder.path, 'missing.txt');
    const ended = await runJournal([await file(lineOf('A')), missing, folder.path, '--json']);
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `cannot read ${missing}: no such file or folder (ENOENT)\ncannot read ${folder.path}: is a folder, not a file (EISDIR)`,
    });
  });
});

describe('it goes on after', () => {
  it('lines of CR LF, blank ones, a byte order mark, and a last line without its end', async () => {
    const text = `\ufeff${lineOf('A').trimEnd()}\r\n\r\n   \n${lineOf('B').trimEnd()}`;
    const { records, counts } = await json(await file(text));
    expect(records.map(({ line, action }) => [line, action])).toEqual([
      [1, 'A'],
      [4, 'B'],
    ]);
    expect(counts.unreadable).toBe(0);
  });

  it('what is no UTF-8 in a name', async () => {
    const line = lineOf('A', '2026-03-04', ' on object (type=FILE, id=1, name="\u00e9", customerid=1)');
    const place = await file(Buffer.concat([Buffer.from(line, 'latin1'), Buffer.from(lineOf('B'))]));
    expect((await json(place)).records.map(({ object }) => object?.name)).toEqual(['\ufffd', undefined]);
    expect(await runJournal([place])).toMatchObject({
      code: 0,
      stderr: `${place}, line 1: not UTF-8; what could not be decoded is shown as U+FFFD`,
    });
  });

  it('a line that is far too long, of which it keeps the beginning', async () => {
    const place = await file(`${lineOf('A')}${'é'.repeat(2_000_000)}\n${lineOf('B')}`);
    const { records, unreadable } = await json(place);
    expect(records.map(({ line }) => line)).toEqual([1, 3]);
    expect(unreadable[0]?.text).toBe(`${'é'.repeat(512)}…`);
    const { code, stderr } = await runJournal([place]);
    expect([code, stderr]).toEqual([1, `${place}, line 2: not read: longer than 1048576 bytes`]);
  });

  it('control characters: they are shown by their numbers', async () => {
    const name = 'a\\u001b[2J\\t\u009b\u202e😀 é';
    const place = await file(
      lineOf('A', '2026-03-04', ` on object (type=FILE, id=1, name="${name}", customerid=1)`),
    );
    const { stdout } = await runJournal([place]);
    expect(stdout).toContain('\tFILE 1 a\\u001b[2J\\t\\u009b\\u202e😀 é\t-\t');
    expect((await json(place)).records[0]?.object?.name).toBe('a\u001b[2J\t\u009b\u202e😀 é');
  });
});

describe('an archive', () => {
  const DAY = Array.from({ length: 20_000 }, (_, at) => lineOf(`A${at % 97}_${(at * 7919) % 10_007}`)).join(
    '',
  );
  const whole = gzipSync(DAY);

  it('in several parts is read as one', async () => {
    const parts = Buffer.concat([gzipSync(lineOf('A')), gzipSync(lineOf('B'))]);
    expect((await json(await file(parts))).records.map(({ action }) => action)).toEqual(['A', 'B']);
  });

  it('may have any name: what it holds says what it is', async () => {
    expect((await json(await file(gzipSync(lineOf('A')), 'x'))).records).toMatchObject([
      { action: 'A', component: null, date: null },
    ]);
    expect((await json(await file(lineOf('A'), '2026-03-04.AUTH.txt.gz'))).counts.records).toBe(1);
  });

  it.each<[string, Buffer, RegExp]>([
    ['cut', whole.subarray(0, whole.length >> 1), /: unexpected end of file$/],
    ['cut after its first bytes', whole.subarray(0, 12), /: unexpected end of file$/],
    ['cut after its first byte', whole.subarray(0, 1), /: unexpected end of file$/],
    ['of a wrong check sum', spoilt(whole, whole.length - 6), /: incorrect data check$/],
    ['with something behind it', Buffer.concat([whole, Buffer.from('rest')]), /: incorrect header check$/],
    ['damaged inside', spoilt(whole, whole.length >> 1), /, line \d+: .+: (?:invalid|incorrect) /],
  ])('%s is read up to there, and the place is named', async (_, bytes, cause) => {
    const place = await file(bytes, '2026-03-04.AUTH.txt.gz');
    const { code, stdout, stderr } = await runJournal([place]);
    const words = stderr.split('\n').at(-1) ?? '';
    expect(code).toBe(1);
    expect(words).toMatch(/^.+, line \d+: damaged or cut off here, the rest is not read: /);
    expect(words).toMatch(cause);
    const { records, unreadable, counts } = await json(place);
    expect(stdout.split('\n')).toHaveLength(counts.records + 1);
    expect(counts).toEqual({ records: records.length, unreadable: unreadable.length });
    expect(unreadable.at(-1)?.line).toBe(Number(/line (\d+)/.exec(words)?.[1]));
  });

  it('that is cut within a record does not show a shorter one', async () => {
    const line =
      '2026-03-04T05:06:07+0000 user ann@acme.example (id=7, customerid=1) performed LOGIN with outcome FAILURE';
    const packed = gzipSync(line, { finishFlush: constants.Z_SYNC_FLUSH });
    expect(await json(await file(packed))).toMatchObject({
      records: [],
      unreadable: [{ line: 1, text: line }],
    });
  });

  it('is left where nobody reads any more', async () => {
    const { code, stdout, stderr } = await runJournal([await file(whole)], 0);
    expect(stdout.length).toBeLessThan(DAY.length / 10);
    expect([code, stderr]).toEqual([0, '']);
  });
});

it('lines that could not be read may be many', async () => {
  await using kept = new KeptTexts(10);
  const texts = Array.from({ length: 50 }, (_, at) => `é${at}\n`);
  for (const text of texts) await kept.add(text);
  let all = '';
  for await (const piece of kept) all += piece;
  expect(all).toBe(texts.join(''));
});

function spoilt(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let offset = 0; offset < 3; offset += 1) copy[at + offset] = (copy[at + offset] ?? 0) ^ 0xff;
  return copy;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDoor } from '../../support/door.ts';
import { contentOf, Speaker } from '../../support/speaker.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';

const linesOf = (text: string) => text.split('\r\n').slice(0, -1);

test('reports, traces and journal files are downloaded', async () => {
  await using door = await openDoor();
  await door.put('_report/r.txt', 'report');
  await door.put('journal/j.gz', 'journal');
  await using client = await Speaker.signedIn(door.port);
  expect(await client.fetch('RETR _report/r.txt')).toMatchObject({ content: 'report' });
  await client.ask('CWD journal');
  expect(await client.fetch('RETR j.gz')).toEqual({ content: 'journal', reply: '226 Transfer complete' });
  const events = await door.seen('downloaded', 2);
  expect(events.map(({ fields }) => fields.slice(1))).toEqual([
    ['/_report/r.txt', 6],
    ['/journal/j.gz', 7],
  ]);
});

test('a large file arrives whole', async () => {
  await using door = await openDoor();
  const content = Array.from({ length: 200_000 }, (_, line) => `line ${line}\n`).join('');
  await door.put('large.csv', content);
  await using client = await Speaker.signedIn(door.port);
  const fetched = await client.fetch('RETR large.csv');
  expect(fetched.reply).toMatch(/^226 /);
  expect(fetched.content === content).toBe(true);
});

test('trap 4: empty downloads and listings end in good order', async () => {
  await using door = await openDoor();
  await door.put('empty.csv', '');
  await using client = await Speaker.signedIn(door.port);
  for (const command of ['RETR empty.csv', 'LIST _error', 'NLST _error', 'MLSD _error']) {
    expect([command, await client.fetch(command)]).toEqual([
      command,
      { content: '', reply: '226 Transfer complete' },
    ]);
  }
});

test('REST resumes the next download only', async () => {
  await using door = await openDoor();
  await door.put('a.csv', '0123456789');
  await using client = await Speaker.signedIn(door.port);
  await client.ask('REST 7');
  expect(await client.fetch('RETR a.csv')).toMatchObject({ content: '789' });
  expect(await client.fetch('RETR a.csv')).toMatchObject({ content: '0123456789' });
  await client.ask('REST 7');
  expect(await client.fetch('RETR nowhere')).toMatchObject({ reply: expect.stringMatching(/^550 /) });
  expect(await client.fetch('RETR a.csv')).toMatchObject({ content: '0123456789' });
  await client.ask('REST 10');
  expect(await client.fetch('RETR a.csv')).toMatchObject({ content: '', reply: '226 Transfer complete' });
  expect(await client.ask('REST -1')).toMatch(/^501 /);
});

test('REST beyond the end of the file is refused with the download, and does not outlive it', async () => {
  await using door = await openDoor();
  await door.put('a.csv', '0123456789');
  await using client = await Speaker.signedIn(door.port);
  await client.ask('REST 11');
  expect(await client.fetch('RETR a.csv')).toMatchObject({
    content: '',
    reply: '554 Restart position 11 is beyond the end of the file (10 bytes)',
  });
  expect(await client.fetch('RETR a.csv')).toMatchObject({ content: '0123456789' });
});

test('listings show files and folders, with any options of ls', async () => {
  await using door = await openDoor();
  await door.put('a b.csv', 'x');
  await door.put('.hidden', 'x');
  await door.put('_report/r.txt', 'x');
  await using client = await Speaker.signedIn(door.port);
  for (const command of ['LIST', 'LIST -a', 'LIST -la', 'LIST /', 'LIST -a .']) {
    const lines = linesOf((await client.fetch(command)).content);
    expect(lines.map((line) => line.slice(61)).toSorted()).toEqual([
      '_error',
      '_processed',
      '_report',
      '_validate',
      'a b.csv',
      'journal',
    ]);
  }
  expect(linesOf((await client.fetch('NLST _report')).content)).toEqual(['_report/r.txt']);
  expect(linesOf((await client.fetch('NLST /_report/')).content)).toEqual(['/_report/r.txt']);
  expect(linesOf((await client.fetch('NLST a b.csv')).content)).toEqual(['a b.csv']);
  expect(linesOf((await client.fetch('LIST _report/r.txt')).content)).toHaveLength(1);
  expect(linesOf((await client.fetch('MLSD _report')).content)).toEqual([
    expect.stringMatching(/^type=file;size=1;modify=\d{14};perm=rd; r\.txt$/),
  ]);
  expect(await client.fetch('MLSD a b.csv')).toMatchObject({ reply: expect.stringMatching(/^501 /) });
  expect(await client.fetch('LIST nowhere')).toMatchObject({ reply: expect.stringMatching(/^550 /) });
});

test('without the right to the journal no listing shows it', async () => {
  await using door = await openDoor({ rights: ['download'] });
  await using client = await Speaker.signedIn(door.port);
  expect((await client.fetch('MLSD')).content).not.toContain('journal');
  expect(await client.ask('CWD journal')).toMatch(/^550 /);
});

test('a listing of 5,000 files is quick', async () => {
  await using door = await openDoor();
  const names = Array.from({ length: 5_000 }, (_, number) => `1_PRV_${number}.csv`);
  await Promise.all(names.map((name) => writeFile(join(door.folder, name), '')));
  await using client = await Speaker.signedIn(door.port);
  const cpuMs = await cpuMsOf(async () => {
    const { content } = await client.fetch('LIST');
    expect(linesOf(content)).toHaveLength(5_005);
  });
  expect(cpuMs).toBeLessThan(2_000);
});

test('a client that leaves a download gets no 226, and the file stays free', async () => {
  await using door = await openDoor();
  await door.put('large.csv', Buffer.alloc(20_000_000));
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('RETR large.csv');
  data.destroy();
  expect(await client.reply()).toMatch(/^426 /);
  expect(await client.ask('DELE large.csv')).toMatch(/^250 /);
});

test('ABOR ends a download', async () => {
  await using door = await openDoor();
  await door.put('large.csv', Buffer.alloc(20_000_000));
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('RETR large.csv');
  expect(await client.ask('ABOR')).toMatch(/^426 /);
  expect(await client.reply()).toMatch(/^226 /);
  await contentOf(data).catch(() => undefined);
});

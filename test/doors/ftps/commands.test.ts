import { link, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDoor } from '../../support/door.ts';
import { Speaker } from '../../support/speaker.ts';

/** A conversation: each line is sent, and the reply matches. */
async function converse(client: Speaker, lines: [string, RegExp][]): Promise<void> {
  for (const [line, reply] of lines)
    expect([line, await client.ask(line)]).toEqual([line, expect.stringMatching(reply)]);
}

test('settings have one value, and others are refused clearly', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  await converse(client, [
    ['SYST', /^215 UNIX/],
    ['NOOP', /^200 /],
    ['noop', /^200 /],
    ['TYPE A', /^200 /],
    ['TYPE I', /^200 /],
    ['TYPE E', /^504 /],
    ['MODE S', /^200 /],
    ['MODE B', /^504 /],
    ['STRU F', /^200 /],
    ['STRU R', /^504 /],
    ['OPTS UTF8 ON', /^200 /],
    ['OPTS UTF8 OFF', /^504 /],
    ['OPTS MLST size;bogus;', /^200 MLST OPTS size;$/],
    ['OPTS X', /^501 /],
    ['PROT P', /^200 /],
    ['PROT C', /^534 /],
    ['PROT X', /^504 /],
    ['ACCT x', /^202 /],
    ['SITE HELP', /^214 /],
    ['SITE CHMOD 777 a', /^504 /],
    ['STAT', /^211-Status/],
    ['TYPE', /^501 /],
    ['', /^500 /],
  ]);
});

test('FEAT tells what the door can do', async () => {
  await using door = await openDoor();
  await using client = await Speaker.connect(door.port);
  const lines = (await client.ask('FEAT')).split('\r\n').slice(1, -1);
  const names = [
    'EPSV',
    'MDTM',
    'MLST type*;size*;modify*;perm*;',
    'PBSZ',
    'PROT',
    'REST STREAM',
    'SIZE',
    'TVFS',
    'UTF8',
  ];
  expect(lines).toEqual(names.map((name) => ` ${name}`));
});

test('what the door does not do is refused with a reason', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  await converse(client, [
    ['APPE a', /^502 .*STOR/],
    ['STOU', /^502 /],
    ['MKD a', /^550 /],
    ['RMD _report', /^550 /],
    ['PORT 127,0,0,1,1,1', /^502 .*PASV/],
    ['EPRT |1|127.0.0.1|1|', /^502 /],
    ['AUTH TLS', /^503 /],
    ['CCC', /^533 /],
    ['STOR a', /^425 Use PASV/],
    ['RNTO a', /^503 /],
    ['SITE', /^504 /],
  ]);
});

test('folders are walked with virtual paths', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  await converse(client, [
    ['PWD', /^257 "\/" /],
    ['CWD _report', /^250 /],
    ['XPWD', /^257 "\/_report" /],
    ['CDUP', /^250 /],
    ['PWD', /^257 "\/" /],
    ['CDUP', /^250 /],
    ['XCWD /journal', /^250 /],
    ['CWD ../_error', /^250 /],
    ['PWD', /^257 "\/_error" /],
    ['CWD /nowhere', /^550 /],
    ['CWD', /^501 /],
    ['PWD', /^257 "\/_error" /],
  ]);
});

test('no path leads out of the folder', async () => {
  await using door = await openDoor();
  await symlink('/etc/passwd', join(door.folder, 'planted'));
  await symlink('/etc', join(door.folder, '_error/etc'));
  await door.put('a.csv', 'x');
  await link(join(door.folder, 'a.csv'), join(door.folder, 'hard'));
  await using client = await Speaker.signedIn(door.port);
  const paths = [
    '../../../etc/passwd',
    '/etc/passwd',
    '/_report/../../etc/passwd',
    '..\\..\\etc\\passwd',
    'planted',
    '_error/etc/passwd',
    '_error/etc',
    'hard',
    '.staging',
    '.staging/x',
    '.taken/x',
    'a\0.csv',
  ];
  for (const path of paths) {
    const { content, reply } = await client.fetch(`RETR ${path}`);
    expect([path, content, reply]).toEqual([path, '', expect.stringMatching(/^(550|553|501) /)]);
    expect(reply).not.toContain(door.folder);
    if (path === 'hard') continue;
    expect(await client.ask(`DELE ${path}`)).toMatch(/^(550|553|501) /);
    expect(await client.ask(`SIZE ${path}`)).toMatch(/^(550|553|501) /);
    expect(await client.ask(`RNFR ${path}`)).toMatch(/^(550|553|501) /);
    expect(await client.ask(`CWD ${path}`)).toMatch(/^(550|553|501) /);
  }
  for (const path of [
    '../../x',
    '.staging/x',
    '_report/x',
    'journal/x',
    'planted',
    '/tmp/x',
    'a\\b',
    'x'.repeat(256),
  ]) {
    expect([path, await client.store(path, 'x')]).toEqual([
      path,
      expect.stringMatching(path === '../../x' ? /^226/ : /^55/),
    ]);
  }
  // `..` stops at the root: the file lies in the customer's own folder.
  expect(door.has('x')).toBe(true);
});

test('SIZE, MDTM and MLST describe a file', async () => {
  await using door = await openDoor();
  await door.put('a b.csv', '12345');
  await using client = await Speaker.signedIn(door.port);
  await converse(client, [
    ['SIZE a b.csv', /^213 5$/],
    ['MDTM a b.csv', /^213 \d{14}$/],
    ['MLST a b.csv', /^250-.*\r\n type=file;size=5;modify=\d{14};perm=rwdf; \/a b.csv\r\n250 /],
    ['MLST', /\r\n type=dir;modify=\d{14};perm=celp; \/\r\n/],
    ['SIZE _report', /^550 /],
    ['SIZE nowhere', /^550 /],
  ]);
});

test('a waiting file is deleted and renamed, and both are journalled', async () => {
  await using door = await openDoor();
  await door.put('a.csv', 'a');
  await door.put('b.csv', 'b');
  await using client = await Speaker.signedIn(door.port);
  await converse(client, [
    ['RNFR a.csv', /^350 /],
    ['RNTO b.csv', /^250 /],
    ['RNTO c.csv', /^503 /],
    ['RNFR b.csv', /^350 /],
    ['NOOP', /^200 /],
    ['RNTO c.csv', /^503 /],
    ['RNFR b.csv', /^350 /],
    ['RNTO _report/b.csv', /^550 /],
  ]);
  expect(await door.get('b.csv')).toBe('a');
  await converse(client, [
    ['DELE b.csv', /^250 /],
    ['DELE b.csv', /^550 /],
    ['DELE _report', /^550 /],
  ]);
  const [renamed] = await door.seen('renamed');
  expect(renamed?.fields.slice(1)).toEqual(['/a.csv', '/b.csv']);
  const [deleted] = await door.seen('deleted');
  expect(deleted?.fields.slice(1)).toEqual(['/b.csv']);
});

test('names keep their blanks and letters', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  for (const name of ['Größe 1.csv', ' leading', '"quoted".csv', '日本.csv', '-a']) {
    expect(await client.store(name, name)).toMatch(/^226 /);
    expect(await door.get(name)).toBe(name);
  }
});

test('trap 7: a command line is cut at 4 KB, and the conversation goes on', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  expect(await client.ask(`STOR ${'x'.repeat(100_000)}`)).toMatch(/^500 .*too long/);
  expect(await client.ask('STOR a\rDELE b')).toMatch(/^501 /);
  client.socket.write(Buffer.from([0x44, 0x45, 0x4c, 0x45, 0x20, 0xf6, 0x0d, 0x0a]));
  expect(await client.reply()).toMatch(/^501 .*UTF-8/);
  expect(await client.ask('NOOP')).toMatch(/^200 /);
});

test('commands sent ahead are answered in order, but not without end', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  client.say('PWD', 'SIZE x', 'NOOP');
  const codes = [await client.reply(), await client.reply(), await client.reply()].map((reply) =>
    reply.slice(0, 3),
  );
  expect(codes).toEqual(['257', '550', '200']);
  client.say(...Array.from({ length: 200 }, () => 'SIZE x'));
  expect(await client.reply()).toMatch(/^421 Too many pipelined commands/);
});

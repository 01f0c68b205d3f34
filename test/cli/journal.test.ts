/** The command as others run it: in a process of its own, in pipes, without configuration. */
import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ended } from '../support/command-line.ts';

const COMMAND = path.join(import.meta.dirname, '../../daemon/cli.ts');
const RECORD =
  '2026-03-04T05:06:07+0000 user ann@acme.example (id=7, customerid=1) performed LOGIN with outcome SUCCESS\n';
const SHOWN = '2026-03-04T05:06:07Z\tAUTH\tann@acme.example\tLOGIN\t-\t-\tSUCCESS\t-\t-\n';
const GOOD = '2026-03-04.AUTH.txt.gz';

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  folder = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-journal-'));
  await writeFile(path.join(folder.path, GOOD), gzipSync(RECORD));
  await writeFile(path.join(folder.path, '2026-03-05.AUTH.txt'), `${RECORD}what\u001b[2J\n${RECORD}`);
  await writeFile(path.join(folder.path, '2026-03-06.AUTH.txt.gz'), gzipSync(RECORD.repeat(100_000)));
});
afterAll(() => folder.remove());

/** @param line for a shell; `journal` is the command */
function shell(line: string): Promise<Ended> {
  const settings = { cwd: folder.path, env: { PATH: process.env['PATH'] }, timeout: 100_000 };
  const call = `journal() { '${process.execPath}' '${COMMAND}' journal "$@"; }; ${line}`;
  return new Promise((resolve) => {
    const child = execFile('bash', ['--norc', '-c', call], settings, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

it('exit 0: all was read; results on standard output alone', async () => {
  expect(await shell(`journal ${GOOD}`)).toEqual({ code: 0, stdout: SHOWN, stderr: '' });
});

it('exit 1: what cannot be read goes to standard error, and the rest is read', async () => {
  expect(await shell(`journal 2026-03-05.AUTH.txt ${GOOD}`)).toEqual({
    code: 1,
    stdout: SHOWN.repeat(3),
    stderr: '2026-03-05.AUTH.txt, line 2: not a record: what\\u001b[2J\n',
  });
});

it('exit 2: no such file, an unknown option, no file at all', async () => {
  expect(await shell(`journal missing ${GOOD}`)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'spoolgate: cannot read missing: no such file or folder (ENOENT)\n',
  });
  expect(await shell(`journal ${GOOD} --jsn`)).toMatchObject({ code: 2, stdout: '' });
  expect(await shell('journal')).toMatchObject({ code: 2, stdout: '' });
});

it('exit 3: no record', async () => {
  expect(await shell(`journal ${GOOD} --to 2026-03-03`)).toEqual({
    code: 3,
    stdout: '',
    stderr: 'No record found.\n',
  });
});

it('a pipe is a file as well', async () => {
  const { code, stdout } = await shell(`journal /dev/stdin --json < ${GOOD}`);
  expect([code, JSON.parse(stdout)]).toMatchObject([
    0,
    { records: [{ file: 'stdin', date: null, component: null, action: 'LOGIN' }], counts: { records: 1 } },
  ]);
  expect(await shell(`cat ${GOOD} | journal <(cat ${GOOD}) /dev/stdin`)).toMatchObject({
    code: 0,
    stdout: SHOWN.replace('AUTH', '-').repeat(2),
  });
});

it('a reader that goes away ends it quietly', async () => {
  const line = 'journal 2026-03-06.AUTH.txt.gz | head -n 1; echo "${PIPESTATUS[0]}"';
  expect(await shell(line)).toEqual({ code: 0, stdout: `${SHOWN}0\n`, stderr: '' });
});

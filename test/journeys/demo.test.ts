import { exec, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'basic-ftp';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PICTURE, pictureOf, wordsOf } from '../../demo/picture.ts';

const ROOT = path.join(import.meta.dirname, '../..');

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(path.join(tmpdir(), 'spoolgate demo '));
  // As root the demo's PostgreSQL runs as another user, who must be able to pass.
  await chmod(temporary, 0o711);
});
afterEach(() => rm(temporary, { recursive: true, force: true }));

/** The demo as a program of its own, with a temporary folder that has a blank in its name. */
function startDemo(...options: string[]) {
  const child = spawn(process.execPath, ['daemon/cli.ts', 'demo', ...options], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const demo = { output: '', errors: '', child, exit: once(child, 'exit') as Promise<[number | null]> };
  child.stdout.on('data', (chunk) => (demo.output += String(chunk)));
  child.stderr.on('data', (chunk) => (demo.errors += String(chunk)));
  return demo;
}

function waitForOutput(demo: ReturnType<typeof startDemo>, text: string): Promise<void> {
  return vi.waitFor(() => expect(demo.output + demo.errors).toContain(text), {
    timeout: 60_000,
    interval: 50,
  });
}

/** @returns the process id of the demo's own PostgreSQL */
async function postgresOf(): Promise<number> {
  const home = (await readdir(temporary)).find((name) => name.startsWith('spoolgate-demo-')) ?? '';
  const text = await readFile(path.join(temporary, home, 'data/postgres/cluster/postmaster.pid'), 'utf8');
  return Number.parseInt(text, 10);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A line of the table "Your turn", by its first word. */
function fact(output: string, name: string): string {
  return new RegExp(`^ +${name} +(\\S+)$`, 'm').exec(output)?.[1] ?? '';
}

/** Runs a line that the demo prints for the operator, as it is. */
function pasted(output: string, words: string): Promise<{ stdout: string }> {
  const line =
    output
      .split('\n')
      .find((one) => one.includes(` ${words} `) && one.includes(' --config '))
      ?.trim() ?? '';
  const command = line.replace(/^.*?spoolgate(?: --)? /u, '"$NODE" daemon/spoolgate.js ');
  return promisify(exec)(command, { cwd: ROOT, env: { ...process.env, NODE: process.execPath } });
}

describe('the demo', () => {
  test('tells the whole story and ends with nothing left behind', async () => {
    const demo = startDemo('--exit');
    const [code] = await demo.exit;
    expect({ code, errors: demo.errors }).toEqual({ code: 0, errors: '' });
    expect(await readdir(temporary)).toEqual([]);
    for (const line of [
      'CSV entries read: 6; BSS entries written: 6; No errors!',
      'CSV entries read: 6; BSS entries written: 3; CSV read errors: 0; BSS write errors: 3',
      'Result code: 1035 ERROR_EMAIL_ALREADY_EXISTS',
      'Result code: 1023 ERROR_TIME_ZONE_INVALID',
      'Result code: 1015 ERROR_INVALID_ACTION',
      'CSV entries read: 4; BSS entries written: 4; No errors!',
      '1. 1000001_HR_PRV_3.csv [deferred]',
      'Snapshot of "directory": created: 0; updated: 7; enabled: 0; unchanged: 0',
      '1000001_directory_SNAPSHOT_2.csv: held: 5 of 7 people are absent (71 %)',
      'Result code: 2202 SNAPSHOT_NOT_CONFIRMED',
      '_error/1000001_HR_PRV_2_trace.csv',
      '3,4,1023,mia.holm@example.com,Update',
    ])
      expect(demo.output).toContain(line);
    const table = demo.output.slice(demo.output.indexOf('before → after')).replaceAll(/ +/g, ' ');
    expect(table).toContain(' lena.vik@example.com – → pending – → Lena Vik – → 85180\n');
    expect(table).toContain(' tom.lind@example.com active → suspended Tom Lind 85180\n');
    expect(table).toContain(' olga.berg@example.com active → remove_pending Olga Berg 91319 → –\n');
    // Held and rejected: nobody in it is suspended.
    expect(table).toContain(' per.dahl@example.com active Per Dahl → Peer Dahl 85180\n');
    const picture = await readFile(PICTURE, 'utf8');
    expect(wordsOf(picture)).toContain('$ spoolgate throttle 1000001 --hourly 750');
    expect(wordsOf(picture), 'docs/demo.svg is out of date: npm run demo:picture').toBe(
      wordsOf(pictureOf(demo.output)),
    );
  });

  test('stays up for a client and, once stopped, leaves neither a folder nor a server behind', async () => {
    const demo = startDemo();
    try {
      await waitForOutput(demo, 'Press Ctrl-C to stop');
      const postgres = await postgresOf();
      expect(isAlive(postgres)).toBe(true);
      await uploadAsTold(demo.output);
      await waitForOutput(demo, 'file applied: 1000001_HR_PRV_4.csv, entries 3, written 2');
      await waitForOutput(demo, 'report written: llis_report_');
      const shown = await pasted(demo.output, 'show 1000001 lena.vik@example.com');
      expect(shown.stdout).toContain('jobTitle: Lead engineer');
      expect((await pasted(demo.output, 'status')).stdout).toContain('1000001 Acme');
      const checked = await pasted(demo.output, 'check').catch((error: { stdout: string }) => error);
      expect(checked.stdout).toContain('mia.holm@example.com');
      demo.child.kill('SIGINT');
      expect(await demo.exit).toEqual([0, null]);
      expect(isAlive(postgres)).toBe(false);
      expect(await readdir(temporary)).toEqual([]);
    } finally {
      demo.child.kill('SIGTERM');
      await demo.exit;
    }
  });
});

/** Uploads the third file by what the demo says of host, port, user and password. */
async function uploadAsTold(output: string): Promise<void> {
  const file = /-T '([^']+)' ftps:/.exec(output)?.[1] ?? '';
  const client = new Client(5_000);
  try {
    await client.access({
      host: '127.0.0.1',
      port: Number(fact(output, 'port')),
      user: fact(output, 'user'),
      password: fact(output, 'password'),
      secure: 'implicit',
      secureOptions: { rejectUnauthorized: false },
    });
    await client.uploadFrom(file, path.basename(file));
  } finally {
    client.close();
  }
}

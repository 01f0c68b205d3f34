/**
 * One customer with many waiting files beside many idle customers: how long the start takes, how many files a second are
 * worked off, how soon health and `status` answer, and what another customer's one-line upload waits.
 *
 *     node bench/backlog.ts [files] [customers] [seconds]
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'basic-ftp';
import { figures, timed } from './timing.ts';

const run = promisify(execFile);
const [FILES = 10_000, CUSTOMERS = 2_000, SECONDS = 30] = process.argv.slice(2).map(Number);
const CLI = fileURLToPath(new URL('../daemon/cli.ts', import.meta.url));
const BUSY = 1_000_001;
const OTHER = 1_000_002;
const OUTPUT_MAX = 4_000_000;

await using opened = new AsyncDisposableStack();
const home = await mkdtemp(path.join(tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
opened.defer(() => rm(home, { recursive: true, force: true }));
const configuration = path.join(home, 'spoolgate.yaml');
await prepare();

const begun = performance.now();
const daemon = spawn(process.execPath, [CLI, 'serve', '--config', configuration], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, NODE_OPTIONS: process.env.NODE_OPTIONS ?? '--max-old-space-size=96' },
});
opened.defer(async () => {
  if (daemon.exitCode === null) daemon.kill('SIGTERM');
  if (daemon.exitCode === null) await once(daemon, 'exit');
});
const ports = await started();
say('start', `${seconds(begun)} s until the doors are open`);
await measure();

/** Organisation, configuration, and the files as a busy customer would have left them while the daemon was down. */
async function prepare(): Promise<void> {
  const customers = Array.from({ length: CUSTOMERS + 1 }, (_, index) => {
    const id = BUSY + index;
    const accounts =
      id <= OTHER
        ? `, accounts: [{ login: c${id}, password: Upload-4-Bench, rights: [upload, download] }]`
        : '';
    return `  - { id: ${id}, name: C${id}, folder: c${id}, throttle: { hourly: 9000000, daily: 9000000 }${accounts} }`;
  });
  await writeFile(path.join(home, 'organisation.yaml'), `customers:\n${customers.join('\n')}\n`);
  await writeFile(
    configuration,
    `data: ${home}/data\nspool: ${home}/spool\norganisations: ${home}/organisation.yaml
ftps: { host: 127.0.0.1, port: 0, passive: 0 }\nsftp: { host: 127.0.0.1, port: 0 }\nhttp: { host: 127.0.0.1, port: 0 }\n`,
  );
  await run(process.execPath, [
    CLI,
    'setup',
    path.join(home, 'organisation.yaml'),
    '--config',
    configuration,
  ]);
  const folder = path.join(home, 'spool', `c${BUSY}`);
  await mkdir(folder, { recursive: true });
  const old = new Date(Date.now() - 3_600_000);
  for (let number = 1; number <= FILES; number += 1) {
    const file = path.join(folder, `${BUSY}_HR_PRV_${number}.csv`);
    await writeFile(file, `emailAddress,action,givenName,familyName\np${number}@c.example.com,Add,P,N\n`);
    await utimes(file, old, old);
  }
}

async function started(): Promise<{ ftps: number; http: number }> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<{ ftps: number; http: number }>();
  daemon.stdout.on('data', (chunk: Buffer) => {
    if (output.length < OUTPUT_MAX) output += chunk.toString();
    const line = /^.*"message":"daemon started".*$/m.exec(output)?.[0];
    if (!line) return;
    const { ftps, http } = JSON.parse(line) as { ftps: string; http: string };
    resolve({ ftps: portOf(ftps), http: portOf(http) });
  });
  daemon.on('exit', () => reject(new Error(`the daemon ended:\n${output}`)));
  return promise;
}

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}

async function measure(): Promise<void> {
  const end = Date.now() + SECONDS * 1000;
  const health: number[] = [];
  const uploads: number[] = [];
  const watchHealth = async () => {
    while (Date.now() < end) {
      health.push(await timed(() => fetch(`http://127.0.0.1:${ports.http}/health`).then((r) => r.text())));
      await delay(100);
    }
  };
  const uploadLines = async () => {
    for (let number = 1; Date.now() < end; number += 1) {
      uploads.push(await timed(() => uploadOne(number)));
      await delay(500);
    }
  };
  const first = await filed();
  const from = performance.now();
  await Promise.all([watchHealth(), uploadLines()]);
  const done = (await filed()) - first;
  say('work', `${((done * 1000) / (performance.now() - from)).toFixed(1)} files a second, ${done} in all`);
  say('health', figures(health));
  say('upload of another customer', figures(uploads));
  say(
    'status',
    `${(await timed(() => run(process.execPath, [CLI, 'status', '--json', '--config', configuration], { maxBuffer: 2 ** 30 }))).toFixed(0)} ms`,
  );
}

async function uploadOne(number: number): Promise<void> {
  const client = new Client(60_000);
  const secureOptions = { rejectUnauthorized: false };
  await client.access({
    host: '127.0.0.1',
    port: ports.ftps,
    user: `c${OTHER}`,
    password: 'Upload-4-Bench',
    secure: 'implicit',
    secureOptions,
  });
  await client.uploadFrom(
    Readable.from([Buffer.from('emailAddress,action\n')]),
    `/${OTHER}_HR_PRV_${number}.csv`,
  );
  client.close();
}

async function filed(): Promise<number> {
  const folder = path.join(home, 'spool', `c${BUSY}`);
  const names = await Promise.all(
    ['_processed', '_error'].map((part) => readdir(path.join(folder, part)).catch(() => [])),
  );
  return names.flat().filter((name) => !name.includes('_trace')).length;
}

function seconds(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(1);
}

function say(what: string, text: string): void {
  process.stdout.write(`${what}: ${text}\n`);
}

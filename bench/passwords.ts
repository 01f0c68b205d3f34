/**
 * One customer sends 200 accounts with passwords, then 600 that are refused; another uploads one line again and again.
 * How long do its uploads take, and how long after the settle time is its report there?
 *
 *     npm run bench:passwords
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'basic-ftp';
import { figures } from './timing.ts';

const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../daemon/cli.ts', import.meta.url));
const SETTLE_MS = 2_000;
const BUSY = 1_000_001;
/** Each uploads by itself: uploads of one customer would keep each other from settling. */
const OTHERS = [1_000_002, 1_000_003, 1_000_004];
let number = 100;
const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,password\n';

await using opened = new AsyncDisposableStack();
const home = await mkdtemp(path.join(tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
opened.defer(() => rm(home, { recursive: true, force: true }));
const configuration = path.join(home, 'spoolgate.yaml');
await prepare();
const daemon = spawn(process.execPath, [CLI, 'serve', '--config', configuration], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
opened.defer(async () => {
  if (daemon.exitCode === null) daemon.kill('SIGTERM');
  if (daemon.exitCode === null) await once(daemon, 'exit');
});
const port = await started();
for (const other of OTHERS) await session(other, (client) => oneLine(client, other, 0));

const adds = (who: string) =>
  Array.from({ length: 200 }, (_, n) => `${who}${n}@c.example.com,Add,1,${who}${n},Berg,Secret-12\n`).join(
    '',
  );
for (const [what, contents] of [
  ['200 accounts with passwords', [HEADER + adds('a')]],
  ['600 refused accounts', [1, 2, 3].map(() => HEADER + adds('a'))],
] as const)
  await measure(what, contents);

async function prepare(): Promise<void> {
  const customer = (id: number) => `  - id: ${id}
    name: C${id}
    folder: c${id}
    mailDomains: [c.example.com]
    throttle: { hourly: 100000, daily: 100000 }
    subscriptions: [{ id: 1, kind: mail, mail: notes, name: Mail, seats: 1000 }]
    accounts: [{ login: c${id}, password: Upload-4-Bench, rights: [upload, download] }]
`;
  await writeFile(
    path.join(home, 'organisation.yaml'),
    `customers:\n${[BUSY, ...OTHERS].map(customer).join('')}`,
  );
  await writeFile(
    configuration,
    `data: ${home}/data\nspool: ${home}/spool\norganisations: ${home}/organisation.yaml\ncycle: { settleMs: ${SETTLE_MS} }
ftps: { host: 127.0.0.1, port: 0, passive: 0 }\nsftp: { host: 127.0.0.1, port: 0 }\nhttp: { host: 127.0.0.1, port: 0 }\n`,
  );
  await run(process.execPath, [
    CLI,
    'setup',
    path.join(home, 'organisation.yaml'),
    '--config',
    configuration,
  ]);
}

async function started(): Promise<number> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  daemon.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const line = /^.*"message":"daemon started".*$/m.exec(output)?.[0];
    if (!line) return;
    output = '';
    resolve(Number((JSON.parse(line) as { ftps: string }).ftps.split(':').at(-1)));
  });
  daemon.on('exit', () => reject(new Error(`the daemon ended:\n${output}`)));
  return promise;
}

async function measure(what: string, contents: readonly string[]): Promise<void> {
  const uploads: number[] = [];
  const reports: number[] = [];
  await session(BUSY, async (busy) => {
    const names = contents.map(() => `${BUSY}_HR_PRV_${(number += 1)}.csv`);
    for (const [index, name] of names.entries())
      await busy.uploadFrom(Readable.from([Buffer.from(contents[index] ?? '')]), `/${name}`);
    const from = performance.now();
    let done = false;
    const busyDone = filed(busy, names).then(() => (done = true));
    const others = OTHERS.map(async (other) => {
      while (!done) {
        const own = (number += 1);
        await session(other, async (client) => {
          const begun = performance.now();
          await oneLine(client, other, own);
          const stored = performance.now();
          uploads.push(stored - begun);
          await filed(client, [`${other}_HR_PRV_${own}.csv`]);
          reports.push(performance.now() - stored - SETTLE_MS);
        });
      }
    });
    await Promise.all([busyDone, ...others]);
    process.stdout.write(`${what}: done in ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
  });
  process.stdout.write(`  another customer's upload: ${figures(uploads)}\n`);
  process.stdout.write(`  its report after the settle time: ${figures(reports)}\n`);
}

async function session(customer: number, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(60_000);
  const secureOptions = { rejectUnauthorized: false };
  await client.access({
    host: '127.0.0.1',
    port,
    user: `c${customer}`,
    password: 'Upload-4-Bench',
    secure: 'implicit',
    secureOptions,
  });
  await work(client);
  client.close();
}

async function oneLine(client: Client, other: number, own: number): Promise<void> {
  await client.uploadFrom(
    Readable.from([Buffer.from('emailAddress,action\nnobody@c.example.com,Suspend\n')]),
    `/${other}_HR_PRV_${own}.csv`,
  );
}

/** Until all of them have left the upload folder for another. */
async function filed(client: Client, names: readonly string[]): Promise<void> {
  for (;;) {
    const folders = [await client.list('/_processed'), await client.list('/_error')];
    const there = new Set(folders.flat().map(({ name }) => name));
    if (names.every((name) => there.has(name))) return;
    await delay(50);
  }
}

/**
 * One customer tries files of 200 entries in `_validate`; another sends files that are applied. How long is an answer
 * waited for, and how much longer do the other's files take? Rounds with and without trials take turns, and what counts is the ratio.
 *
 *     npm run bench:validate -- [rounds] [files per round]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'basic-ftp';
import { figures } from './timing.ts';

const CLI = fileURLToPath(new URL('../daemon/cli.ts', import.meta.url));
const [ROUNDS = 6, FILES = 30] = process.argv.slice(2).map(Number);
const [TRYING, SENDING] = [1_000_001, 1_000_002];
/** Trials follow each other after so long; 0: at once. */
const PAUSES_MS = [1_000, 0];
const ENTRIES = 200;
const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,jobTitle\n';

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
const [trying, sending] = [await session(TRYING), await session(SENDING)];
opened.defer(() => [trying, sending].forEach((client) => client.close()));
let number = 0;

const people = (who: string) =>
  Array.from({ length: ENTRIES }, (_, n) => `${who}${n}@c.example.com,Add,,${who}${n},Berg,\n`).join('');
const titles = (title: number) =>
  Array.from({ length: ENTRIES }, (_, n) => `s${n}@c.example.com,Update,,,,Title ${title}\n`).join('');
await send(HEADER + people('s'));
await send(HEADER + titles(0));
await tryOne();

const answers: number[] = [];
for (let alone = 0; alone < 10; alone += 1) answers.push(await tryOne());
process.stdout.write(`answer to ${ENTRIES} entries, nothing else to do: ${figures(answers)}\n`);
for (const pauseMs of PAUSES_MS) await compare(pauseMs);

async function compare(pauseMs: number): Promise<void> {
  const rounds = { alone: [] as number[], beside: [] as number[] };
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = round % 2 === 0 ? (['alone', 'beside'] as const) : (['beside', 'alone'] as const);
    for (const which of order) rounds[which].push(await oneRound(which === 'beside' ? pauseMs : null, waits));
  }
  const ratios = rounds.alone.map((alone, round) => (rounds.beside[round] ?? NaN) / alone);
  const median = ratios.toSorted((one, other) => one - other)[Math.floor(ratios.length / 2)] ?? NaN;
  const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
  process.stdout.write(
    `trials ${pauseMs === 0 ? 'one after the other' : `every ${pauseMs} ms`} (${waits.length}): ` +
      `the other's files took ${(sum(rounds.beside) / sum(rounds.alone)).toFixed(3)} × as long ` +
      `(median of rounds ${median.toFixed(3)}); answers: ${figures(waits)}\n`,
  );
}

/** @param pauseMs between trials; null: there are none @returns how long the other's files took, in ms */
async function oneRound(pauseMs: number | null, waits: number[]): Promise<number> {
  let done = false;
  const tries = (async () => {
    while (pauseMs !== null && !done) {
      waits.push(await tryOne());
      if (!done) await delay(pauseMs);
    }
  })();
  const begun = performance.now();
  for (let file = 0; file < FILES; file += 1) await send(HEADER + titles((number += 1)));
  const took = performance.now() - begun;
  done = true;
  await tries;
  return took;
}

/** @returns how long the answer was waited for, from the end of the upload on */
async function tryOne(): Promise<number> {
  const stem = `${TRYING}_HR_PRV_${(number += 1)}`;
  await trying.uploadFrom(Readable.from([Buffer.from(HEADER + people('t'))]), `/_validate/${stem}.csv`);
  const begun = performance.now();
  const folder = path.join(home, 'spool', `c${TRYING}`, '_validate');
  await there(async () => access(path.join(folder, `${stem}.plan.json`)));
  const waited = performance.now() - begun;
  for (const name of await readdir(folder))
    if (name.startsWith(stem)) await rm(path.join(folder, name), { force: true });
  return waited;
}

async function send(text: string): Promise<void> {
  const name = `${SENDING}_HR_PRV_${(number += 1)}.csv`;
  await sending.uploadFrom(Readable.from([Buffer.from(text)]), `/${name}`);
  await there(() => access(path.join(home, 'spool', `c${SENDING}`, '_processed', name)));
}

async function there(look: () => Promise<void>): Promise<void> {
  while (
    !(await look().then(
      () => true,
      () => false,
    ))
  )
    await delay(2);
}

async function prepare(): Promise<void> {
  const customer = (id: number) => `  - id: ${id}
    name: C${id}
    folder: c${id}
    mailDomains: [c.example.com]
    throttle: { hourly: 10000000, daily: 10000000 }
    subscriptions: [{ id: 1, kind: mail, mail: notes, name: Mail, seats: 1000 }]
    accounts: [{ login: c${id}, password: Upload-4-Bench, rights: [upload, download] }]
`;
  await writeFile(
    path.join(home, 'organisation.yaml'),
    `customers:\n${[TRYING, SENDING].map(customer).join('')}`,
  );
  await writeFile(
    configuration,
    `data: ${home}/data\nspool: ${home}/spool\norganisations: ${home}/organisation.yaml\ncycle: { settleMs: 10 }
ftps: { host: 127.0.0.1, port: 0, passive: 0 }\nsftp: { host: 127.0.0.1, port: 0 }\nhttp: { host: 127.0.0.1, port: 0 }\n`,
  );
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

async function session(customer: number): Promise<Client> {
  const client = new Client(60_000);
  const secureOptions = { rejectUnauthorized: false };
  const user = `c${customer}`;
  await client.access({
    host: '127.0.0.1',
    port,
    user,
    password: 'Upload-4-Bench',
    secure: 'implicit',
    secureOptions,
  });
  return client;
}

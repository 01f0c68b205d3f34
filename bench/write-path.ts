/**
 * How many entries a second the pipeline writes, beside another checkout of this repository, in turn and on the same
 * server: four customers with files of 200 entries (60 % Add, 35 % Update, 5 % refused) and two workers.
 *
 *     node bench/write-path.ts BEFORE [rounds] [files]
 *
 * BEFORE: path of a checkout with its `node_modules`. Each checkout runs in a process of its own; while one works, the
 * other waits. Then one customer sends files of one entry.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbedded } from '../src/database/embedded.ts';
import { openDatabase } from '../src/database/open.ts';
import type { Round } from './write-path-worker.ts';

const [before = '', ROUNDS = '7', FILES = '2'] = process.argv.slice(2);
if (!before) throw new Error('Name the path of the other checkout.');
const HERE = fileURLToPath(new URL('..', import.meta.url));
const WORKER = fileURLToPath(new URL('write-path-worker.ts', import.meta.url));
const WORKS = {
  '200 entries': { customers: 4, files: Number(FILES), entries: 200 },
  'one entry': { customers: 1, files: 20, entries: 1 },
};

await using opened = new AsyncDisposableStack();
const home = await mkdtemp(path.join(tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
opened.defer(() => rm(home, { recursive: true, force: true }));
const server = await openEmbedded(home, []);
opened.defer(() => server.stop());

const checkouts = { before: await started('before', path.resolve(before)), now: await started('now', HERE) };
for (const [title, work] of Object.entries(WORKS)) {
  const measured: Record<string, Round[]> = { before: [], now: [] };
  for (let round = 0; round <= Number(ROUNDS); round += 1)
    for (const [name, worker] of Object.entries(checkouts)) {
      worker.send(work);
      const [result] = (await once(worker, 'message')) as [Round];
      // The first warms up, and fills the tables: until the server knows how large they are it reads them whole.
      if (round > 0) measured[name]?.push(result);
      else await analyse(name);
    }
  for (const [name, rounds] of Object.entries(measured))
    process.stdout.write(`${title}, ${name}: ${told(rounds)}\n`);
  const [was, is] = [measured.before ?? [], measured.now ?? []].map((rounds) =>
    median(rounds, (one) => one.rate),
  );
  process.stdout.write(`${title}: ${((is ?? 0) / (was ?? 1)).toFixed(2)} times the entries a second\n`);
}

/** In place of the first minute, after which the server does so by itself. */
async function analyse(name: string): Promise<void> {
  const database = await openDatabase({ ...server.connection, database: name }, () => {});
  await database.query('analyze');
  await database.close();
}

async function started(name: string, checkout: string): Promise<ChildProcess> {
  const administration = await openDatabase(server.connection, () => {});
  await administration.query(`create database ${name}`);
  await administration.close();
  const connection = JSON.stringify({ ...server.connection, database: name });
  const worker = fork(WORKER, [checkout, connection, path.join(home, name)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  opened.defer(() => void worker.kill());
  await once(worker, 'message');
  return worker;
}

function told(rounds: Round[]): string {
  const of = (value: (one: Round) => number, digits: number) => median(rounds, value).toFixed(digits);
  return (
    `${of((one) => one.rate, 0)} entries/s, Node ${of((one) => one.cpuUs, 0)} µs an entry, ` +
    `${of((one) => one.statements, 1)} statements, ${of((one) => one.syncs, 1)} WAL syncs ` +
    `and ${of((one) => one.walBytes, 0)} bytes of WAL a file`
  );
}

function median(rounds: Round[], value: (one: Round) => number): number {
  return rounds.map(value).toSorted((one, other) => one - other)[Math.floor(rounds.length / 2)] ?? 0;
}

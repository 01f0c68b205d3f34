/**
 * What notices cost, and that none is lost: `npm run bench:notices -- [events] [rounds]`. Events go to four receivers that
 * answer 500, do not answer, close early, or are away and come back (test/notices/storm.ts), with a clock that is moved. Then
 * the pipeline works with and without notices of every file in turn, beside a receiver that takes them all.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { openDatabase } from '../src/database/open.ts';
import { startReceiver } from '../test/notices/receiver.ts';
import { storm } from '../test/notices/storm.ts';
import { TestClock } from '../test/support/clock.ts';
import type { Round, Work } from './write-path-worker.ts';

const EVENTS = Number(process.argv[2] ?? 100_000);
const ROUNDS = Number(process.argv[3] ?? 9);
const WORK: Work = { customers: 4, files: 12, entries: 200 };
const HERE = fileURLToPath(new URL('..', import.meta.url));
const WORKER = fileURLToPath(new URL('write-path-worker.ts', import.meta.url));

await using opened = new AsyncDisposableStack();
const home = await mkdtemp(path.join(tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
opened.defer(() => rm(home, { recursive: true, force: true }));
const server = await openEmbedded(path.join(home, 'data'), []);
opened.defer(() => server.stop());
const secrets = path.join(home, 'secrets');
await mkdir(secrets);
await writeFile(path.join(secrets, 'erp'), `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`, {
  mode: 0o600,
});

async function manyEvents(): Promise<void> {
  const database = await openDatabase(server.connection, () => {});
  opened.defer(() => database.close());
  await migrate(database);
  const parts = { database, clock: new TestClock(), secrets };
  const { lost, outOfOrder, twice, tries, ms, heap } = await storm(parts, EVENTS, say);
  say(`${EVENTS} events: ${lost.length} lost, ${outOfOrder.length} files out of order, ${twice} taken twice`);
  say(`${tries} tries in ${(ms / 1000).toFixed(0)} s; live heap after each tenth, in MiB: ${heap.join(' ')}`);
}

async function besideThePipeline(): Promise<void> {
  const administration = await openDatabase(server.connection, () => {});
  await administration.query('create database pipeline');
  await administration.close();
  const connection = JSON.stringify({ ...server.connection, database: 'pipeline' });
  const worker = fork(WORKER, [HERE, connection, path.join(home, 'spool')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  opened.defer(() => void worker.kill());
  await once(worker, 'message');
  const receiver = opened.use(await startReceiver());
  const measured: Record<'without' | 'with', Round[]> = { without: [], with: [] };
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const which of ['without', 'with'] as const) {
      worker.send(which === 'with' ? { ...WORK, notices: { url: receiver.url, secrets } } : WORK);
      const [result] = (await once(worker, 'message')) as [Round];
      // The first warms up.
      if (round > 0) measured[which].push(result);
    }
  for (const [what, of] of Object.entries(FIGURES)) {
    const [off, on] = [median(measured.without, of), median(measured.with, of)];
    say(
      `pipeline, ${what}: ${off.toFixed(1)} without, ${on.toFixed(1)} with: ${(on / off).toFixed(3)} times`,
    );
  }
  say(`${receiver.received.length} webhooks meanwhile`);
}

const FIGURES: Record<string, (round: Round) => number> = {
  'entries a second': ({ rate }) => rate,
  'µs of CPU an entry': ({ cpuUs }) => cpuUs,
  'WAL syncs a file': ({ syncs }) => syncs,
};

function median(rounds: readonly Round[], of: (round: Round) => number): number {
  return rounds.map(of).toSorted((one, other) => one - other)[Math.floor(rounds.length / 2)] ?? 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

if (EVENTS > 0) await manyEvents();
if (ROUNDS > 0) await besideThePipeline();

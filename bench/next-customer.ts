/**
 * What it costs to choose the next customer with 100, 10,000 and 1,000,000 customers in the line, as a ratio:
 * `npm run bench:next-customer`. The embedded server in a temporary folder; nothing else is touched.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { openDatabase, type Database } from '../src/database/open.ts';
import { claimTurn, endTurn } from '../src/ledger/turn-queue.ts';

const SIZES = [100, 10_000, 1_000_000];
const TURNS = 2_000;

const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
const server = await openEmbedded(home, ['synchronous_commit=off']);
try {
  const database = await openDatabase(server.connection, () => {});
  await migrate(database);
  const results = [];
  for (const size of SIZES) results.push({ size, microseconds: await costOfATurn(database, size) });
  const [first] = results;
  for (const { size, microseconds } of results) {
    const ratio = microseconds / (first?.microseconds ?? 1);
    process.stdout.write(
      `${size} customers: ${microseconds.toFixed(0)} µs a turn, ${ratio.toFixed(2)} × that of ${first?.size}\n`,
    );
  }
  await database.close();
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

/** Half of the customers wait for their turn, half are idle. */
async function costOfATurn(database: Database, size: number): Promise<number> {
  await database.query('truncate customer, subscriber, seat, outbox cascade');
  await database.query(
    `insert into customer (id, name, folder) select n, 'c', 'c' || n from generate_series(1, $1) n`,
    [size],
  );
  await database.query(
    `insert into turn_queue (customer_id, phase, next_turn_at)
     select n, case when n % 2 = 0 then 'idle' else 'running' end, now() - random() * interval '1 hour'
       from generate_series(1, $1) n`,
    [size],
  );
  await database.query('vacuum analyze turn_queue');
  for (let warm = 0; warm < 200; warm += 1) await takeTurn(database);
  const start = performance.now();
  for (let turn = 0; turn < TURNS; turn += 1) await takeTurn(database);
  return ((performance.now() - start) / TURNS) * 1000;
}

async function takeTurn(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    const now = new Date();
    const claim = await claimTurn(tx, now);
    if (claim)
      await endTurn(tx, claim.customer, claim.standing, { result: { kind: 'more' }, now, settleMs: 2_000 });
  });
}

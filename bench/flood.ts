/**
 * What a flood of events from the doors costs: `npm run bench:flood -- [events a second] [seconds]`. The recorder and the
 * follower that writes the log, as in the daemon, on an embedded server in a temporary folder; nothing else is touched.
 */
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../src/clock.ts';
import { openEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { onlyRow, openDatabase, type Database, type Queryable } from '../src/database/open.ts';
import { recordingJournal, type Journal, type Peer } from '../src/events/events.ts';
import { reason } from '../src/messages/reply.ts';
import { Follower, waking } from '../src/events/follow.ts';
import { openLog } from '../src/events/log.ts';
import { logSink } from '../src/events/sinks/log.ts';
import { figures } from './timing.ts';

const A_SECOND = Number(process.argv[2] ?? 5_000);
const SECONDS = Number(process.argv[3] ?? 20);
const STEP_MS = 10;

const peer = (n: number): Peer => ({
  protocol: 'ftps',
  address: `198.51.${Math.floor(n / 250) % 100}.${n % 250}`,
  login: `guess${n}`,
  customer: null,
  cipher: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
});

const FLOODS: Record<string, (journal: Journal, n: number) => void> = {
  'refused sign-ins': (journal, n) => journal.signInRefused(peer(n), reason('signIn.wrongPassword')),
  'downloads of a customer': (journal, n) =>
    journal.downloaded({ ...peer(1), login: 'acme', customer: 1 }, `/_report/${n}.txt`, 1_000),
};

const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
const server = await openEmbedded(path.join(home, 'data'));
try {
  const database = await openDatabase(server.connection, () => {});
  await migrate(database);
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  for (const [name, tell] of Object.entries(FLOODS)) await flood(database, name, tell);
  await database.close();
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

async function flood(
  database: Database,
  name: string,
  tell: (journal: Journal, n: number) => void,
): Promise<void> {
  const counts = { statements: 0 };
  const counting = (queryable: Queryable): Queryable['query'] => {
    return (text, values) => {
      counts.statements += 1;
      return queryable.query<never>(text, values);
    };
  };
  const counted: Database = {
    ...database,
    query: counting(database),
    transaction: (work) => database.transaction((tx) => work({ ...tx, query: counting(tx) })),
  };
  await database.query('truncate event');
  const logFile = path.join(home, 'log');
  await rm(logFile, { force: true });
  const log = openLog('info', logFile, 16 << 20);
  const follower = new Follower({
    database: counted,
    name: 'log',
    tell: logSink(log),
    failed: console.error,
  });
  const { journal, recorder } = recordingJournal(log, {
    database: waking(counted, () => follower.wake()),
    clock: systemClock,
  });
  const before = process.memoryUsage().heapUsed;
  const late: number[] = [];
  let [most, made] = [0, 0];
  for (const begun = performance.now(); performance.now() - begun < SECONDS * 1000;) {
    const due = ((performance.now() - begun) / 1000) * A_SECOND;
    for (; made < due; made += 1) tell(journal, made);
    const from = performance.now();
    await delay(STEP_MS);
    late.push(performance.now() - from - STEP_MS);
    most = Math.max(most, process.memoryUsage().heapUsed);
  }
  await recorder[Symbol.asyncDispose]();
  await follower[Symbol.asyncDispose]();
  await log.close();
  const { rows, bytes } = onlyRow(
    await database.query<{ rows: number; bytes: number }>(
      `select (select count(*) from event) as rows,
              (select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'event'::regclass)::float8 as bytes`,
    ),
  );
  console.info(
    `${name}: ${made} in ${SECONDS} s, ${rows} rows of ${Math.round(bytes / Math.max(rows, 1))} bytes`,
  );
  console.info(`  ${(counts.statements / SECONDS).toFixed(0)} statements a second`);
  console.info(`  heap ${((most - before) / 1_048_576).toFixed(0)} MB more at the most`);
  console.info(`  log ${((await stat(logFile)).size / 1_048_576).toFixed(1)} MB`);
  console.info(`  event loop late by ${figures(late)}`);
}

/** One checkout of the repository at work, for `write-path.ts`: does the rounds that it is asked for. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is asked for. */
export interface Work {
  customers: number;
  /** Of each customer. */
  files: number;
  entries: number;
  /** Notices are put in and delivered meanwhile, of every file, to this URL; the file `erp` in the folder has the secret. */
  notices?: { url: string; secrets: string };
}

/** What a round came to. */
export interface Round {
  /** Entries a second. */
  rate: number;
  /** CPU of this process for an entry. */
  cpuUs: number;
  /** Of these, each for a file. */
  statements: number;
  syncs: number;
  walBytes: number;
}

const [checkout = '', connection = '{}', spool = ''] = process.argv.slice(2);
const WORKERS = 2;
const ADDED_SHARE = 0.6;
const UPDATED_SHARE = 0.95;
const FIRST = 1_000_001;

// Of the checkout, whatever its version: what is used of it here has the types of this one.
const load = async <Module>(file: string) =>
  (await import(pathToFileURL(path.join(checkout, file)).href)) as Module;
const { KINDS } = await load<typeof import('../src/kinds/registry.ts')>('src/kinds/registry.ts');
const { openDatabase } = await load<typeof import('../src/database/open.ts')>('src/database/open.ts');
const { migrate } = await load<typeof import('../src/database/migrate.ts')>('src/database/migrate.ts');
const { setUpOrganisations } = await load<typeof import('../src/accounts/setup/setup.ts')>(
  'src/accounts/setup/setup.ts',
);
const { organisationFileSchema } = await load<typeof import('../src/accounts/setup/organisation-file.ts')>(
  'src/accounts/setup/organisation-file.ts',
);
const { createIntake } = await load<typeof import('../src/spool/intake.ts')>('src/spool/intake.ts');
const { Settling } = await load<typeof import('../src/spool/settling.ts')>('src/spool/settling.ts');
const { journalTo } = await load<typeof import('../src/events/events.ts')>('src/events/events.ts');
const { noteUpload } = await load<typeof import('../src/ledger/turn-queue.ts')>('src/ledger/turn-queue.ts');
const { takeTurn } = await load<typeof import('../src/pipeline/turn.ts')>('src/pipeline/turn.ts');
const { Preparations } = await load<typeof import('../src/pipeline/preparations.ts')>(
  'src/pipeline/preparations.ts',
);
const { Readings } = await load<typeof import('../src/pipeline/readings.ts')>('src/pipeline/readings.ts');
const { hashPassword } = await load<typeof import('../src/accounts/passwords/password-hash.ts')>(
  'src/accounts/passwords/password-hash.ts',
);
const { default: pg } = await load<typeof import('pg')>('node_modules/pg/esm/index.mjs');

const counted = countStatements();
const database = await openDatabase(JSON.parse(connection) as object, () => {});
await migrate(database);
const clock = { now: () => new Date() };
const customers = Array.from({ length: 5 }, (_, index) => FIRST + index);
const organisation = organisationFileSchema.parse({
  customers: customers.map((id) => ({
    id,
    name: `C${id}`,
    folder: `c${id}`,
    throttle: { hourly: 9_000_000, daily: 9_000_000, perFile: 1_000 },
    domains: ['example.com'],
    subscriptions: [{ id: 20_000, kind: 'collaboration', seats: 9_000_000 }],
  })),
});
await setUpOrganisations(database, clock, organisation, 'enforce');
const journal = journalTo({ log: () => {}, deliver: async () => true, close: async () => {} });
const services = {
  database,
  clock,
  journal,
  spool,
  kinds: KINDS,
  caps: { perFile: 1_000, hourly: 9_000_000, daily: 9_000_000 },
  settleMs: 0,
  settling: new Settling(),
  preparations: new Preparations(hashPassword),
  readings: new Readings(),
};
const intake = createIntake({ database, clock, journal, spool, types: KINDS.types });
await mkdir(spool, { recursive: true });
await intake.customers();
let sequence = 0;
let person = 0;
/** By customer: addresses that are there. */
const known = new Map<number, string[]>();
process.on('message', (work: Work) => void round(work).then((done) => process.send?.(done)));
process.send?.('ready');

async function round({ customers: some, files, entries, notices }: Work): Promise<Round> {
  sequence += 1;
  const work = notices ? await startNotices(notices) : null;
  const chosen = some === 1 ? [FIRST + 4] : customers.slice(0, some);
  for (const customer of chosen)
    for (let number = 0; number < files; number += 1) await write(customer, number, entries);
  const wal = await walNow();
  const [before, cpu, from] = [counted.statements, process.cpuUsage(), performance.now()];
  for (let number = 0; number < files; number += 1)
    await Promise.all(chosen.map((customer) => announce(customer, number)));
  await Promise.all(Array.from({ length: WORKERS }, workOff));
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  await work?.stop();
  const statements = counted.statements - before;
  const after = await walNow();
  const filesInAll = chosen.length * files;
  await expectFiled(filesInAll * sequence);
  return {
    rate: (filesInAll * entries * 1000) / ms,
    cpuUs: (user + system) / (filesInAll * entries),
    statements: statements / filesInAll,
    syncs: (after.syncs - wal.syncs) / filesInAll,
    walBytes: (after.bytes - wal.bytes) / filesInAll,
  };
}

/** As a daemon has them: a follower that looks twice a second, and lanes that are filled every second. */
async function startNotices({ url, secrets }: NonNullable<Work['notices']>) {
  const { Follower } = await load<typeof import('../src/events/follow.ts')>('src/events/follow.ts');
  const { noticeTell } = await load<typeof import('../src/notices/put-in.ts')>('src/notices/put-in.ts');
  const { saveEndpoints } =
    await load<typeof import('../src/notices/endpoints.ts')>('src/notices/endpoints.ts');
  const { Deliveries } = await load<typeof import('../src/notices/deliver.ts')>('src/notices/deliver.ts');
  const { Pace } = await load<typeof import('../src/notices/pace.ts')>('src/notices/pace.ts');
  const { CUSTOMER_TYPES: types } =
    await load<typeof import('../src/notice-types.ts')>('src/notice-types.ts');
  const kind = 'webhook' as const;
  const endpoint = { kind, name: 'erp', target: url, types, format: 'standard' as const, secret: 'erp' };
  for (const id of customers)
    await database.transaction((tx) => saveEndpoints(tx, id, [endpoint], clock.now()));
  const failed = (error: unknown) => void process.stderr.write(`${String(error)}\n`);
  const tell = noticeTell(() => clock.now());
  const follower = new Follower({ database, name: 'notices', tell, pauseMs: 500, failed });
  const stopping = new AbortController();
  const deliveries = new Deliveries({
    database,
    clock,
    rules: { allowNetworks: ['127.0.0.0/8'], allowHttp: true, timeoutMs: 15_000 },
    secrets,
    sendMail: null,
    mailHost: 'x',
    chance: Math.random,
    pace: new Pace(),
    stopping: stopping.signal,
    observe: () => {},
  });
  const timer = setInterval(() => void deliveries.fill(failed).catch(failed), 1_000);
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await deliveries.idle();
      await follower[Symbol.asyncDispose]();
      for (const id of customers) await database.transaction((tx) => saveEndpoints(tx, id, [], clock.now()));
    },
  };
}

const nameOf = (customer: number, number: number) => `${customer}_HR_PRV_${sequence * 1_000 + number}.csv`;

async function write(customer: number, number: number, entries: number): Promise<void> {
  const lines = ['emailAddress,action,givenName,familyName,subscriptionId,department,jobTitle'];
  const addresses = known.get(customer) ?? [];
  known.set(customer, addresses);
  const had = addresses.length;
  for (let entry = 0; entry < entries; entry += 1) {
    const share = (entry + 0.5) / entries;
    const old = addresses[(person * 7) % Math.max(had, 1)];
    person += 1;
    if (share > UPDATED_SHARE) lines.push(`nobody${person}@example.com,Suspend,,,,,`);
    else if (share > ADDED_SHARE && old) lines.push(`${old},Update,,,,Department ${person},Engineer`);
    else {
      addresses.push(`p${person}@example.com`);
      lines.push(`p${person}@example.com,Add,Given${person},Family${person},20000,Sales,Engineer`);
    }
  }
  await writeFile(path.join(spool, `c${customer}`, nameOf(customer, number)), `${lines.join('\n')}\n`);
}

async function announce(customer: number, number: number): Promise<void> {
  await intake.announced(customer, nameOf(customer, number));
  await noteUpload(database, customer, clock.now(), 0);
}

async function workOff(): Promise<void> {
  while ((await takeTurn(services)) !== null);
}

async function expectFiled(_files: number): Promise<void> {
  const { rows } = await database.query<{ left: number }>(
    `select count(*)::int as left from change_file where state <> 'filed'`,
  );
  if (rows[0]?.left !== 0) throw new Error(`${rows[0]?.left} files are left over`);
}

/** The server knows its syncs by the kind of backend from version 18 on. */
async function walNow(): Promise<{ syncs: number; bytes: number }> {
  const { rows } = await database.query<{ syncs: number; bytes: number }>(
    `select (select sum(fsyncs) from pg_stat_io where object = 'wal')::bigint as syncs,
            pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as bytes`,
  );
  return rows[0] ?? { syncs: 0, bytes: 0 };
}

function countStatements(): { statements: number } {
  const count = { statements: 0 };
  const prototype = pg.Client.prototype as { query: (...given: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function counting(this: unknown, ...given: unknown[]) {
    count.statements += 1;
    return query.apply(this, given);
  };
  return count;
}

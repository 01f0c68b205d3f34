/**
 * What the journal of a day costs: `npm run bench:journal -- [thousands of records]`. A real daemon in a process of its own
 * renders a day of one customer, 1 million records by default, made by the server itself: in 20 entries 12 Updates, 7 Adds
 * with a seat and one that is refused, in files of 1,000. It begins when it is started, as after a night without power.
 * Another customer sends files meanwhile, one after the other, and as many when it is done; a file takes from its upload to
 * its report. Memory and processor are what the kernel says of the daemon's process.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Client } from 'basic-ftp';
import { stringify } from 'yaml';
import { setUpOrganisations } from '../src/accounts/setup/setup.ts';
import { organisationFileSchema } from '../src/accounts/setup/organisation-file.ts';
import { systemClock } from '../src/clock.ts';
import { openEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { onlyRow, openDatabase, type Database } from '../src/database/open.ts';
import { historyJob } from '../src/jobs/history.ts';

const RECORDS = Number(process.argv[2] ?? 1_000) * 1_000;
const ENTRIES_IN_FILE = 1_000;
/** Twelve Updates, seven Adds with two records each, one refusal. */
const RECORDS_OF_TWENTY = 27;
const FILES = Math.ceil((RECORDS * 20) / RECORDS_OF_TWENTY / ENTRIES_IN_FILE);
const PEOPLE = 200_000;
const [LARGE, OTHER] = [1_000_001, 1_000_002];
const PASSWORD = 'Bench-uploads-4711';
const QUIET_FILES = 30;
const COMMAND_LINE = path.join(import.meta.dirname, '..', 'daemon', 'cli.ts');
const TICKS_A_SECOND = 100;

const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
await using opened = new AsyncDisposableStack();
opened.defer(() => rm(home, { recursive: true, force: true }));
const server = await openEmbedded(path.join(home, 'server'), ['synchronous_commit=off', 'max_wal_size=4GB']);
opened.defer(() => server.stop());
const database = await openDatabase(server.connection, () => {});
opened.defer(() => database.close());
const configuration = await prepared();
await database.transaction((tx) => fill(tx));
// All of it was yesterday.
await database.query(`update event set at = at - interval '1 day' where type = 'setup.applied'`);
await database.query('vacuum analyze');

const serverBefore = await serverCpu();
const daemon = spawn(process.execPath, [COMMAND_LINE, 'serve', '--config', configuration], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
opened.defer(async () => {
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
});
const client = new Client(60_000);
opened.defer(async () => client.close());
await client.access({
  host: '127.0.0.1',
  port: await ftpsPort(),
  user: 'other',
  password: PASSWORD,
  secure: 'implicit',
  secureOptions: { rejectUnauthorized: false },
});
let number = 0;
const startMs = performance.now();
const busy: number[] = [];
while (!(await isPublished())) busy.push(await send());
const seconds = (performance.now() - startMs) / 1000;
const [own, byServer] = [await cpuOf(daemon.pid ?? 0), (await serverCpu()) - serverBefore];
const peak = await peakOf(daemon.pid ?? 0);
const quiet: number[] = [];
for (let count = 0; count < QUIET_FILES; count += 1) quiet.push(await send());

const folder = path.join(home, 'spool', 'large', 'journal');
const archive = (await readdir(folder)).find((name) => name.includes('.BSS.')) ?? '';
const lines = countLines(gunzipSync(await readFile(path.join(folder, archive))));
const { size } = await stat(path.join(folder, archive));
tell(`${lines} records in ${seconds.toFixed(1)} s, ${(size / 1024 / 1024).toFixed(0)} MB packed`);
tell(`processor: the daemon from its start on ${own.toFixed(1)} s, PostgreSQL ${byServer.toFixed(1)} s`);
tell(`memory of the daemon: ${peak.toFixed(0)} MB at the most`);
tell(`a file of another customer: ${shown(busy)} meanwhile, ${shown(quiet)} afterwards`);

/** @returns the configuration of the daemon */
async function prepared(): Promise<string> {
  const customer = (id: number, folderName: string, login: string) => ({
    id,
    name: folderName,
    folder: folderName,
    domains: [`${folderName}.example`],
    types: ['PRV'],
    throttle: { hourly: 1_000_000, daily: 1_000_000_000 },
    subscriptions: [{ id: 85_180, kind: 'collaboration', name: 'Engage', seats: 1_000_000 }],
    subscribers: [
      {
        email: `ann@${folderName}.example`,
        givenName: 'Ann',
        familyName: 'Lund',
        roles: ['user', 'administrator'],
        companyContact: true,
        state: 'active',
      },
    ],
    accounts: [{ login, password: PASSWORD, rights: ['upload', 'download'] }],
  });
  const customers = [customer(LARGE, 'large', 'large'), customer(OTHER, 'other', 'other')];
  await migrate(database);
  await historyJob({ database, clock: systemClock }, { historyDays: 400, auditDays: 400 }).run();
  await setUpOrganisations(database, systemClock, organisationFileSchema.parse({ customers }), 'enforce');
  const { host = '', user = '', password = '', database: name = '' } = server.connection;
  const file = path.join(home, 'spoolgate.yaml');
  await writeFile(
    file,
    stringify({
      data: path.join(home, 'data'),
      spool: path.join(home, 'spool'),
      database: `postgres://${user}:${encodeURIComponent(String(password))}@localhost/${name}?host=${encodeURIComponent(host)}`,
      ftps: { host: '127.0.0.1', port: 0, passive: 0 },
      sftp: { host: '127.0.0.1', port: 0 },
      http: { host: '127.0.0.1', port: 0 },
      cycle: { settleMs: 0 },
    }),
  );
  return file;
}

async function ftpsPort(): Promise<number> {
  for await (const chunk of daemon.stdout) {
    const port = /"ftps":"[^"]*:(\d+)"/.exec(String(chunk))?.[1];
    if (port !== undefined) {
      daemon.stdout.resume();
      return Number(port);
    }
  }
  throw new Error('the daemon did not start');
}

async function isPublished(): Promise<boolean> {
  const { rowCount } = await database.query('select 1 from journal_closing where published_at is not null');
  return rowCount === 1;
}

/** Seconds of processor time so far. */
async function cpuOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_A_SECOND;
}

/** In MB. */
async function peakOf(pid: number): Promise<number> {
  return Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Of the server's processes that are there now. */
async function serverCpu(): Promise<number> {
  const { rows } = await database.query<{ pid: number }>('select pid from pg_stat_activity');
  let sum = 0;
  for (const { pid } of rows) sum += await cpuOf(pid);
  return sum;
}

async function fill(tx: Pick<Database, 'query'>): Promise<void> {
  const midnight = new Date();
  midnight.setUTCHours(0, 0, 0, 0);
  const dayUs = (midnight.getTime() - 86_400_000) * 1000;
  const everyUs = Math.floor(80_000_000_000 / FILES);
  await tx.query(
    `insert into subscriber (customer_id, email, given_name, family_name, state, federation_type, origin, created_at, updated_at)
     select $1, 'given.family' || n || '@large.example', 'Given', 'Family' || n, 'active', 'NON_FEDERATED', 'bench', now(), now()
       from generate_series(1, $2::int) n`,
    [LARGE, PEOPLE],
  );
  const { first } = onlyRow(
    await tx.query<{ first: number }>(
      `select min(id) as first from subscriber where customer_id = $1 and email like 'given%'`,
      [LARGE],
    ),
  );
  await tx.query(
    `insert into change (customer_id, subject_id, seq, file_id, entry, line, kind, operation, diff)
     select $1, $2::bigint + ((f - 1) * $6::int + n) % $7::int, $3::bigint + f * $4::bigint + n, f, n, n + 1, 1,
            case when n % 20 < 12 then 'Update' else 'Add' end,
            case when n % 20 < 12
              then '{"department":["Sales and Marketing","Research ' || n || '"],"jobTitle":["Clerk","Head of Research"]}'
              else '{"email":[null,"given.family' || n || '@large.example"],"givenName":[null,"Given"],"familyName":[null,"Family' || n || '"],"roles":[null,["user"]],"state":[null,"pending"],"federationType":[null,"NON_FEDERATED"],"origin":[null,"provisioning:HR"],"invitation.state":[null,"pending"],"invitation.sentTo":[null,"given.family' || n || '@large.example"],"seat.85180":[null,"active"]}'
            end::json
       from generate_series(1, $5::int) f, generate_series(1, $6::int) n where n % 20 < 19`,
    [LARGE, first, dayUs, everyUs, FILES, ENTRIES_IN_FILE, PEOPLE],
  );
  await tx.query(
    `insert into refused_entry (customer_id, change_file_id, started_at, entry, line, code, operation, subject, about_kind, about_name)
     select $1, f, to_timestamp(($2::bigint + f * $3::bigint) / 1e6), n, n + 1, 1035, 'Add', 'x@large.example', 1, 'Given Family'
       from generate_series(1, $4::int) f, generate_series(19, $5::int, 20) n`,
    [LARGE, dayUs, everyUs, FILES, ENTRIES_IN_FILE],
  );
  await tx.query(
    `insert into event (id, at, type, customer_id, subject, data)
     select nextval('event_id'), to_timestamp(($2::bigint + f * $3::bigint) / 1e6), 'file.applied_with_errors', $1, $1::bigint || '_PRV_' || f || '.csv',
            jsonb_build_object('journal', jsonb_build_object('file', f, 'first', 1, 'last', $5::int,
              'from', $2::bigint + f * $3::bigint, 'to', $2::bigint + f * $3::bigint + $5::int,
              'by', jsonb_build_object('id', $6::bigint, 'email', 'ann@large.example')))
       from generate_series(1, $4::int) f`,
    [LARGE, dayUs, everyUs, FILES, ENTRIES_IN_FILE, first],
  );
}

/** @returns seconds from the upload to the report */
async function send(): Promise<number> {
  number += 1;
  const name = `${OTHER}_PRV_${number}.csv`;
  const content = `emailAddress,action,givenName,familyName\nnew.${number}@other.example,Add,New,Nr${number}\n`;
  const sentMs = performance.now();
  await client.uploadFrom(Readable.from([Buffer.from(content)]), `/${name}`);
  for (;;) {
    const { rowCount } = await database.query(
      `select 1 from change_file f join batch b on b.id = f.batch_id where f.name = $1 and f.state = 'filed' and b.closed_at is not null`,
      [name],
    );
    if (rowCount === 1) return (performance.now() - sentMs) / 1000;
    await delay(5);
  }
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

function shown(times: number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => ((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 1000).toFixed(0);
  return `median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms (${times.length} files)`;
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What `GET /metrics` tells: what was counted, and the present values that are asked of each part. */
import { readFile, statfs } from 'node:fs/promises';
import { countCustomers } from '../src/accounts/customers/customer.ts';
import type { Antivirus } from '../src/antivirus/antivirus.ts';
import type { Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Database } from '../src/database/open.ts';
import type { Fullness } from '../src/doors/sessions.ts';
import { countBans } from '../src/doors/sign-in/bans.ts';
import type { Expose } from '../src/http/metrics.ts';
import { finishedRuns } from '../src/jobs/job-run.ts';
import { busiestCustomers, filesWaiting, oldestWaits } from '../src/ledger/waiting-gauges.ts';
import { listed, TOPICS, TYPES } from '../src/metrics/labels.ts';
import type { Meters } from '../src/metrics/meters.ts';
import { gauge, type Gauges } from '../src/metrics/gauges.ts';
import { keptFor } from '../src/metrics/shared.ts';
import { JOBS, METRICS, WHY } from '../src/metrics/table.ts';
import { pendingByTopic } from '../src/outbox/pending.ts';
import type { Dispatcher } from '../src/pipeline/dispatcher.ts';

export interface Measured {
  configuration: Configuration;
  database: Database;
  clock: Clock;
  meters: Meters;
  dispatcher: Dispatcher;
  antivirus: Antivirus | null;
  /** Of the doors. */
  fullness: () => Fullness;
  certificate: () => { validTo: Date };
}

/** The library is loaded when somebody first asks: it takes some 20 MB, and many never do. */
export function openMetrics(parts: Measured): Expose {
  const shared = keptFor(() => readShared(parts));
  const runs = lastRuns();
  let version = '';
  const gauges = async () => {
    const all: Gauges = new Map();
    gauge(all, 'build_info', { version, node: process.version }, 1);
    tellProcess(all, parts);
    const read = await shared();
    gauge(all, 'database_up', {}, read === null ? 0 : 1);
    if (read) tellShared(all, { ...read, runs: runs(read.runs) }, parts);
    if (parts.antivirus) gauge(all, 'scanner_up', {}, (await parts.antivirus.fault()) === null ? 1 : 0);
    await tellDisk(all, parts.configuration.spool);
    return all;
  };
  const opened = async () => {
    const { CONTENT_TYPES, Scraper } = await import('../src/metrics/scrape.ts');
    version = await ownVersion();
    return { types: CONTENT_TYPES, scraper: new Scraper(parts.meters, gauges) };
  };
  let library: ReturnType<typeof opened> | null = null;
  return async (format) => {
    const { types, scraper } = await (library ??= opened());
    return { contentType: types[format], text: await scraper.scrape(format) };
  };
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

type Shared = Awaited<ReturnType<typeof readShared>>;

/** One statement after the other, on one connection at most: a scrape takes none from the work. */
async function readShared({ database, clock, configuration, meters }: Measured) {
  const now = clock.now();
  const { metrics, removal } = configuration;
  const busiest = metrics.customers === 0 ? null : await busiestCustomers(database, now, metrics.customers);
  meters.customers = busiest && new Set(busiest);
  return {
    now,
    busiest: busiest && new Set(busiest),
    waiting: await filesWaiting(database),
    oldest: await oldestWaits(database, now),
    customers: await countCustomers(database),
    bans: await countBans(database, now),
    pending: await pendingByTopic(database, now, removal.finishSeconds * 1000),
    runs: await finishedRuns(database),
  };
}

function tellProcess(all: Gauges, { database, dispatcher, fullness, certificate }: Measured): void {
  for (const [state, count] of Object.entries(database.connections()))
    gauge(all, 'database_pool_connections', { state: state as 'idle' }, count);
  const { most, busy } = dispatcher.workers;
  gauge(all, 'workers', {}, most);
  gauge(all, 'workers_busy', {}, busy);
  const { signedIn, highest } = fullness();
  for (const protocol of ['ftps', 'sftp'] as const)
    gauge(all, 'door_sessions', { protocol }, signedIn[protocol]);
  for (const [kind, [count, limit]] of Object.entries(highest)) {
    gauge(all, 'door_connections_highest', { kind: kind as 'address' }, count);
    gauge(all, 'door_connections_limit', { kind: kind as 'address' }, limit);
  }
  gauge(all, 'certificate_expires_timestamp_seconds', { door: 'ftps' }, seconds(certificate().validTo));
}

function tellShared(all: Gauges, read: Shared, { configuration }: Measured): void {
  tellWaiting(all, read);
  for (const state of METRICS.customers.labels.state)
    gauge(all, 'customers', { state }, read.customers.find((row) => row.state === state)?.customers ?? 0);
  for (const kind of METRICS.bans.labels.kind)
    gauge(all, 'bans', { kind }, read.bans.find((row) => row.kind === kind)?.bans ?? 0);
  for (const topic of TOPICS) {
    const row = read.pending.find((one) => listed(TOPICS, one.topic) === topic);
    gauge(all, 'outbox_pending', { topic }, row?.pending ?? 0);
    if (isWorkedOff(topic, configuration))
      gauge(all, 'outbox_oldest_seconds', { topic }, Math.max(0, row?.seconds ?? 0));
  }
  for (const { job, finishedAt } of read.runs)
    gauge(all, 'upkeep_success_timestamp_seconds', { job_name: listed(JOBS, job) }, seconds(finishedAt));
}

/** What nobody sends waits for ever, and that is nobody's fault. */
function isWorkedOff(topic: (typeof TOPICS)[number], { mail }: Configuration): boolean {
  if (topic === 'content') return false;
  return topic === 'removal' || mail.smtp !== undefined;
}

function tellWaiting(all: Gauges, { waiting, oldest, busiest }: Shared): void {
  const files = new Map<string, { labels: Record<string, string>; files: number }>();
  const entries = new Map<(typeof TYPES)[number], number>(TYPES.map((type) => [type, 0]));
  for (const state of METRICS.files_waiting.labels.state) {
    const labels = { state, type: TYPES[0], ...(busiest ? { customer: 'other' } : {}) };
    files.set(JSON.stringify(labels), { labels, files: 0 });
  }
  for (const row of waiting) {
    const type = listed(TYPES, row.type);
    const customer = busiest ? { customer: busiest.has(row.customer) ? String(row.customer) : 'other' } : {};
    const labels = { state: row.state, type, ...customer };
    const key = JSON.stringify(labels);
    files.set(key, { labels, files: (files.get(key)?.files ?? 0) + row.files });
    entries.set(type, (entries.get(type) ?? 0) + row.entries);
  }
  for (const { labels, files: count } of files.values())
    gauge(all, 'files_waiting', labels as { state: 'waiting'; type: 'PRV' }, count);
  for (const [type, count] of entries) gauge(all, 'entries_waiting', { type }, count);
  for (const why of WHY)
    gauge(
      all,
      'oldest_wait_seconds',
      { why },
      Math.max(0, oldest.find((row) => row.why === why)?.seconds ?? 0),
    );
}

/** A disk that does not answer is told of by the health check. */
async function tellDisk(all: Gauges, spool: string): Promise<void> {
  const disk = await statfs(spool).catch(() => null);
  if (!disk) return;
  gauge(all, 'spool_size_bytes', {}, disk.blocks * disk.bsize);
  gauge(all, 'spool_free_bytes', {}, disk.bavail * disk.bsize);
}

/** A job that runs now, or that fails again and again, last finished when it was last seen to. */
function lastRuns(): (runs: Shared['runs']) => Shared['runs'] {
  const last = new Map<string, Date>();
  return (runs) => {
    for (const { job, finishedAt } of runs) last.set(job, finishedAt);
    return [...last].map(([job, finishedAt]) => ({ job, finishedAt }));
  };
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

/** What `GET /metrics` tells: what was counted, and the present values that are asked of each part. */
import { readFile, statfs } from 'node:fs/promises';
import type { Antivirus } from '../src/antivirus/antivirus.ts';
import type { Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Database } from '../src/database/open.ts';
import type { Fullness } from '../src/doors/sessions.ts';
import type { Expose } from '../src/http/metrics.ts';
import type { Meters } from '../src/metrics/meters.ts';
import { gauge, type Gauges } from '../src/metrics/gauges.ts';
import { keptFor } from '../src/metrics/shared.ts';
import type { Dispatcher } from '../src/pipeline/dispatcher.ts';
import { readShared, seconds, tellShared, type Shared } from './shared-gauges.ts';

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

/** The library is loaded when somebody first asks: it takes some 4 MB, and many never do. */
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
    if (read) tellShared(all, { ...read, runs: runs(read.runs) }, parts.configuration);
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

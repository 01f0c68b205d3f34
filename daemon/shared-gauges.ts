/** The gauges that are read from the database: every daemon says the same. */
import { countCustomers } from '../src/accounts/customers/customer.ts';
import type { Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Queryable } from '../src/database/open.ts';
import { countBans } from '../src/doors/sign-in/bans.ts';
import { countStandings } from '../src/feeds/standings.ts';
import { finishedRuns } from '../src/jobs/job-run.ts';
import { busiestCustomers, filesWaiting, oldestWaits } from '../src/ledger/waiting-gauges.ts';
import { gauge, type Gauges } from '../src/metrics/gauges.ts';
import { listed, TOPICS, TYPES } from '../src/metrics/labels.ts';
import type { Meters } from '../src/metrics/meters.ts';
import { JOBS, METRICS, WHY } from '../src/metrics/table.ts';
import { pendingNotices } from '../src/notices/pending.ts';
import { pendingByTopic } from '../src/outbox/pending.ts';

export interface SharedParts {
  configuration: Configuration;
  database: Queryable;
  clock: Clock;
  meters: Meters;
}

export type Shared = Awaited<ReturnType<typeof readShared>>;

/** One statement after the other, on one connection at most: a scrape takes none from the work. */
export async function readShared({ database, clock, configuration, meters }: SharedParts) {
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
    pending: [
      ...(await pendingByTopic(database, now, removal.finishSeconds * 1000)),
      ...(await pendingNotices(database, now)),
    ],
    feeds: await countStandings(database),
    runs: await finishedRuns(database),
  };
}

export function tellShared(all: Gauges, read: Shared, configuration: Configuration): void {
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
  for (const state of METRICS.feeds.labels.state) gauge(all, 'feeds', { state }, read.feeds.get(state) ?? 0);
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

export function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

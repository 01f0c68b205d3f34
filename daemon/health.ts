/** Finds out how each part is; what is asked of others is kept for some seconds. */
import { statfs } from 'node:fs/promises';
import { causeOf } from '../src/cause.ts';
import type { Antivirus } from '../src/antivirus/antivirus.ts';
import { systemClock, type Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Queryable } from '../src/database/open.ts';
import { termOf } from '../src/doors/tls/certificate-term.ts';
import { countStandings } from '../src/feeds/standings.ts';
import { ClockWatch } from '../src/http/clock-watch.ts';
import { healthFrom, type Due, type Findings, type Health } from '../src/http/health-parts.ts';
import { SpoolProbe } from '../src/http/spool-probe.ts';
import { concernText } from '../src/ledger/difference-rows.ts';
import { oldestWaits } from '../src/ledger/waiting-gauges.ts';
import type { LoopStatus } from '../src/loop-watch.ts';
import { keptFor } from '../src/metrics/shared.ts';
import { pendingByTopic, type Pending } from '../src/outbox/pending.ts';
import { countDisabled } from '../src/notices/endpoints.ts';
import type { SpoolMount } from '../src/spool/mount.ts';

export interface Examined {
  configuration: Configuration;
  database: Queryable;
  clock: Clock;
  mount: SpoolMount;
  antivirus: Antivirus | null;
  loop: () => LoopStatus;
  certificate: () => { validFrom: Date; validTo: Date };
  /** That of the machine, which the daemon goes by; in tests only the daemon's is another one. */
  machine?: Clock;
}

const LOOP_TOLD_MS = 5 * 60_000;
const MAILS = new Set(['invitation', 'notice']);

export function openHealth(parts: Examined): () => Promise<Health> {
  const { configuration, clock, mount, antivirus, loop, certificate, machine = systemClock } = parts;
  const probe = new SpoolProbe(configuration.spool, mount);
  const jumps = new ClockWatch(machine, () => performance.now());
  const more = keptFor(() => readMore(parts));
  return async () => {
    const asked = await askDatabase(parts.database, machine);
    const read = asked.database.fault === null ? await more() : null;
    const spoolFault = await probe.fault();
    return healthFrom({
      ...asked,
      spoolFault,
      disk: spoolFault === null ? await diskOf(configuration.spool) : null,
      concern: read?.concern ?? null,
      turnSeconds: read?.oldest.find(({ why }) => why === 'turn')?.seconds ?? null,
      scanner: antivirus ? ((await antivirus.fault()) ?? 'ok') : 'off',
      mail: {
        isSent: configuration.mail.smtp !== undefined,
        ...dueOf(read?.pending ?? [], (topic) => MAILS.has(topic)),
      },
      disabledReceivers: read?.disabledReceivers ?? 0,
      missingFeeds: read?.feeds.get('missing') ?? 0,
      outbox: dueOf(read?.pending ?? [], (topic) => topic === 'removal'),
      certificate: termOf(certificate(), clock.now()),
      jumpSeconds: jumps.look(),
      loopMs: recentDelay(loop(), clock.now()),
    });
  };
}

async function readMore({ database, clock, configuration }: Examined) {
  const now = clock.now();
  return {
    concern: await concernText(database),
    disabledReceivers: await countDisabled(database),
    feeds: await countStandings(database),
    oldest: await oldestWaits(database, now),
    pending: await pendingByTopic(database, now, configuration.removal.finishSeconds * 1000),
  };
}

/** Never kept: who asks wants to know now. */
async function askDatabase(
  db: Queryable,
  machine: Clock,
): Promise<Pick<Findings, 'database' | 'aheadSeconds'>> {
  try {
    const before = machine.now().getTime();
    const { rows } = await db.query<{ readonly: string; seconds: number }>(
      `select current_setting('transaction_read_only') as readonly, extract(epoch from clock_timestamp())::float8 as seconds`,
    );
    const after = machine.now().getTime();
    const [row] = rows;
    // An answer that took long says nothing about the clocks.
    const aheadSeconds = row && after - before < 1_000 ? (before + after) / 2_000 - row.seconds : null;
    return { database: { fault: row?.readonly === 'on' ? 'readOnly' : null }, aheadSeconds };
  } catch (error) {
    return { database: { fault: 'unreachable', reason: causeOf(error) }, aheadSeconds: null };
  }
}

async function diskOf(spool: string): Promise<Findings['disk']> {
  const disk = await statfs(spool).catch(() => null);
  return disk && { free: disk.bavail * disk.bsize, size: disk.blocks * disk.bsize };
}

function dueOf(pending: readonly Pending[], isMeant: (topic: string) => boolean): Due {
  const meant = pending.filter(({ topic }) => isMeant(topic));
  return {
    pending: meant.reduce((sum, one) => sum + one.pending, 0),
    seconds: Math.max(0, ...meant.map(({ seconds }) => seconds)),
  };
}

function recentDelay({ last, worst }: LoopStatus, now: Date): number {
  const recent = [last, worst].filter((delay) => delay && now.getTime() - delay.at.getTime() < LOOP_TOLD_MS);
  return Math.max(0, ...recent.map((delay) => delay?.ms ?? 0));
}

import { messageOf } from '../fault.ts';
import { Deliveries } from '../notices/deliver.ts';
import { Pace } from '../notices/pace.ts';
import type { DeliveryParts } from '../notices/parts.ts';
import { purgeDeliveries } from '../notices/purge.ts';
import type { Mailer } from '../outbox/mailer.ts';
import type { OutboxParts } from '../outbox/outbox.ts';
import { EVERY_SECOND, HOURLY, type Job } from './runner.ts';

/** For one try of a webhook. */
const TIMEOUT_MS = 15_000;

export interface NoticesSettings {
  allowNetworks: readonly string[];
  allowHttp: boolean;
  secrets: string;
  /** null: no mail server is set. */
  mailer: Mailer | null;
  /** Sender of the mails. */
  from: string;
  stopping: AbortSignal;
  observe?: DeliveryParts['observe'];
}

/** Notices that are due, some at once; a run begins what there is room for, and waits for none. */
export function noticesJobs(
  { database, clock, journal }: OutboxParts,
  { allowNetworks, allowHttp, secrets, mailer, from, stopping, observe = () => {} }: NoticesSettings,
): { jobs: Job[]; close: () => Promise<void> } {
  const deliveries = new Deliveries({
    database,
    clock,
    rules: { allowNetworks, allowHttp, timeoutMs: TIMEOUT_MS },
    secrets,
    sendMail: mailer?.send ?? null,
    mailHost: /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost',
    chance: Math.random,
    pace: new Pace(),
    stopping,
    observe,
  });
  const fault = (error: unknown) =>
    journal.warned('notices could not be worked off', { reason: messageOf(error) });
  return {
    jobs: [
      { name: 'notices', every: EVERY_SECOND, run: () => deliveries.fill(fault) },
      { name: 'notices purge', every: HOURLY, run: () => purgeDeliveries(database, clock.now()) },
    ],
    close: () => deliveries.idle(),
  };
}

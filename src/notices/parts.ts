/** What deliveries work with. */
import type { Clock } from '../clock.ts';
import type { Database } from '../database/open.ts';
import type { SendMail } from '../outbox/outbox.ts';
import type { WebhookRules } from './send-webhook.ts';

/** What became of a try: for who counts. */
export type DeliveryResult = 'ok' | 'retry' | 'refused' | 'given_up';

export interface DeliveryParts {
  database: Database;
  clock: Clock;
  rules: WebhookRules;
  /** Folder of the files with secrets. */
  secrets: string;
  /** null: no mail server is set, and mails wait. */
  sendMail: SendMail | null;
  /** What stands behind the `@` of the ids of mails. */
  mailHost: string;
  /** From 0 to 1. */
  chance: () => number;
  /** Waits until the next webhook may go. */
  pace: { turn(): Promise<void> };
  stopping: AbortSignal;
  /** Told of each try. */
  observe: (topic: 'mail' | 'webhook', result: DeliveryResult, ms: number) => void;
}

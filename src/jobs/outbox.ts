import { MailLanes } from '../outbox/mail-lanes.ts';
import type { openMailer } from '../outbox/mailer.ts';
import { finishRemovals, invitations, notices, type OutboxParts } from '../outbox/outbox.ts';
import { messageOf } from '../fault.ts';
import { EVERY_TWO_SECONDS, type Job } from './runner.ts';

/**
 * An account that was removed is gone a moment later.
 *
 * @param finishMs how long that moment is
 */
export function removalJob(parts: OutboxParts, finishMs: number): Job {
  const run = () => finishRemovals(parts, finishMs).then(() => undefined);
  return { name: 'removals', every: EVERY_TWO_SECONDS, run };
}

export interface MailSettings {
  mailer: ReturnType<typeof openMailer>;
  registrationUrl: string;
  isStopped: () => boolean;
}

/** Mails that are due, some at once; a run begins what its lanes have room for, and waits for none. */
export function mailJob(
  parts: OutboxParts,
  { mailer, registrationUrl, isStopped }: MailSettings,
): { job: Job; close: () => Promise<void> } {
  const topics = [invitations(parts, mailer.send, registrationUrl), notices(parts, mailer.send)];
  const lanes = new MailLanes(topics, isStopped);
  const tell = (error: unknown) =>
    parts.journal.warned('outbox processing failed', { reason: messageOf(error) });
  return {
    job: { name: 'mail', every: EVERY_TWO_SECONDS, run: async () => lanes.fill(tell) },
    close: async () => {
      await lanes.idle();
      mailer.close();
    },
  };
}

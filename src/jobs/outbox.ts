import { finishRemovals, sendInvitations, sendNotices, type OutboxParts } from '../outbox/outbox.ts';
import type { openMailer } from '../outbox/mailer.ts';
import { EVERY_TWO_SECONDS, type Job } from './runner.ts';

export interface OutboxSettings {
  /** null: no mail is sent. */
  mailer: ReturnType<typeof openMailer> | null;
  registrationUrl: string;
  /** How long an account that was removed waits before it is gone, in milliseconds. */
  finishMs: number;
  isStopped: () => boolean;
}

/** Works off what follows from committed changes, a moment after they were made. */
export function outboxJob(parts: OutboxParts, settings: OutboxSettings): Job {
  const { mailer, registrationUrl, finishMs, isStopped } = settings;
  return {
    name: 'outbox',
    every: EVERY_TWO_SECONDS,
    run: async () => {
      await finishRemovals(parts, finishMs);
      if (!mailer) return;
      await sendInvitations(parts, mailer.send, registrationUrl, isStopped);
      await sendNotices(parts, mailer.send, isStopped);
    },
  };
}

import type { Configuration } from '../src/configuration.ts';
import { embeddedDatabaseJob } from '../src/jobs/embedded-database.ts';
import { feedsJob } from '../src/jobs/feeds.ts';
import { guardJob } from '../src/jobs/guard.ts';
import { historyJob } from '../src/jobs/history.ts';
import { housekeepingJob } from '../src/jobs/housekeeping.ts';
import { journalJob } from '../src/jobs/journal.ts';
import { mailJob, removalJob } from '../src/jobs/outbox.ts';
import { noticesJobs } from '../src/jobs/notices.ts';
import { purgeJob } from '../src/jobs/purge.ts';
import { EVERY_TWO_SECONDS, JobRunner, type Job } from '../src/jobs/runner.ts';
import { openMailer } from '../src/outbox/mailer.ts';
import type { Intake } from '../src/spool/intake.ts';
import type { BuiltServices } from './services.ts';
import type { Store } from './store.ts';

export interface JobsParts {
  configuration: Configuration;
  services: BuiltServices;
  store: Store;
  intake: Intake;
  /** Told of a customer whose turn has something to do. */
  changed: (customer: number) => void;
  /** Of the doors, which open later and close before. */
  lookAtCertificate: () => Promise<void>;
  /** Aborted when the daemon stops. */
  signal: AbortSignal;
}

/** Everything that runs by the clock. */
export async function startJobs(parts: JobsParts): Promise<AsyncDisposable & JobRunner> {
  const { configuration, services, store, intake, changed, lookAtCertificate, signal } = parts;
  const { database, journal, spool } = services;
  const { mail, notices, removal, retention, data } = configuration;
  const isStopped = () => signal.aborted;
  const mailer = mail.smtp === undefined ? null : openMailer(mail.smtp, mail.from);
  const mailing = mailer && mailJob(services, { mailer, registrationUrl: mail.registrationUrl, isStopped });
  const noticing = noticesJobs(services, {
    ...notices,
    mailer,
    from: mail.from,
    stopping: signal,
    observe: (topic, result) => services.meter?.add('deliveries_total', { topic, result }),
  });
  const jobs: Job[] = [
    housekeepingJob({ ...services, customers: () => intake.customers() }),
    journalJob(services, retention.journalDays),
    purgeJob({ ...services, spool, days: retention.days }),
    historyJob(services, retention),
    guardJob(services, changed),
    feedsJob(services),
    removalJob(services, removal.finishSeconds * 1000),
    ...(mailing ? [mailing.job] : []),
    ...noticing.jobs,
    { name: 'certificate', every: EVERY_TWO_SECONDS, run: lookAtCertificate },
    ...(store.embedded ? [embeddedDatabaseJob(data, database, journal, isStopped)] : []),
  ];
  const runner = new JobRunner(services, async () => {
    await noticing.close();
    await mailing?.close();
  });
  await runner.start(jobs);
  return runner;
}

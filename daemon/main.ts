/**
 * Builds everything in one place, and closes it in reverse. Tests build the same daemon with other ports and another
 * clock.
 */
import { createIntake } from '../src/spool/intake.ts';
import { SpoolMount } from '../src/spool/mount.ts';
import { openMailer } from '../src/outbox/mailer.ts';
import { hashThreads } from '../src/accounts/passwords/hash-threads.ts';
import { finishRemovals, sendInvitations, sendNotices } from '../src/outbox/outbox.ts';
import { hashPassword } from '../src/accounts/passwords/password-hash.ts';
import { setUpOrganisations } from '../src/accounts/setup/setup.ts';
import { systemClock, type Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import { startControlServer } from '../src/http/control.ts';
import { startHealthServer } from '../src/http/health.ts';
import { SpoolProbe } from '../src/http/spool-probe.ts';
import { startDispatcher, type Dispatcher } from '../src/pipeline/dispatcher.ts';
import { makeCustomerFolders } from '../src/spool/customer-folders.ts';
import type { Database } from '../src/database/open.ts';
import { ensureFolder } from '../src/durable.ts';
import { messageOf, OperatorFault } from '../src/fault.ts';
import { journalTo, type Journal } from '../src/events/events.ts';
import { openLog, type Log } from '../src/events/log.ts';
import type { Kinds } from '../src/kinds/kinds.ts';
import { KINDS } from '../src/kinds/registry.ts';
import { watchLoop } from '../src/loop-watch.ts';
import type { Services } from '../src/pipeline/services.ts';
import { Preparations } from '../src/pipeline/preparations.ts';
import { openAntivirus } from './antivirus.ts';
import { openDoors } from './doors.ts';
import { watchEmbedded } from './embedded-watch.ts';
import { readOrganisationFile } from './preflight.ts';
import { startPurgeJob } from './purge-job.ts';
import { startHousekeeping, type Housekeeping } from './housekeeping.ts';
import { openStore, type Store } from './store.ts';

export interface Daemon {
  ftpsPort: number;
  /** null where it is not configured. */
  ftpsExplicitPort: number | null;
  sftpPort: number;
  httpPort: number;
  /** SHA-256 of the FTPS certificate. */
  fingerprint: string;
  housekeeping: Housekeeping;
  database: Database;
  dispatcher: Dispatcher;
  close(): Promise<void>;
}

export interface Overrides {
  clock?: Clock;
  log?: Log;
  kinds?: Kinds;
}

const OUTBOX_MS = 2_000;
/** Any number that no other lock has: one daemon per embedded database. */
const DAEMON_LOCK = 7_766_102;

export async function startDaemon(configuration: Configuration, overrides: Overrides = {}): Promise<Daemon> {
  await using opened = new AsyncDisposableStack();
  const { level, file = null, bufferBytes } = configuration.log;
  const log = overrides.log ?? openLog(level, file, bufferBytes);
  opened.defer(() => log.close());
  const journal = journalTo(log);
  const clock = overrides.clock ?? systemClock;
  const { loopBudgetMs } = configuration.cycle;
  const loop = watchLoop(loopBudgetMs, clock, ({ ms, causes }) =>
    journal.loopBlocked(ms, loopBudgetMs, causes),
  );
  opened.defer(() => loop.stop());

  const store = await openStore(configuration, true, (error) =>
    journal.warned('a database connection was lost', { reason: messageOf(error) }),
  );
  opened.defer(() => store.close());
  journal.databaseReady(store.description, store.migrations);
  if (store.embedded) opened.defer(await holdDaemonLock(store));
  if (store.embedded) opened.defer(watchEmbedded(configuration.data, store.database, journal));

  await loadOrganisations(configuration, store.database, clock, journal);
  await ensureFolder(configuration.spool);
  const mount = await SpoolMount.of({ database: store.database, clock, spool: configuration.spool });
  const stopping = new AbortController();
  const antivirus = openAntivirus(configuration, store.database, clock, journal, stopping.signal);
  await antivirus?.recover();
  const services: Services = {
    database: store.database,
    clock,
    journal,
    spool: configuration.spool,
    mount,
    kinds: overrides.kinds ?? KINDS,
    caps: configuration.throttle,
    settleMs: configuration.cycle.settleMs,
    maskPasswords: configuration.trace.maskPasswords,
    antivirus,
    preparations: new Preparations(hashPassword, (customer) => hashThreads.drop(customer)),
  };
  const intake = createIntake({
    database: store.database,
    clock,
    journal,
    spool: configuration.spool,
    mount,
    types: services.kinds.types,
    quietMs: configuration.cycle.quietSeconds * 1000,
  });
  const { sweepSeconds, workers } = configuration.cycle;
  await intake.customers();
  const dispatcher = startDispatcher(services, intake, {
    sweepMs: sweepSeconds * 1000,
    ...(workers === undefined ? {} : { workers }),
  });
  opened.defer(() => dispatcher.stop());
  opened.defer(startOutbox(configuration, services));
  const { spool, retention } = configuration;
  opened.defer(await startPurgeJob({ ...services, spool, days: retention.days }, journal));

  const live = {
    database: store.database,
    clock,
    caps: configuration.throttle,
    changed: (customer: number) => dispatcher.wake(customer),
    loop: () => loop.status(),
  };
  const control = await startControlServer(configuration.data, live);
  opened.defer(() => control.close());

  const { database } = store;
  const makeFolders = async (folder: string) => {
    await mount.expectThere();
    await makeCustomerFolders(configuration.spool, folder);
  };
  const { announce } = dispatcher;
  const doors = await openDoors({ configuration, database, clock, journal, announce, makeFolders });
  opened.use(doors);
  const { days: auditDays } = configuration.retention;
  const customers = () => intake.customers();
  const housekeeping = await startHousekeeping({ database, clock, journal, customers, auditDays });
  opened.use(housekeeping);
  const probe = new SpoolProbe(configuration.spool, mount);
  const health = await startHealthServer(configuration.http, store.database, () => probe.fault());
  opened.defer(() => health.close());
  await dispatcher.sweep();

  journal.daemonStarted({ ...doors.described, http: `${configuration.http.host}:${health.port}` });
  const closing = opened.move();
  return {
    ftpsPort: doors.ftpsPort,
    ftpsExplicitPort: doors.ftpsExplicitPort,
    sftpPort: doors.sftpPort,
    httpPort: health.port,
    fingerprint: doors.fingerprint,
    housekeeping,
    database: store.database,
    dispatcher,
    close: async () => {
      journal.daemonStopped();
      stopping.abort();
      await closing.disposeAsync();
    },
  };
}

/** A second daemon on the same data folder would stop the server under the first. The lock dies with its connection. */
async function holdDaemonLock({ database }: Store): Promise<() => Promise<void>> {
  const released = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<boolean>();
  const holding = database
    .transaction(async (tx) => {
      const { rows } = await tx.query<{ taken: boolean }>('select pg_try_advisory_xact_lock($1) as taken', [
        DAEMON_LOCK,
      ]);
      taken.resolve(rows[0]?.taken ?? false);
      if (rows[0]?.taken) await released.promise;
    })
    .catch(taken.reject);
  if (!(await taken.promise))
    throw new OperatorFault(
      'A daemon runs on this data folder already. Stop it first, or give this one another `data`.',
    );
  return async () => {
    released.resolve();
    await holding;
  };
}

async function loadOrganisations(
  { organisations }: Configuration,
  database: Database,
  clock: Clock,
  journal: Journal,
): Promise<void> {
  for (const file of organisations) {
    const organisation = await readOrganisationFile(file);
    const changes = await setUpOrganisations(database, clock, organisation, 'edited');
    journal.organisationsLoaded(file, changes.length);
  }
}

/** Works off what follows from committed changes, a moment after they were made. */
function startOutbox({ mail, removal }: Configuration, services: Services): () => Promise<void> {
  const mailer = mail.smtp === undefined ? null : openMailer(mail.smtp, mail.from);
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let stopped = false;
  const work = async () => {
    try {
      await finishRemovals(services, removal.finishSeconds * 1000);
      if (mailer) await sendInvitations(services, mailer.send, mail.registrationUrl, () => stopped);
      if (mailer) await sendNotices(services, mailer.send, () => stopped);
    } catch (error) {
      services.journal.warned('the outbox could not be worked off', { reason: messageOf(error) });
    }
    busy = false;
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = work();
  }, OUTBOX_MS);
  return async () => {
    stopped = true;
    clearInterval(timer);
    await running;
    mailer?.close();
  };
}

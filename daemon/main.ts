/**
 * Builds everything in one place, and closes it in reverse. Tests build the same daemon with other ports and another
 * clock.
 */
import path from 'node:path';
import { REPORT } from '../src/change-file/change-file.ts';
import { actionServices } from '../src/actions/services.ts';
import { systemClock, type Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Announce } from '../src/doors/sign-in/access-account.ts';
import type { Database } from '../src/database/open.ts';
import { journalTo } from '../src/events/events.ts';
import { openLog, type Log } from '../src/events/log.ts';
import { startControlServer } from '../src/http/control.ts';
import { controlFolder } from '../src/http/control-socket.ts';
import type { JobRunner } from '../src/jobs/runner.ts';
import type { Kinds } from '../src/kinds/kinds.ts';
import { watchLoop } from '../src/loop-watch.ts';
import { Dispatcher } from '../src/pipeline/dispatcher.ts';
import { Trials } from '../src/pipeline/trials.ts';
import { Comparison } from '../src/spool/comparison.ts';
import { makeCustomerFolders } from '../src/spool/customer-folders.ts';
import { createIntake, type Intake } from '../src/spool/intake.ts';
import { openDoors, type Doors } from './doors.ts';
import { startJobs } from './jobs.ts';
import { openEvents } from './events.ts';
import { startPrivateServer } from './private-server.ts';
import { buildServices, loadOrganisations, type BuiltServices } from './services.ts';
import { openOwnStore } from './store.ts';

export interface Daemon {
  ftpsPort: number;
  /** null where it is not configured. */
  ftpsExplicitPort: number | null;
  sftpPort: number;
  httpPort: number;
  /** SHA-256 of the FTPS certificate. */
  fingerprint: string;
  jobs: JobRunner;
  database: Database;
  dispatcher: Dispatcher;
  trials: Trials;
  close(): Promise<void>;
}

export interface Overrides {
  clock?: Clock;
  log?: Log;
  kinds?: Kinds;
}

/** The log, the clock, and the watch over the event loop. */
function openBase({ log: settings, cycle }: Configuration, overrides: Overrides) {
  const { level, file = null, bufferBytes } = settings;
  const log = overrides.log ?? openLog(level, file, bufferBytes);
  const journal = journalTo(log);
  const clock = overrides.clock ?? systemClock;
  const { loopBudgetMs } = cycle;
  const loop = watchLoop(loopBudgetMs, clock, ({ ms, causes }) =>
    journal.loopBlocked(ms, loopBudgetMs, causes),
  );
  const base = { log, journal, clock, loop, isStarted: false };
  const close = async () => {
    loop.stop();
    // The last line of the log: whoever reads it knows that nothing is open any more.
    if (base.isStarted) journal.daemonStopped();
    await log.close();
  };
  return Object.assign(base, { [Symbol.asyncDispose]: close });
}

/** The socket on which commands ask the daemon. */
function startControl(
  configuration: Configuration,
  given: Pick<ReturnType<typeof openBase>, 'clock' | 'journal' | 'loop'> & {
    database: Database;
    changed: (customer: number) => void;
  },
): ReturnType<typeof startControlServer> {
  const { database, clock, changed, loop, journal } = given;
  const scratch = controlFolder(configuration.data);
  const actions = actionServices(configuration, {
    database,
    clock,
    changed,
    scratch,
    loop: () => loop.status(),
  });
  return startControlServer(configuration.data, actions, (name, error) => journal.commandFailed(name, error));
}

function intakeSettings({ cycle, undo }: Configuration): { quietMs: number; undoDays: number } {
  return { quietMs: cycle.quietSeconds * 1000, undoDays: undo.days };
}

function paceOf({ cycle: { sweepSeconds, workers } }: Configuration): { sweepMs: number; workers?: number } {
  return { sweepMs: sweepSeconds * 1000, ...(workers ? { workers } : {}) };
}

export async function startDaemon(configuration: Configuration, overrides: Overrides = {}): Promise<Daemon> {
  await using opened = new AsyncDisposableStack();
  const base = opened.use(openBase(configuration, overrides));
  const { clock, loop } = base;
  const stopping = new AbortController();
  const { signal } = stopping;

  // What it compares with is opened below; a database that comes back may have lost commits.
  let comparison: Comparison | null = null;
  const compare = () => comparison?.request();
  const store = opened.use(await openOwnStore(configuration, base.journal, compare));
  const { journal, database, meters } = opened.use(openEvents(base, store.database));
  await loadOrganisations(configuration, database, clock, journal);
  const parts = { database, clock, journal, meter: meters, signal };
  const services = await buildServices(configuration, { ...parts, ...overrides });
  const intake = createIntake({ ...services, types: services.kinds.types, ...intakeSettings(configuration) });
  await intake.customers();
  const pace = paceOf(configuration);
  const dispatcher = opened.use(new Dispatcher(services, intake, { ...pace, onDatabaseBack: compare }));
  const changed = (customer: number) => dispatcher.wake(customer);
  comparison = opened.use(new Comparison({ ...services, found: changed }));
  const control = await startControl(configuration, { database, clock, changed, loop, journal });
  opened.defer(() => control.close());
  const trials = opened.use(openTrials(configuration, services, intake, dispatcher));
  // Closed in reverse: the doors first, so that nothing new comes in, then the jobs, the dispatcher, and the database.
  let doors: Doors | null = null;
  const lookAtCertificate = async () => doors?.lookAtCertificate();
  const jobs = opened.use(
    await startJobs({ configuration, services, store, intake, changed, lookAtCertificate, signal }),
  );
  doors = opened.use(
    await openDoors({
      configuration,
      database,
      clock,
      journal,
      announce: announcing(dispatcher, trials),
      makeFolders: folderMaker(services),
    }),
  );
  const health = await startPrivateServer({ configuration, services, meters, dispatcher, doors, loop });
  opened.defer(() => health.close());
  await Promise.all([dispatcher.sweep(), trials.sweep()]);
  compare();

  journal.daemonStarted({ ...doors.described, http: `${configuration.http.host}:${health.port}` });
  base.isStarted = true;
  const closing = opened.move();
  return {
    ftpsPort: doors.ftpsPort,
    ftpsExplicitPort: doors.ftpsExplicitPort,
    sftpPort: doors.sftpPort,
    fingerprint: doors.fingerprint,
    httpPort: health.port,
    jobs,
    database,
    dispatcher,
    trials,
    close: async () => {
      stopping.abort();
      await closing.disposeAsync();
    },
  };
}

/** Planned beside the turns, and less often while any is in hand. */
function openTrials(
  configuration: Configuration,
  services: BuiltServices,
  intake: Intake,
  dispatcher: Dispatcher,
): Trials {
  return new Trials(services, {
    sweepMs: paceOf(configuration).sweepMs,
    quietMs: intakeSettings(configuration).quietMs,
    customers: () => intake.customers(),
    isBusy: () => dispatcher.workers.busy > 0,
  });
}

function announcing(dispatcher: Dispatcher, trials: Trials): Announce {
  return ({ isTried, ...upload }) => {
    if (isTried) trials.announce({ ...upload, sender: upload });
    else dispatcher.announce(upload);
  };
}

/** Makes what is missing of a customer's folders, the public key of receipts among it; never in a spool that is not there. */
function folderMaker({ mount, spool, receipts }: BuiltServices): (folder: string) => Promise<void> {
  return async (folder) => {
    await mount.expectThere();
    await makeCustomerFolders(spool, folder);
    // Tried again with the next report; meanwhile it is missing to nobody.
    await receipts.published.publishIn(path.join(folder, REPORT)).catch(() => {});
  };
}

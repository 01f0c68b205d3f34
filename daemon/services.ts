import { hashThreads } from '../src/accounts/passwords/hash-threads.ts';
import { hashPassword } from '../src/accounts/passwords/password-hash.ts';
import { setUpOrganisations } from '../src/accounts/setup/setup.ts';
import type { Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Database } from '../src/database/open.ts';
import { ensureFolder } from '../src/durable.ts';
import type { Journal } from '../src/events/events.ts';
import type { Kinds } from '../src/kinds/kinds.ts';
import { KINDS } from '../src/kinds/registry.ts';
import type { Meter } from '../src/metrics/meters.ts';
import { declaredEndpoints } from '../src/notice-settings.ts';
import { NOTICE_TYPES, OPERATOR_MAIL_TYPES } from '../src/notice-types.ts';
import { saveEndpoints } from '../src/notices/endpoints.ts';
import { Preparations } from '../src/pipeline/preparations.ts';
import { Readings } from '../src/pipeline/readings.ts';
import type { Services } from '../src/pipeline/services.ts';
import { loadOrCreateReceiptKey, PublishedKey } from '../src/receipts/key.ts';
import { SpoolMount } from '../src/spool/mount.ts';
import { Settling } from '../src/spool/settling.ts';
import { openAntivirus } from './antivirus.ts';
import { readOrganisationFile } from './preflight.ts';

export interface ServiceParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  meter: Meter;
  /** Aborted when the daemon stops. */
  signal: AbortSignal;
  kinds?: Kinds;
}

/** A daemon always knows its spool, and signs. */
export type BuiltServices = Services & Required<Pick<Services, 'mount' | 'receipts'>>;

/** What the pipeline works with, of a configuration. */
export async function buildServices(
  configuration: Configuration,
  { database, clock, journal, meter, signal, kinds = KINDS }: ServiceParts,
): Promise<BuiltServices> {
  const { spool, throttle, cycle, trace, data } = configuration;
  const key = await loadOrCreateReceiptKey(data);
  await ensureFolder(spool);
  const mount = await SpoolMount.of({ database, clock, spool });
  const antivirus = openAntivirus(configuration, { database, clock, journal, meter }, signal);
  await antivirus?.recover();
  return {
    database,
    clock,
    journal,
    meter,
    spool,
    mount,
    kinds,
    caps: throttle,
    settleMs: cycle.settleMs,
    maskPasswords: trace.maskPasswords,
    antivirus,
    receipts: { key, published: new PublishedKey(key) },
    settling: new Settling(),
    preparations: new Preparations(hashPassword, (customer) => hashThreads.drop(customer)),
    readings: new Readings(),
  };
}

/** The organisation files that the configuration names, and who stands in it for notices. */
export async function loadOrganisations(
  configuration: Configuration,
  database: Database,
  clock: Clock,
  journal: Journal,
): Promise<void> {
  for (const file of configuration.organisations) {
    const organisation = await readOrganisationFile(file);
    const changes = await setUpOrganisations(database, clock, organisation, 'edited');
    journal.organisationsLoaded(file, changes.length);
  }
  await loadOperatorEndpoints(configuration, database, clock);
}

async function loadOperatorEndpoints(
  { notices }: Configuration,
  database: Database,
  clock: Clock,
): Promise<void> {
  const declared = declaredEndpoints(notices, { mail: OPERATOR_MAIL_TYPES, webhook: NOTICE_TYPES });
  await database.transaction((tx) => saveEndpoints(tx, null, declared, clock.now()));
}

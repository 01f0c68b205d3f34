/** The private port: health and metrics. */
import type { Configuration } from '../src/configuration.ts';
import { messageOf } from '../src/fault.ts';
import { startHealthServer } from '../src/http/health.ts';
import { SpoolProbe } from '../src/http/spool-probe.ts';
import { concernText } from '../src/ledger/difference-rows.ts';
import type { Meters } from '../src/metrics/meters.ts';
import type { Dispatcher } from '../src/pipeline/dispatcher.ts';
import type { Doors } from './doors.ts';
import { openMetrics } from './metrics.ts';
import type { BuiltServices } from './services.ts';

export interface PrivateParts {
  configuration: Configuration;
  services: BuiltServices;
  meters: Meters;
  dispatcher: Dispatcher;
  doors: Doors;
}

export function startPrivateServer(parts: PrivateParts): ReturnType<typeof startHealthServer> {
  const { configuration, services, doors } = parts;
  const { database, journal, mount, spool } = services;
  const probe = new SpoolProbe(spool, mount);
  const questions = { spoolFault: () => probe.fault(), concern: () => concernText(database) };
  const expose = openMetrics({ ...parts, ...doors, ...services, antivirus: services.antivirus ?? null });
  const failed = (error: unknown) => journal.warned('metrics cannot be made', { reason: messageOf(error) });
  return startHealthServer(configuration.http, database, questions, { expose, failed });
}

/** The private port: health and metrics. */
import type { Configuration } from '../src/configuration.ts';
import { messageOf } from '../src/fault.ts';
import { startHealthServer } from '../src/http/health.ts';
import type { LoopWatch } from '../src/loop-watch.ts';
import type { Meters } from '../src/metrics/meters.ts';
import type { Dispatcher } from '../src/pipeline/dispatcher.ts';
import type { Doors } from './doors.ts';
import { openHealth } from './health.ts';
import { openMetrics } from './metrics.ts';
import type { BuiltServices } from './services.ts';

export interface PrivateParts {
  configuration: Configuration;
  services: BuiltServices;
  meters: Meters;
  dispatcher: Dispatcher;
  doors: Doors;
  loop: LoopWatch;
}

export function startPrivateServer(parts: PrivateParts): ReturnType<typeof startHealthServer> {
  const { configuration, services, doors, loop } = parts;
  const { journal } = services;
  const all = {
    ...parts,
    ...doors,
    ...services,
    antivirus: services.antivirus ?? null,
    loop: () => loop.status(),
  };
  return startHealthServer(configuration.http, {
    health: openHealth(all),
    expose: openMetrics(all),
    failed: (error) => journal.warned('metrics cannot be made', { reason: messageOf(error) }),
  });
}

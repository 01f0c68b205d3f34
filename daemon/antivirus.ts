import path from 'node:path';
import { clamdAddressFrom } from '../src/antivirus/clamd.ts';
import { createAntivirus, type Antivirus } from '../src/antivirus/antivirus.ts';
import type { Clock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Database } from '../src/database/open.ts';
import type { Journal } from '../src/events/events.ts';
import type { Meter } from '../src/metrics/meters.ts';

/** @returns null where no scanner is configured */
export function openAntivirus(
  { antivirus, data, spool }: Configuration,
  parts: { database: Database; clock: Clock; journal: Journal; meter: Meter },
  stopping: AbortSignal,
): Antivirus | null {
  if (antivirus.clamd === undefined) return null;
  const settings = {
    clamd: clamdAddressFrom(antivirus.clamd),
    bytesMax: antivirus.maxBytes,
    tooLarge: antivirus.tooLarge,
    scanMsMax: antivirus.scanSeconds * 1000,
    quarantine: path.join(data, 'quarantine'),
  };
  return createAntivirus(settings, {
    ...parts,
    folderOf: (name) => path.join(spool, name),
    stopping,
  });
}

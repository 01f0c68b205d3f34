import type { z } from 'zod';
import { configuration as words } from './messages/en/configuration.ts';

interface GivenCaps {
  hourly?: number | undefined;
  daily?: number | undefined;
}

/** An hour is part of a day: an hourly cap above the daily one never takes effect, and one of the two is a slip. */
export function capsFault({ hourly, daily }: GivenCaps): string | null {
  if (hourly === undefined || daily === undefined || hourly <= daily) return null;
  return words.values.capNeverReached(daily);
}

/** For a schema that has both. */
export function capsMakeSense(caps: GivenCaps, context: z.core.$RefinementCtx): void {
  const message = capsFault(caps);
  if (message !== null) context.addIssue({ code: 'custom', path: ['hourly'], message });
}

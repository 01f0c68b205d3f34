import { carryOutDirectly, operatorName, type CallAction } from '../../cli/call-action.ts';
import type { Configuration } from '../../src/configuration.ts';
import type { Database } from '../../src/database/open.ts';

/** As a command carries actions out where no daemon runs. */
export function callOn(database: Database, configuration: Configuration): CallAction {
  return async ({ name }, input, { content, take } = {}) =>
    (await carryOutDirectly(configuration, database, {
      action: name,
      input,
      who: operatorName(),
      content,
      take: take as ((piece: unknown) => void) | undefined,
    })) as never;
}

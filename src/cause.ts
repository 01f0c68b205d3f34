import { codeOf, messageOf } from './fault.ts';
import { configuration as words } from './messages/en/configuration.ts';

const CAUSES: Record<string, string> = words.causes;

/** Why the system refused something, for an operator: `permission denied (EACCES)`. */
export function causeOf(error: unknown): string {
  const code = codeOf(error);
  const cause = code === undefined ? undefined : CAUSES[code];
  return cause === undefined ? messageOf(error) : `${cause} (${code})`;
}

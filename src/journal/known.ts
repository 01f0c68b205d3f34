/** What journals are known to hold. Readers take what is not known here as well. */
import { JOURNAL_ACTIONS } from '../tables/journal-actions.ts';
import { JOURNAL_COMPONENTS } from '../tables/journal-components.ts';
import { nearestOf } from '../value-faults.ts';

/** The words in the names of archives, in alphabetical order. */
export const COMPONENT_TOKENS: readonly string[] = JOURNAL_COMPONENTS.map(
  ({ file_token }) => file_token,
).sort();

/** Of all components, each once: several have one of the same name. */
export const ACTION_NAMES: readonly string[] = [
  ...new Set(JOURNAL_ACTIONS.map(({ action }) => action)),
].sort();

/** @returns the token that was meant by an unknown one, or by the name of a component; null: it is known, or nothing is near */
export function nearestToken(token: string): string | null {
  if (COMPONENT_TOKENS.includes(token.toUpperCase())) return null;
  const named = JOURNAL_COMPONENTS.find(({ component }) => component.toLowerCase() === token.toLowerCase());
  return named?.file_token ?? nearestOf(token, COMPONENT_TOKENS);
}

/** @returns the action that was meant by an unknown one; null: it is known, or nothing is near */
export function nearestAction(action: string): string | null {
  return ACTION_NAMES.includes(action.toUpperCase()) ? null : nearestOf(action, ACTION_NAMES);
}

/** What `status CUSTOMER` shows besides what `status` shows of every customer. */
import type { AsJson } from '../src/actions/action.ts';
import type { HoldSince } from '../src/actions/customer-status.ts';
import type { CustomerStatus } from '../src/customer-status.ts';
import { commands } from '../src/messages/en/commands.ts';
import { resultLine } from '../src/report/status-file.ts';
import { escapeHidden, quoted } from '../src/shown-text.ts';

const words = commands.status;

/** @param hold null: it is not on hold, or nobody knows since when */
export function pageLines(
  { id, state, pause, sources, results }: AsJson<CustomerStatus>,
  hold: AsJson<HoldSince> | null,
): string[] {
  const held = hold ? words.heldSince(id, hold.since, escapeHidden(hold.by)) : words.toRelease(id);
  return [
    ...(state === 'held' ? [held] : []),
    ...(pause ? [words.toResume(id)] : []),
    ...sources.map(({ source, type, last }) => words.source(quoted(source), type, last)),
    ...(sources.length > 0 ? [words.toLook(id)] : []),
    ...(results.length > 0 ? [words.results] : []),
    ...results.map((result) => resultLine({ ...result, at: new Date(result.at) })),
  ].map((line) => `  ${line}`);
}

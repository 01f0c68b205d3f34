import { escapeHidden } from '../shown-text.ts';
import type { ArchiveName } from './archive-name.ts';
import {
  ANONYMOUS,
  escapedText,
  type JournalActor,
  type JournalEntity,
  type JournalRecord,
} from './record.ts';

/** Where a record was found. */
export interface RecordPlace extends ArchiveName {
  /** Name of the file, without folders. */
  file: string;
  /** From 1. */
  line: number;
}

const NONE = '-';

/**
 * One line for a person or for programs that cut lines at TABs: time, component, actor, action, object, target, outcome,
 * reason, pairs. Control characters stand there as in the journal, and what is invisible by its number.
 */
export function recordLine({ component }: RecordPlace, record: JournalRecord): string {
  const { timestamp, actor, action, object, target, outcome, reason, extra } = record;
  const pairs = extra.map(([key, value]) => `${key}=${escapedText(value)}`);
  return [
    timestamp,
    component ?? NONE,
    actorText(actor),
    action,
    entityText(object),
    entityText(target),
    outcome,
    reason ?? NONE,
    pairs.join('; ') || NONE,
  ]
    .map(shown)
    .join('\t');
}

/** Almost every value is of characters that can be seen; to look for the others takes longer than all the rest. */
function shown(text: string): string {
  return /^[ -~]*$/.test(text) ? text : escapeHidden(text);
}

function actorText({ kind, email, domain }: JournalActor): string {
  if (kind === 'anonymous') return ANONYMOUS;
  return kind === 'member' ? (email ?? '') : `@${domain ?? ''}`;
}

function entityText(entity: JournalEntity | null): string {
  if (entity === null) return NONE;
  return [entity.type, entity.id || NONE, escapedText(entity.name)].filter((part) => part !== '').join(' ');
}

/** One object of the list `records`. Of a pair that stands twice the last one counts. */
export function recordJson({ file, line, date, component }: RecordPlace, record: JournalRecord): string {
  const { timestamp, action, object, target, outcome, reason, extra } = record;
  const { email, domain, id, customerid, kind } = record.actor;
  return JSON.stringify({
    file,
    line,
    date,
    component,
    timestamp,
    actor: { email, domain, id, customerid, kind },
    action,
    object,
    target,
    outcome,
    reason,
    extra: Object.fromEntries(extra),
  });
}

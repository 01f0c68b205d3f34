import { openLog, type Log } from '../src/events/log.ts';

export interface NarratingLog extends Log {
  /** From now on the person hears what becomes of change files. */
  narrate(): void;
}

/** Far more than the story writes. */
const BUFFER_BYTES = 1024 * 1024;

/** What a person wants to know of an event, in this order. */
const FACTS = ['file', 'report', 'folder', 'entries', 'written', 'reason'];

/** A log in a file that can also tell the events of change files to the person at the keyboard. */
export function narratingLog(file: string, print: (text: string) => void): NarratingLog {
  const log = openLog('info', file, BUFFER_BYTES);
  let narrating = false;
  const narrateOne = (message: string, fields: Record<string, unknown>) => {
    if (narrating && ('file' in fields || 'report' in fields)) print(`  ${told(message, fields)}`);
  };
  return {
    log: (level, message, fields = {}) => {
      log.log(level, message, fields);
      narrateOne(message, fields);
    },
    deliver: (lines) => {
      for (const { message, fields } of lines) narrateOne(message, fields);
      return log.deliver(lines);
    },
    close: () => log.close(),
    narrate: () => {
      narrating = true;
    },
  };
}

function told(message: string, fields: Record<string, unknown>): string {
  const facts = FACTS.filter((name) => fields[name] !== undefined).map((name) =>
    name === 'file' || name === 'report' ? String(fields[name]) : `${name} ${String(fields[name])}`,
  );
  return `${message}: ${facts.join(', ')}`;
}

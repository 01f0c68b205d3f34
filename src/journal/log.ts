import { escapeHidden } from '../shown-text.ts';
import { LineOutput } from './line-output.ts';
import { fileTarget, streamTarget } from './log-target.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What the events need of a log: one line, with fields. */
export interface Log {
  log(level: LogLevel, message: string, fields?: Record<string, unknown>): void;
  /** Resolves when every line has been written, or cannot be within a second; a process must wait for it before it ends. */
  close(): Promise<void>;
}

/** Every level logs itself and those before it. */
const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/**
 * JSON lines on standard output or in a file. A line that cannot be written stops nobody: see `LineOutput`.
 *
 * @param file absolute path, or null for standard output
 * @param bufferBytesMax how much waits for a reader that stalls or a disk that is full
 */
export function openLog(level: LogLevel, file: string | null, bufferBytesMax: number): Log {
  const output = new LineOutput(file === null ? streamTarget(process.stdout) : fileTarget(file), {
    bufferBytesMax,
    droppedLine: (count) =>
      lineOf('warn', 'log lines dropped', { count, reason: 'the log could not be written' }),
  });
  let closed = false;
  return {
    log: (wanted, message, fields = {}) => {
      // A session that was cut off may still have a word to say.
      if (!closed && LEVELS.indexOf(wanted) <= LEVELS.indexOf(level))
        output.add(lineOf(wanted, message, fields));
    },
    close: () => {
      closed = true;
      return output.close();
    },
  };
}

function lineOf(level: LogLevel, message: string, fields: Record<string, unknown>): string {
  const line = { ...fields, level, message, timestamp: new Date().toISOString() };
  return escapeHidden(
    JSON.stringify(line, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  );
}

/** For tests and for commands that report by other means. */
export const silentLog: Log = { log: () => {}, close: async () => {} };

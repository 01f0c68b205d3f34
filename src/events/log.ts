import { once } from 'node:events';
import { Writable } from 'node:stream';
import winston from 'winston';
import { escapeHidden } from '../shown-text.ts';
import { LineOutput } from './line-output.ts';
import { fileTarget, streamTarget } from './log-target.ts';

/** Whoever reads the log may stall: another daemon may tell then. */
const DELIVER_MS_MAX = 5_000;

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LogLine {
  level: LogLevel;
  message: string;
  fields: Record<string, unknown>;
}

/** What the events need of a log: one line, with fields. */
export interface Log {
  log(level: LogLevel, message: string, fields?: Record<string, unknown>): void;
  /** Lines that must not be lost. @returns whether they were written; those of a lower level than the log's are, too */
  deliver(lines: readonly LogLine[]): Promise<boolean>;
  /** Resolves when every line has been written, or cannot be within a second; a process must wait for it before it ends. */
  close(): Promise<void>;
}

/**
 * JSON lines on standard output or in a file. A line that cannot be written stops nobody: see `LineOutput`.
 *
 * @param file absolute path, or null for standard output
 * @param bufferBytesMax how much waits for a reader that stalls or a disk that is full
 */
export function openLog(level: LogLevel, file: string | null, bufferBytesMax: number): Log {
  const output = new LineOutput(file === null ? streamTarget(process.stdout) : fileTarget(file), {
    bufferBytesMax,
    droppedLine,
  });
  // Winston's own transports wait for their stream, and end the process where it breaks.
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => {
      output.add(escapeHidden(line.toString().trimEnd()));
      done();
    },
  });
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json({ bigint: true })),
    transports: [new winston.transports.Stream({ stream })],
  });
  let closed = false;
  const isWanted = (line: LogLine) => logger.isLevelEnabled(line.level);
  return {
    deliver: (lines) => output.deliver(lines.filter(isWanted).map(textOf), DELIVER_MS_MAX),
    log: (wanted, message, fields = {}) => {
      // A session that was cut off may still have a word to say; to write after the end would end the process.
      if (!closed) logger.log({ level: wanted, message, ...fields });
    },
    close: async () => {
      closed = true;
      // The logger finishes after its transport.
      const finished = once(logger, 'finish');
      logger.end();
      await finished;
      await output.close();
    },
  };
}

/** As the logger writes it. */
function textOf({ level, message, fields }: LogLine): string {
  const line = { ...fields, level, message, timestamp: new Date().toISOString() };
  return escapeHidden(
    JSON.stringify(line, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  );
}

function droppedLine(count: number): string {
  const line = { level: 'warn', message: 'log lines dropped', count, reason: 'the log could not be written' };
  return JSON.stringify({ ...line, timestamp: new Date().toISOString() });
}

/** For tests and for commands that report by other means. */
export const silentLog: Log = logTo(() => {});

/** A log that writes each line at once. */
export function logTo(log: Log['log']): Log {
  return {
    log,
    deliver: async (lines) => {
      for (const { level, message, fields } of lines) log(level, message, fields);
      return true;
    },
    close: async () => {},
  };
}

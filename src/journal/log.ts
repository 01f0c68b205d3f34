import winston from 'winston';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What the events need of a log: one line, with fields. */
export interface Log {
  log(level: LogLevel, message: string, fields?: Record<string, unknown>): void;
  /** Resolves when every line has been written; a process must wait for it before it ends. */
  close(): Promise<void>;
}

/**
 * JSON lines on standard output or in a file.
 *
 * @param file absolute path, or null for standard output
 */
export function openLog(level: LogLevel, file: string | null): Log {
  const transport = file
    ? new winston.transports.File({ filename: file })
    : new winston.transports.Stream({ stream: process.stdout });
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json({ bigint: true })),
    transports: [transport],
  });
  return {
    log: (level, message, fields = {}) => void logger.log({ level, message, ...fields }),
    close: () =>
      new Promise((resolve) => {
        logger.once('finish', () => {
          // A file's own stream ends after the logger: its `finish` says that the bytes are out.
          if (file) transport.once('finish', resolve);
          else resolve();
        });
        logger.end();
      }),
  };
}

/** For tests and for commands that report by other means. */
export const silentLog: Log = { log: () => {}, close: async () => {} };

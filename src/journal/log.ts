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
  let closed = false;
  return {
    log: (level, message, fields = {}) => {
      // A session that was cut off may still have a word to say; to write after the end would end the process.
      if (!closed) logger.log({ level, message, ...fields });
    },
    close: () =>
      new Promise((resolve) => {
        closed = true;
        // The logger finishes after its transport, and that one when its bytes are out.
        logger.once('finish', resolve);
        logger.end();
      }),
  };
}

/** For tests and for commands that report by other means. */
export const silentLog: Log = { log: () => {}, close: async () => {} };

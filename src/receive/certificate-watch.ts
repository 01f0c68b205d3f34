import { stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { messageOf } from '../fault.ts';
import type { Journal } from '../journal/events.ts';
import type { Certificate } from './certificate.ts';

export interface WatchOptions {
  /** Certificate and key. */
  files: string[];
  load: () => Promise<Certificate>;
  /** Gets every new certificate; running sessions keep theirs. */
  onChange: (certificate: Certificate) => void;
  journal: Journal;
  clock: Clock;
}

/** Files replaced by rename or through a link are seen too, which a watch on the file would miss. */
const LOOK_MS = 5_000;
const DAY_MS = 24 * 60 * 60_000;
/** From so many days before the end on, the log warns once a day. */
export const EXPIRY_WARNING_DAYS = 30;

/** Takes changed certificate files up again, and warns before the certificate ends. */
export class CertificateWatch {
  readonly #options: WatchOptions;
  #current: Certificate;
  #seen: string;
  #warnedAtMs = -Infinity;
  readonly #timer: NodeJS.Timeout;

  private constructor(current: Certificate, seen: string, options: WatchOptions) {
    this.#current = current;
    this.#seen = seen;
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** @param current as loaded from the files */
  static async start(current: Certificate, options: WatchOptions): Promise<CertificateWatch> {
    const watch = new CertificateWatch(current, await stampOf(options.files), options);
    watch.#warnOfExpiry();
    return watch;
  }

  /** Runs by itself every few seconds. Files that do not fit together (yet) leave the old certificate in force. */
  async look(): Promise<void> {
    const { files, load, onChange, journal } = this.#options;
    const seen = await stampOf(files);
    if (seen !== this.#seen) {
      this.#seen = seen;
      try {
        this.#current = await load();
        onChange(this.#current);
        journal.certificateTaken(this.#current.fingerprint, this.#current.validTo);
        this.#warnedAtMs = -Infinity;
      } catch (error) {
        journal.warned('the changed certificate cannot be used, the old one stays', {
          reason: messageOf(error),
        });
      }
    }
    this.#warnOfExpiry();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #warnOfExpiry(): void {
    const nowMs = this.#options.clock.now().getTime();
    const daysLeft = daysUntil(this.#current.validTo, nowMs);
    if (daysLeft > EXPIRY_WARNING_DAYS || nowMs - this.#warnedAtMs < DAY_MS) return;
    this.#warnedAtMs = nowMs;
    this.#options.journal.certificateExpires(this.#current.validTo, daysLeft);
  }
}

/** Whole days; 0 on the last day, negative afterwards. */
export function daysUntil(end: Date, nowMs: number): number {
  return Math.floor((end.getTime() - nowMs) / DAY_MS);
}

async function stampOf(files: string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      const stats = await stat(file).catch(() => null);
      return stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : 'missing';
    }),
  );
  return stamps.join(' ');
}

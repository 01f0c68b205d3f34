import { stat } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../fault.ts';
import type { Journal } from '../../events/events.ts';
import { DAY_MS, termOf } from './certificate-term.ts';
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

/** Reloads changed certificate files, and warns once a day while the certificate nears its end or is past it. */
export class CertificateWatch {
  readonly #options: WatchOptions;
  #current: Certificate;
  #seen: string;
  #warnedAtMs = -Infinity;

  private constructor(current: Certificate, seen: string, options: WatchOptions) {
    this.#current = current;
    this.#seen = seen;
    this.#options = options;
  }

  /** @param current as loaded from the files */
  static async of(current: Certificate, options: WatchOptions): Promise<CertificateWatch> {
    const watch = new CertificateWatch(current, await stampOf(options.files), options);
    watch.#warnOfTerm();
    return watch;
  }

  /** In force. */
  get current(): Pick<Certificate, 'validFrom' | 'validTo'> {
    return this.#current;
  }

  /**
   * To be called every few seconds: files replaced by rename or through a link are seen too, which a watch on the file
   * would miss. Files that do not fit together (yet) leave the old certificate in force.
   */
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
        journal.warned('new certificate cannot be used, keeping the old one', {
          reason: messageOf(error),
        });
      }
    }
    this.#warnOfTerm();
  }

  #warnOfTerm(): void {
    const now = this.#options.clock.now();
    const { state, daysLeft } = termOf(this.#current, now);
    if (state === 'valid' || now.getTime() - this.#warnedAtMs < DAY_MS) return;
    this.#warnedAtMs = now.getTime();
    const { journal } = this.#options;
    const { validFrom, validTo } = this.#current;
    if (state !== 'not yet valid') return journal.certificateExpires(validTo, daysLeft);
    journal.warned('certificate is not valid yet', { validFrom: validFrom.toISOString() });
  }
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

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the test's own signature looks for; harmless, and no scanner in the world knows it. */
export const INFECTED_MARK = 'SPOOLGATE-TEST-MARK-OF-AN-INFECTED-FILE';
export const STREAM_BYTES_MAX = 100_000;

export function isClamdInstalled(): boolean {
  try {
    execFileSync('clamd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A real clamd with one signature of its own: nothing is downloaded. */
export class Clamd implements AsyncDisposable {
  readonly socket: string;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
    this.socket = join(folder, 'clamd.ctl');
  }

  static async start(): Promise<Clamd> {
    const folder = await mkdtemp(join(tmpdir(), 'spoolgate-clamd-'));
    await chmod(folder, 0o711);
    const clamd = new Clamd(folder);
    const signature = Buffer.from(INFECTED_MARK).toString('hex');
    await writeFile(join(folder, 'test.ndb'), `Spoolgate.Test:0:*:${signature}\n`);
    await writeFile(
      join(folder, 'clamd.conf'),
      [
        'Foreground yes',
        `DatabaseDirectory ${folder}`,
        'OfficialDatabaseOnly no',
        `LocalSocket ${clamd.socket}`,
        'FixStaleSocket yes',
        `StreamMaxLength ${STREAM_BYTES_MAX}`,
        'MaxThreads 2',
        '',
      ].join('\n'),
    );
    await clamd.run();
    return clamd;
  }

  /** Also again after `kill`. */
  async run(): Promise<void> {
    const child = spawn('clamd', ['--config-file', join(this.#folder, 'clamd.conf')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let said = '';
    const ready = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += String(chunk);
        if (said.includes('Unix socket file') || said.includes('Self checking every')) ready.resolve();
      });
    child.once('exit', () => ready.reject(new Error(`clamd ended:\n${said}`)));
    await ready.promise;
  }

  /** SIGSTOP: it takes connections and does not answer. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

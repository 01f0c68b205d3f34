import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeenBan } from './door-witness.ts';

/** What the process of the doors uses, in bytes and in numbers. */
export interface Usage {
  rss: number;
  heapUsed: number;
  external: number;
  descriptors: number;
  sessions: number;
  faults: number;
  bans: SeenBan[];
  /** Since `countCallbacks`. */
  callbacks: number;
  /** Of all threads, since the start. */
  cpuMs: number;
}

/** Accounts and bans of a database, and how long a refusal takes. */
export interface Guarded {
  databaseUrl: string;
  signInDelayMs: number;
}

/** Both doors in a process of their own. */
export class AttackedDoors implements AsyncDisposable {
  readonly ftpsPort: number;
  readonly sftpPort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ports: { ftpsPort: number; sftpPort: number }) {
    this.#child = child;
    this.ftpsPort = ports.ftpsPort;
    this.sftpPort = ports.sftpPort;
  }

  static async start(guarded?: Guarded, environment: NodeJS.ProcessEnv = {}): Promise<AttackedDoors> {
    const settings = guarded ? [guarded.databaseUrl, String(guarded.signInDelayMs)] : [];
    const child = fork(join(import.meta.dirname, 'door-process.ts'), settings, {
      execArgv: ['--expose-gc'],
      env: { ...process.env, ...environment },
    });
    const [ports] = (await once(child, 'message')) as [{ ftpsPort: number; sftpPort: number }];
    return new AttackedDoors(child, ports);
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async usage(): Promise<Usage> {
    this.#child.send('usage');
    const [usage] = (await once(this.#child, 'message')) as [Usage];
    return usage;
  }

  /** From now on `usage` tells how often the process of the doors was called back; that costs it some speed. */
  async countCallbacks(): Promise<void> {
    this.#child.send('count');
    await once(this.#child, 'message');
  }

  /** Once all sessions are over, and data connections have lingered out: then `descriptorsMax` are left or less. */
  async restingUsage(descriptorsMax = Infinity): Promise<Usage> {
    for (let tries = 0; tries < 200; tries += 1) {
      const usage = await this.usage();
      if (usage.sessions === 0 && usage.descriptors <= descriptorsMax) return usage;
      await delay(50);
    }
    throw new Error('sessions or descriptors are left over');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.alive) return;
    const gone = once(this.#child, 'exit');
    // It ends by itself, and removes its folder.
    this.#child.disconnect();
    await gone;
  }
}

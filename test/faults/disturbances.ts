import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonProcess } from '../support/daemon.ts';
import { isDead, isThere, send, type Sender, type World } from './world.ts';

/** How a daemon uses the machine. */
export interface Footprint {
  residentMb: number;
  descriptors: number;
}

/** Longest pause between two disturbances, longest stop of a process: shorter than any client's time-out. */
const PAUSE_MS_MAX = 4_000;
const STOPPED_MS_MAX = 4_000;
/** What an upload that was broken off needs to come to its end in the daemon. */
const SETTLED_MS = 700;
/** What a daemon printed last, where it has ended by itself. */
const LAST_CHARACTERS = 10_000;

/**
 * Two daemons on one world, and what is done to them: one is killed and started again, both are stopped and continued,
 * and half of the database connections are cut.
 */
export class Disturbances implements AsyncDisposable {
  readonly counts = { killed: 0, stopped: 0, cut: 0, retried: 0 };
  readonly #world: World;
  readonly #random: () => number;
  readonly #frozen = new Set<DaemonProcess>();
  readonly #outputs: string[] = [];
  #steady: DaemonProcess;
  #mortal: DaemonProcess;

  private constructor(world: World, random: () => number, daemons: [DaemonProcess, DaemonProcess]) {
    this.#world = world;
    this.#random = random;
    [this.#steady, this.#mortal] = daemons;
  }

  static async begin(world: World, random: () => number): Promise<Disturbances> {
    const steady = await world.start({}, undefined, 'steady');
    return new Disturbances(world, random, [steady, await world.start({}, undefined, 'mortal')]);
  }

  #anyDaemon(): DaemonProcess {
    return this.#random() < 0.5 ? this.#steady : this.#mortal;
  }

  /** Like a careful script: by either daemon; what got no answer is looked for before it is sent again. */
  async sendSurely(agent: Sender, name: string, content: string): Promise<void> {
    for (;;) {
      const daemon = this.#anyDaemon();
      try {
        return await send(daemon, agent, name, content);
      } catch {
        this.counts.retried += 1;
        await this.#settled(daemon);
        if (await isThere(this.#world, agent, name)) return;
      }
    }
  }

  /** Resolves when the daemon has dealt with what its clients left: it runs, or is dead. */
  async #settled(daemon: DaemonProcess): Promise<void> {
    while (this.#frozen.has(daemon)) await delay(50);
    if (!isDead(daemon)) await delay(SETTLED_MS);
  }

  async until(end: number): Promise<void> {
    while (Date.now() < end) {
      await delay(this.#random() * PAUSE_MS_MAX);
      const chance = this.#random();
      if (chance < 0.4) await this.#kill();
      else if (chance < 0.7) await this.#freeze(this.#anyDaemon());
      else await this.#cutConnections();
    }
  }

  async #kill(): Promise<void> {
    const dying = this.#mortal;
    await dying.kill();
    this.#outputs.push(dying.output());
    this.#mortal = await this.#world.start({}, undefined, 'mortal');
    this.counts.killed += 1;
  }

  async #freeze(daemon: DaemonProcess): Promise<void> {
    this.#frozen.add(daemon);
    daemon.child.kill('SIGSTOP');
    await delay(this.#random() * STOPPED_MS_MAX);
    daemon.child.kill('SIGCONT');
    this.#frozen.delete(daemon);
    this.counts.stopped += 1;
  }

  async #cutConnections(): Promise<void> {
    await this.#world.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'spoolgate' and random() < 0.5`,
    );
    this.counts.cut += 1;
  }

  /** Of the daemon that lives through everything. */
  async footprint(): Promise<Footprint> {
    const { pid, exitCode, signalCode } = this.#steady.child;
    if (exitCode !== null || signalCode !== null)
      throw new Error(
        `it has ended (code ${exitCode}, signal ${signalCode}):\n${this.#steady.output().slice(-LAST_CHARACTERS)}`,
      );
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    const descriptors = (await readdir(`/proc/${pid}/fd`)).length;
    return { residentMb: Math.round(resident / 1024), descriptors };
  }

  /** Errors in the logs; that the database is away is no fault of the daemon. */
  faults(): string[] {
    const outputs = [...this.#outputs, this.#steady.output(), this.#mortal.output()];
    return outputs
      .flatMap((output) => output.split('\n'))
      .filter(
        (line) => line.includes('"level":"error"') && !line.includes('"message":"database unreachable"'),
      );
  }

  async stop(): Promise<(number | null)[]> {
    return Promise.all([this.#steady.stop(), this.#mortal.stop()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#steady[Symbol.asyncDispose](), this.#mortal[Symbol.asyncDispose]()]);
  }
}

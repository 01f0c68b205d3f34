import type { Argon2Parameters } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Somebody waits at a door: before everything else. */
export const SIGN_IN = 'sign-in';

/** Whose work it is: each has its turn, whatever the others have in hand. */
export type Whose = typeof SIGN_IN | number;

interface Task {
  parameters: Argon2Parameters;
  resolve: (tag: Buffer) => void;
  reject: (error: Error) => void;
}

interface Thread {
  worker: Worker;
  task: Task | null;
}

/** Threads that nobody needs for so long end: each keeps some memory. */
const IDLE_MS_MAX = 30_000;
const SIGN_INS_IN_ROW_MAX = 3;

/**
 * Threads that do nothing but hash passwords. A hash takes some 30 ms of a core; on Node's own threads a file full of
 * passwords would keep everybody's files waiting, and on the main thread everybody. Sign-ins come first, then the
 * customers in turn, one password each. Threads are started when there is work.
 */
export class HashThreads {
  #size: number;
  readonly #threads: Thread[] = [];
  /** In the order of their next turns. */
  readonly #queues = new Map<Whose, Task[]>();
  #idle: NodeJS.Timeout | null = null;
  #signInsInRow = 0;

  /** @param size how many threads at most; default: all cores but one, which the rest of the program keeps */
  constructor(size = Math.max(1, availableParallelism() - 1)) {
    this.#size = size;
  }

  /** From now on. */
  resize(size: number): void {
    this.#size = size;
  }

  /** @returns the argon2id hash */
  async hash(parameters: Argon2Parameters, whose: Whose): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(whose) ?? [];
      queue.push({ parameters, resolve, reject });
      this.#queues.set(whose, queue);
      this.#start();
    });
  }

  /** Gives up what has not been begun of somebody's work: it is rejected. */
  drop(whose: Whose): void {
    const tasks = this.#queues.get(whose) ?? [];
    this.#queues.delete(whose);
    for (const { reject } of tasks) reject(new Error('The hashes are not needed any more.'));
  }

  #start(): void {
    const free = this.#threads.find(({ task }) => !task) ?? this.#grow();
    const task = free && this.#next();
    if (!free || !task) return;
    free.task = task;
    free.worker.ref();
    free.worker.postMessage(task.parameters);
  }

  #next(): Task | null {
    const whose = this.#whoseTurn();
    const queue = whose === undefined ? undefined : this.#queues.get(whose);
    const task = queue?.shift();
    if (whose === undefined || !queue || !task) return null;
    // To the end of the line, if there is more.
    this.#queues.delete(whose);
    if (queue.length > 0) this.#queues.set(whose, queue);
    return task;
  }

  /** Sign-ins first, but for every so many one of a customer: whoever guesses passwords stops nobody's files. */
  #whoseTurn(): Whose | undefined {
    const [customer] = [...this.#queues.keys()].filter((whose) => whose !== SIGN_IN);
    const signIn = this.#queues.has(SIGN_IN) ? SIGN_IN : undefined;
    const isSignIn =
      signIn !== undefined && (customer === undefined || this.#signInsInRow < SIGN_INS_IN_ROW_MAX);
    const whose = isSignIn ? signIn : customer;
    this.#signInsInRow = whose === SIGN_IN ? this.#signInsInRow + 1 : 0;
    return whose;
  }

  #grow(): Thread | null {
    if (this.#threads.length >= this.#size) return null;
    const thread: Thread = { worker: new Worker(new URL('hash-worker.ts', import.meta.url)), task: null };
    thread.worker.on('message', (tag: Uint8Array) =>
      this.#finish(thread, (task) => task.resolve(Buffer.from(tag))),
    );
    let fault = new Error('a hashing thread has ended');
    thread.worker.on('error', (error: Error) => (fault = error));
    thread.worker.on('exit', () => {
      const at = this.#threads.indexOf(thread);
      if (at === -1) return;
      this.#threads.splice(at, 1);
      this.#finish(thread, (task) => task.reject(fault));
    });
    thread.worker.unref();
    this.#threads.push(thread);
    return thread;
  }

  #finish(thread: Thread, tell: (task: Task) => void): void {
    const { task } = thread;
    thread.task = null;
    thread.worker.unref();
    if (task) tell(task);
    this.#start();
    this.#endLater();
  }

  #endLater(): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#threads.some(({ task }) => task)) return;
      for (const { worker } of this.#threads.splice(0)) void worker.terminate();
    }, IDLE_MS_MAX).unref();
  }
}

/** Of this process: however many daemons a test starts in it, they share its cores. */
export const hashThreads = new HashThreads();

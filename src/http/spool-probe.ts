import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { causeOf } from '../cause.ts';
import { codeOf, messageOf } from '../fault.ts';
import { quoted } from '../shown-text.ts';
import { operator } from '../messages/en/operator.ts';

/** What the probe needs to know of the spool: whether it is still the one that the daemon works on. */
export interface ExpectedPlace {
  expectThere(): Promise<void>;
}

/** About a small upload with its trace and report. */
const PROBE_BYTES = 64 * 1024;
/** Health checks may come often; the disk is asked once a second at most. */
const ANSWER_MS = 1_000;
/** A network file system that is away answers nothing at all. */
const PROBE_MS_MAX = 3_000;

/** Whether uploads and results can be written now: tried with a small hidden file, which is removed at once. */
export class SpoolProbe {
  readonly #spool: string;
  readonly #place: ExpectedPlace;
  #last: { at: number; answer: Promise<string | null> } | null = null;

  constructor(spool: string, place: ExpectedPlace) {
    this.#spool = spool;
    this.#place = place;
  }

  /** @returns why they cannot, or null */
  fault(): Promise<string | null> {
    const now = performance.now();
    if (this.#last === null || now - this.#last.at > ANSWER_MS)
      this.#last = { at: now, answer: this.#bounded() };
    return this.#last.answer;
  }

  async #bounded(): Promise<string | null> {
    const late = delay(PROBE_MS_MAX, operator.spool.silent(quoted(this.#spool)), { ref: false });
    return Promise.race([this.#probe(), late]);
  }

  async #probe(): Promise<string | null> {
    try {
      await this.#place.expectThere();
      await writeAndRemove(path.join(this.#spool, `.spoolgate-probe-${randomUUID()}`));
      return null;
    } catch (error) {
      // Its words say more than the code, which is there to have the turn tried again.
      if (codeOf(error) === 'ESTALE') return messageOf(error);
      return operator.spool.notWritable(quoted(this.#spool), causeOf(error));
    }
  }
}

async function writeAndRemove(file: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(Buffer.alloc(PROBE_BYTES));
  } finally {
    await handle.close();
    await unlink(file);
  }
}

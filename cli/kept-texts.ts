import type { FileHandle } from 'node:fs/promises';
import os from 'node:os';
import { openScratchFile } from '../src/actions/scratch-file.ts';
import { contentOf } from '../src/file-content.ts';

const MEMORY_CHARACTERS_MAX = 4_194_304;

/** Texts that are written later, however many: first in memory, then in a file without a name. */
export class KeptTexts implements AsyncDisposable {
  readonly #charactersMax: number;
  #waiting = '';
  #file: FileHandle | null = null;

  constructor(charactersMax = MEMORY_CHARACTERS_MAX) {
    this.#charactersMax = charactersMax;
  }

  async add(text: string): Promise<void> {
    this.#waiting += text;
    if (this.#waiting.length < this.#charactersMax) return;
    this.#file ??= await openScratchFile(os.tmpdir());
    await this.#file.appendFile(this.#waiting);
    this.#waiting = '';
  }

  /** All of them one after the other, in pieces. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    if (this.#file !== null) {
      const decoder = new TextDecoder();
      for await (const chunk of contentOf(this.#file)) yield decoder.decode(chunk, { stream: true });
    }
    yield this.#waiting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

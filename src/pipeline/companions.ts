/** Writes what stands beside a decided file in its folder: its trace, and where entries failed what helps to send them again. */
import { createHash } from 'node:crypto';
import { rename, rm, type FileHandle } from 'node:fs/promises';
import { allDone } from '../all-done.ts';
import { numberedAs } from '../change-file/change-file.ts';
import { errorsName, retryName, traceName } from '../change-file/companions.ts';
import type { FailedEntry } from '../change-file/reported-file.ts';
import { stageWhole, writeWhole } from '../durable.ts';
import type { Kind } from '../kinds/kind.ts';
import type { WrittenAhead } from '../ledger/departing.ts';
import { errorsWriter } from '../report/errors-file.ts';
import { retryWriter } from '../report/retry-file.ts';
import { traceWriter, type TracedResult } from '../report/trace.ts';
import { shownText } from './shown-entries.ts';

type Pages<Of> = AsyncIterable<Of[]> | Iterable<Of[]>;

/** What they are written from. */
export interface Told {
  kind: Kind;
  /** Of the change file. */
  name: string;
  header: Buffer;
  /** The change file, open for reading. */
  original: FileHandle;
  maskPasswords: boolean;
  /** From the first on, each time. */
  results: () => Pages<TracedResult>;
  /** null: none has failed. */
  failed: () => Promise<FailedOnes | null>;
}

export interface FailedOnes {
  pages: Pages<FailedEntry>;
  /** The number under which they can be sent again; null: there is none. */
  retryNumber: string | null;
}

type Write = (file: FileHandle) => Promise<void>;
/** From the path of the change file to that of what stands beside it. */
type NameBeside = (filed: string) => string;
type Put = (nameOf: NameBeside, write: Write) => Promise<void>;

/** A page at a time: what is written of a file that was decided whole would be in memory at once. */
export function* pagesOf<Of>(all: readonly Of[]): Generator<Of[]> {
  for (let at = 0; at < all.length; at += PAGE_ENTRIES) yield all.slice(at, at + PAGE_ENTRIES);
}

const PAGE_ENTRIES = 1_000;

/**
 * @param filed path under which the change file will lie there
 * @returns SHA-256 of the trace, hexadecimal
 */
export async function writeCompanions(filed: string, told: Told): Promise<string> {
  return putCompanions((nameOf, write) => writeWhole(nameOf(filed), write), told);
}

async function putCompanions(put: Put, told: Told): Promise<string> {
  const { kind, name, header, original, maskPasswords, results } = told;
  const shown = shownText(kind, header, maskPasswords);
  const writeFailed = async () => {
    const failed = await told.failed();
    if (!failed) return;
    const { retryNumber, pages } = failed;
    const { retried } = kind;
    await allDone(
      retried && put(retryName, retryWriter(results(), header, original, retried)),
      put(errorsName, errorsWriter(pages, retryNumber && numberedAs(name, retryNumber))),
    );
  };
  const hash = createHash('sha256');
  const trace = traceWriter(results(), shown.header, original, { ...shown, hash });
  await allDone(put(traceName, trace), writeFailed());
  return hash.digest('hex');
}

/**
 * Writes them under hidden names while the database works on what they tell of. They are named after its commit, and
 * removed where there is none.
 */
export class WritingAhead {
  readonly #maskPasswords: boolean;
  #written: Promise<WrittenAhead | null> | null = null;

  constructor(maskPasswords: boolean) {
    this.#maskPasswords = maskPasswords;
  }

  begin(filed: string, told: Omit<Told, 'maskPasswords'>): void {
    this.#written = stageCompanions(filed, { ...told, maskPasswords: this.#maskPasswords });
  }

  /** Waits for the last of them; null: they are written when the file is filed, and what is wrong is told then. */
  async end(): Promise<WrittenAhead | null> {
    return this.#written;
  }
}

async function stageCompanions(filed: string, told: Told): Promise<WrittenAhead | null> {
  const staged = new Set<{ nameOf: NameBeside; hidden: string }>();
  const discard = async () => {
    await allDone(...[...staged].map(({ hidden }) => rm(hidden, { force: true })));
  };
  let traceHash: string;
  try {
    traceHash = await putCompanions(async (nameOf, write) => {
      staged.add({ nameOf, hidden: await stageWhole(nameOf(filed), write) });
    }, told);
  } catch {
    await discard();
    return null;
  }
  const name = async (one: { nameOf: NameBeside; hidden: string }, path: string) => {
    await rename(one.hidden, one.nameOf(path));
    staged.delete(one);
  };
  const place = async (path: string) => {
    await allDone(...[...staged].map((one) => name(one, path)));
    return traceHash;
  };
  return { place, discard };
}

import path from 'node:path';
import type { ChangeFileTypes } from '../change-file/change-file.ts';
import type { ReportWords } from '../change-file/reported-file.ts';
import type { Kind } from './kind.ts';

/** How a report calls the entries of a file whose kind is not known. */
const PLAIN_WORDS: ReportWords = {
  entry: 'entry',
  read: 'entries read',
  written: 'entries written',
  readErrors: 'read errors',
  writeErrors: 'write errors',
};

/** A file by its name. */
export interface NamedFile {
  name: string;
  /** null: the name breaks the grammar. */
  type: string | null | undefined;
}

/** The kinds of change file that a program knows, and what those ask of them who carry files of any kind. */
export class Kinds {
  /** In the order in which their files run. */
  readonly all: readonly Kind[];
  /** What names of change files look like. */
  readonly types: ChangeFileTypes;
  readonly #byType: ReadonlyMap<string, Kind>;
  /** Type and extension, such as `PRV.csv` → the kind with what is different of such files. */
  readonly #byFormat: ReadonlyMap<string, Kind>;

  constructor(kinds: readonly Kind[]) {
    this.all = kinds.toSorted((one, other) => one.rank - other.rank);
    this.#byType = new Map(this.all.map((kind) => [kind.type, kind]));
    this.types = this.#byType;
    this.#byFormat = new Map(
      this.all.flatMap((kind) =>
        kind.extensions.map((extension) => [
          `${kind.type}${extension}`,
          { ...kind, ...kind.formats?.[extension] },
        ]),
      ),
    );
  }

  /** @returns undefined where this program cannot process files of the type: they are refused like a disabled type */
  of(type: string | null | undefined): Kind | undefined {
    return type === null || type === undefined ? undefined : this.#byType.get(type);
  }

  /** The kind as it reads and shows this file. */
  ofFile({ name, type }: NamedFile): Kind | undefined {
    return this.#byFormat.get(`${type}${path.extname(name).toLowerCase()}`);
  }

  /** Whether entries of files of the type count against the hourly cap. */
  countsHourly = (type: string | null | undefined): boolean => this.of(type)?.countsHourly ?? false;

  /** Whether entries of files of the type count against any cap. */
  countsDaily = (type: string | null | undefined): boolean => this.of(type)?.countsDaily !== false;

  /** Types whose files are decided as a whole: full lists. */
  get listTypes(): string[] {
    return this.all.flatMap(({ type, rest }) => (rest ? type : []));
  }

  /** Whether files of the type are refused while their customer is on hold. */
  heldRefuses = (type: string | null | undefined): boolean => this.of(type)?.heldRefuses ?? false;

  wordsOf = (file: NamedFile): ReportWords => (this.ofFile(file) ?? this.of(file.type))?.words ?? PLAIN_WORDS;
}

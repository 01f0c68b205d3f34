/**
 * Which column holds which value of an object: one map per table, so that a new column is a line there and a line in a
 * migration. The type of a row, the list of columns for SQL and the mapping both ways follow from it.
 */
export interface Columns<T, Row> {
  readonly names: readonly (keyof Row & string)[];
  readonly from: (row: Row) => T;
  readonly to: (value: T) => Row;
  /** Leaves out the columns of values that are not given. */
  readonly toPart: (given: Given<T>) => Partial<Row>;
}

type Given<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** `RowOf<typeof SEAT>` */
export type RowOf<Table> = Table extends Columns<infer _, infer Row> ? Row : never;

/** A value that is stored in another form. Null is stored as null. */
class Converted<Name extends string, Value, Stored> {
  readonly name: Name;
  readonly from: (stored: Stored) => Value;
  readonly to: (value: Value) => Stored;

  constructor(name: Name, from: (stored: Stored) => Value, to: (value: Value) => Stored) {
    this.name = name;
    this.from = from;
    this.to = to;
  }
}

export function converted<const Name extends string, Value, Stored>(
  name: Name,
  from: (stored: Stored) => Value,
  to: (value: Value) => Stored,
): Converted<Name, Value, Stored> {
  return new Converted(name, from, to);
}

/** Of rows that are read and written as PostgreSQL's values. */
export function timestamp<const Name extends string>(name: Name): Converted<Name, Date, Date> {
  return converted(
    name,
    (date: Date) => date,
    (date: Date) => date,
  );
}

/** Of rows that are read and written as JSON. */
export function jsonTimestamp<const Name extends string>(name: Name): Converted<Name, Date, string> {
  return converted(name, (text: string) => new Date(text), isoText);
}

/** The rows of a set have few moments, and thousands of them: each is written out once. */
const isoTexts = new Map<number, string>();
const ISO_TEXTS_MAX = 1_000;

function isoText(date: Date): string {
  const ms = date.getTime();
  const known = isoTexts.get(ms);
  if (known !== undefined) return known;
  const text = date.toISOString();
  if (isoTexts.size >= ISO_TEXTS_MAX) isoTexts.clear();
  isoTexts.set(ms, text);
  return text;
}

class OrNull<Part> {
  readonly part: Part;

  constructor(part: Part) {
    this.part = part;
  }
}

/** A part of the object that is null as a whole: it is where its first column is null. */
export function orNull<const Part>(part: Part): OrNull<Part> {
  return new OrNull(part);
}

/** Has every key of the object: a forgotten one does not compile. */
type MapOf<T> = { readonly [Key in keyof T]: SpecOf<T[Key]> };

/** An object that is given one column alone is stored in it as JSON. */
type SpecOf<Value> =
  | ConversionOf<NonNullable<Value>>
  | ([NonNullable<Value>] extends [string | number | boolean | readonly unknown[]]
      ? string
      : NonNullable<Value> extends Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
        ? never
        : string | (null extends Value ? OrNull<MapOf<NonNullable<Value>>> : MapOf<Value>));

interface ConversionOf<Value> {
  readonly name: string;
  readonly from: (stored: never) => Value;
  readonly to: (value: Value) => unknown;
}

/** Each column with the type of its value. */
type Cells<T, Shape> = {
  [Key in keyof Shape & keyof T]: Shape[Key] extends string
    ? [Shape[Key], T[Key]]
    : Shape[Key] extends Converted<infer Name, NonNullable<T[Key]>, infer Stored>
      ? [Name, Stored | NullOf<T[Key]>]
      : Shape[Key] extends OrNull<infer Part>
        ? CellsOrNull<Cells<NonNullable<T[Key]>, Part>>
        : Cells<T[Key], Shape[Key]>;
}[keyof Shape & keyof T];

type NullOf<Value> = null extends Value ? null : never;
type CellsOrNull<Cell> = Cell extends [infer Name, infer Value] ? [Name, Value | null] : never;
type RowFrom<Cell extends [string, unknown]> = { [One in Cell as One[0]]: One[1] };
type MappedRow<T, Shape> = RowFrom<Extract<Cells<T, Shape>, [string, unknown]>>;

/**
 * `columns<Seat>()({ state: 'state', extraStorage: { files: 'extra_files_gb', … }, … })`. The empty call is there because
 * TypeScript infers all type arguments of a call or none.
 */
export function columns<T>() {
  return <const Shape extends MapOf<T>>(map: Shape): Columns<T, MappedRow<T, Shape>> => {
    type Row = MappedRow<T, Shape>;
    const { names, read, write } = mappingOf(map as unknown as Specs);
    const blank = blankOf(names);
    return {
      names: names as (keyof Row & string)[],
      from: (row) => read(row) as T,
      to: (value) => write(value, { ...blank }) as Row,
      toPart: (given) => write(given, {}) as Partial<Row>,
    };
  };
}

/**
 * What rows of these columns are copied from: an object that grows column by column is copied whole again and again, which
 * was a fifth of all memory that a file of 200 people took.
 */
export function blankOf(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** The columns of one row in a statement: `stored.a, stored.b`. */
export function columnsOf(row: string, names: readonly string[]): string {
  return names.map((name) => `${row}.${name}`).join(', ');
}

/** `a = excluded.a, b = excluded.b`, for the update of an upsert. */
export function setExcluded(names: readonly string[]): string {
  return names.map((name) => `${name} = excluded.${name}`).join(', ');
}

type Spec = string | Converted<string, unknown, unknown> | OrNull<Specs> | Specs;
interface Specs {
  readonly [key: string]: Spec;
}
type Values = Record<string, unknown>;

/** A part of the map, taken apart once: thousands of rows pass it in one file. */
interface Mapping {
  names: string[];
  read: (row: unknown) => unknown;
  /** @returns the row that it was given */
  write: (value: unknown, row: Values) => Values;
}

function mappingOf(spec: Spec): Mapping {
  if (typeof spec === 'string') return asItIs(spec);
  if (spec instanceof Converted) return conversion(spec);
  if (spec instanceof OrNull) return nullable(mappingOf(spec.part));
  return object(Object.entries(spec).map(([key, part]) => ({ key, ...mappingOf(part) })));
}

function asItIs(name: string): Mapping {
  return {
    names: [name],
    read: (row) => (row as Values)[name],
    write: (value, row) => {
      row[name] = value;
      return row;
    },
  };
}

function conversion({ name, from, to }: Converted<string, unknown, unknown>): Mapping {
  return {
    names: [name],
    read: (row) => {
      const stored = (row as Values)[name];
      return stored === null ? null : from(stored);
    },
    write: (value, row) => {
      row[name] = value === null ? null : to(value);
      return row;
    },
  };
}

function nullable({ names, read, write }: Mapping): Mapping {
  const [first = ''] = names;
  return {
    names,
    read: (row) => ((row as Values)[first] === null ? null : read(row)),
    write: (value, row) => {
      if (value !== null) return write(value, row);
      for (const name of names) row[name] = null;
      return row;
    },
  };
}

function object(parts: (Mapping & { key: string })[]): Mapping {
  return {
    names: parts.flatMap(({ names }) => names),
    read: (row) => {
      const values: Values = {};
      for (const { key, read } of parts) values[key] = read(row);
      return values;
    },
    write: (value, row) => {
      for (const { key, write } of parts) {
        const part = (value as Values)[key];
        if (part !== undefined) write(part, row);
      }
      return row;
    },
  };
}

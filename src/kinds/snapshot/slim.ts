/** Of those about whom lines could be, what is stored is compared at once, and not kept. Pure. */
import type { KnownPerson } from '../../accounts/lists/known.ts';
import { isChanged } from './changed.ts';
import type { ListFacts, ListLine, NamedLine } from './state.ts';

export function slimmed(
  { keeps, source }: Pick<ListFacts, 'keeps' | 'source'>,
  lines: readonly NamedLine[],
  people: readonly KnownPerson[],
): KnownPerson[] {
  const lineOf = new LineOf(lines);
  return people.map((person) => slim({ keeps, source }, person, lineOf.of(person)));
}

const NO_FIELDS = {};

/** What repeats what the line or the source says is not there twice. */
function slim(
  { keeps, source }: Pick<ListFacts, 'keeps' | 'source'>,
  person: KnownPerson,
  line: ListLine | undefined,
): KnownPerson {
  if (!line) return person;
  return {
    ...person,
    address: line.address === person.address ? line.address : person.address,
    objectId: line.objectId === person.objectId ? line.objectId : person.objectId,
    source: person.source === source ? source : person.source,
    fields: NO_FIELDS,
    compared: { entry: line.entry, isChanged: isChanged(keeps, line, person) },
  };
}

/** The first line that can be about somebody: by id, by the name of a contact, by address. */
class LineOf {
  readonly #byObject = new Map<string, ListLine>();
  readonly #byKey = new Map<string, ListLine>();
  readonly #byAddress = new Map<string, ListLine>();

  constructor(lines: readonly NamedLine[]) {
    for (const { line } of lines.toReversed()) {
      this.#byObject.set(line.objectId, line);
      if (line.dn) this.#byKey.set(line.dn.key, line);
      this.#byAddress.set(line.address, line);
    }
  }

  of({ objectId, key, address }: KnownPerson): ListLine | undefined {
    return (
      (objectId === null ? undefined : this.#byObject.get(objectId)) ??
      (key === null ? undefined : this.#byKey.get(key)) ??
      this.#byAddress.get(address)
    );
  }
}

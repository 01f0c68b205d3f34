import { COMPARED_FIELDS, VALUE_END, type ComparedLine } from '../../accounts/lists/settled.ts';
import type { Keeps } from './columns.ts';
import { isField, storedValue } from './line.ts';
import type { ListLine, NamedLine } from './state.ts';

type Said = Pick<ComparedLine, 'mask' | 'values'>;

/** Lines with these columns as the store compares them. Pure. */
export class Comparison {
  /** What the values of contacts are of. */
  readonly columns: readonly string[];
  readonly #keeps: Keeps;
  readonly #places: readonly number[];
  /** Of accounts, in the order of the store: where a cell stands, and its bit. */
  readonly #fields: readonly { place: number; column: string; bit: number }[];

  constructor(keeps: Keeps, columns: readonly string[]) {
    this.#keeps = keeps;
    this.#places = [...columns.keys()].filter((place) => isField(columns[place] ?? ''));
    this.columns = this.#places.map((place) => columns[place] ?? '');
    this.#fields = COMPARED_FIELDS.flatMap((column, index) => {
      const place = columns.indexOf(column);
      return place === -1 ? [] : [{ place, column, bit: 1 << index }];
    });
  }

  /** @returns null where more must be known of the person of the line */
  of({ line, faults }: NamedLine): ComparedLine | null {
    if (faults.length > 0) return null;
    const { address, objectId, dn, isDisabled } = line;
    const said = this.#said(line);
    return (
      said && { address, objectId, key: dn?.key ?? '', isDisabled, mask: said.mask, values: said.values }
    );
  }

  #said(line: ListLine): Said | null {
    if (this.#keeps === 'contacts') return this.#ofContact(line);
    if (this.#keeps === 'accounts') return this.#ofAccount(line.values.cells());
    return { mask: 0, values: line.values.get('name') ?? '' };
  }

  /** An empty cell says nothing. */
  #ofAccount(cells: readonly string[]): Said | null {
    let [mask, values] = [0, ''];
    for (const { place, column, bit } of this.#fields) {
      const value = cells[place] ?? '';
      if (value === '') continue;
      if (value.includes(VALUE_END)) return null;
      values += `${mask === 0 ? '' : VALUE_END}${storedValue(column, value)}`;
      mask |= bit;
    }
    return { mask, values };
  }

  /** An empty cell clears its attribute, but for the name; who is disabled goes. */
  #ofContact({ values, isDisabled, objectId, dn }: ListLine): Said | null {
    if (isDisabled || (objectId === '' && !dn)) return null;
    const cells = values.cells();
    const said: string[] = [];
    for (const [index, place] of this.#places.entries()) {
      const value = cells[place] ?? '';
      if (value === '' && this.columns[index] === 'displayName') return null;
      said.push(value === '' ? '' : JSON.stringify([storedValue(this.columns[index] ?? '', value)]));
    }
    return { mask: 0, values: said.join(VALUE_END) };
  }
}

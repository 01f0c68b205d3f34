import { COMPARED_FIELDS, VALUE_END, type ComparedLine } from '../../accounts/lists/settled.ts';
import type { Keeps } from './columns.ts';
import { fieldsOf } from './line.ts';
import type { NamedLine } from './state.ts';

const BITS = new Map(COMPARED_FIELDS.map((field, index) => [field, index]));

/** A line as the store compares it; null where more than that must be known of its person. Pure. */
export function comparedLine(keeps: Keeps, { line, faults }: NamedLine): ComparedLine | null {
  if (faults.length > 0) return null;
  const { address, objectId, dn, isDisabled } = line;
  const key = dn?.key ?? '';
  const said = SAID[keeps](line);
  return said && { address, objectId, key, isDisabled, ...said };
}

type Said = Pick<ComparedLine, 'mask' | 'values'> | null;

/** An empty cell says nothing. */
function accountValues({ values }: NamedLine['line']): Said {
  const said: [bit: number, value: string][] = [];
  let mask = 0;
  for (const [column, value] of fieldsOf(values)) {
    const bit = BITS.get(column);
    if (value === '' || bit === undefined) continue;
    if (value.includes(VALUE_END)) return null;
    mask |= 1 << bit;
    said.push([bit, value]);
  }
  said.sort(([one], [other]) => one - other);
  return { mask, values: said.map(([, value]) => value).join(VALUE_END) };
}

/** The same; of technicians only a name can be given. */
function technicianValues({ values }: NamedLine['line']): Said {
  return { mask: 0, values: values.get('name') ?? '' };
}

/** An empty cell clears its attribute, but for the name; who is disabled goes. */
function contactValues({ values, isDisabled, objectId, dn }: NamedLine['line']): Said {
  if (isDisabled || (objectId === '' && !dn)) return null;
  const said: string[] = [];
  for (const [column, value] of fieldsOf(values)) {
    if (value === '' && column === 'displayName') return null;
    said.push(value === '' ? '' : JSON.stringify([value]));
  }
  return { mask: 0, values: said.join(VALUE_END) };
}

const SAID = { accounts: accountValues, technicians: technicianValues, contacts: contactValues };

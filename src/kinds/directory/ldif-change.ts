import type {
  DirectoryChange,
  DirectoryRecord,
  GivenValue,
  Modification,
} from '../../accounts/directory/entry-change.ts';
import { shownText } from '../../accounts/directory/entry-change.ts';
import {
  joinNames,
  parseDistinguishedName,
  type DistinguishedName,
} from '../../accounts/directory/distinguished-name.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { SEPARATOR } from './ldif-lines.ts';

type Read = { record: DirectoryRecord } | { refusal: Refusal };

/** A change, or why its lines make none; a rename still lacks its target. */
type Body = DirectoryChange | Refusal | Rename;
interface Rename {
  type: 'rename';
  newRdn: string | null;
  newSuperior: string | null;
  deleteOldRdn: boolean;
}

/**
 * Makes a change of the lines of a record, in the order of code-selection.csv: lines that make no change (10), the DN
 * (11), a changetype with an upper-case letter (skipped), one that is missing or unknown (10).
 */
export function readChange(lines: readonly GivenValue[]): Read {
  const [first, ...rest] = lines;
  const dnLine = first && isNamed(first, 'dn') ? first : null;
  const given = dnLine ? rest : lines;
  const [second, ...body] = given;
  const changetype = second && isNamed(second, 'changetype') ? (second.value ?? '').trim() : null;
  const read = strayLine(given) ?? readBody(changetype, body);
  if (read && 'code' in read) return { refusal: read };
  const name = parseDistinguishedName(dnLine?.value ?? '');
  if (!name) return { refusal: noName(dnLine) };
  if (changetype === null)
    return { refusal: { code: 10, reason: 'changetype-missing', value: shownText(name.text) } };
  if (/\p{Lu}/u.test(changetype))
    return { record: { name, changetype, change: { type: 'ignored' }, members: new Map() } };
  if (!read) return { refusal: { code: 10, reason: 'changetype-unknown', value: shownText(changetype) } };
  if (read.type !== 'rename') return { record: { name, changetype, change: read, members: new Map() } };
  const change = withTarget(name, read);
  return 'code' in change
    ? { refusal: change }
    : { record: { name, changetype, change, members: new Map() } };
}

function isNamed({ attribute }: GivenValue, name: string): boolean {
  return attribute.toLowerCase() === name;
}

function noName(dnLine: GivenValue | null): Refusal {
  if (!dnLine || dnLine.value === '') return { code: 11, reason: 'missing' };
  return { code: 11, field: 'dn', value: shownText(dnLine.value ?? '') };
}

/** Lines that no record of any type can hold: the sign of an empty line that was forgotten, and controls. */
function strayLine(lines: readonly GivenValue[]): Refusal | null {
  if (lines.some((line) => isNamed(line, 'dn'))) return { code: 10, reason: 'second-dn' };
  const control = lines.find((line) => isNamed(line, 'control'));
  if (control) return { code: 10, reason: 'control', value: shownText(control.value ?? '') };
  return lines.slice(1).some((line) => isNamed(line, 'changetype'))
    ? { code: 10, reason: 'changetype-place' }
    : null;
}

/** @returns null where the changetype has no meaning */
function readBody(changetype: string | null, body: readonly GivenValue[]): Body | null {
  switch (changetype) {
    case 'add':
      return body.some(isSeparator) ? { code: 10, reason: 'separator' } : { type: 'add', values: [...body] };
    case 'delete':
      return body[0] ? unexpected(body[0]) : { type: 'delete' };
    case 'modify':
      return readModify(body);
    case 'modrdn':
    case 'moddn':
      return readRename(body);
    default:
      return null;
  }
}

function isSeparator({ attribute }: GivenValue): boolean {
  return attribute === SEPARATOR;
}

function unexpected({ attribute }: GivenValue): Refusal {
  return { code: 10, reason: 'unexpected', field: attribute };
}

/**
 * The parts of a modify, with a line `-` after each or without (rule 11.6). Without it, a line such as
 * `delete: pager` begins a new part, unless the attribute of the part at hand has that very name.
 */
function readModify(body: readonly GivenValue[]): Body {
  const modifications: Modification[] = [];
  let open: Modification | null = null;
  for (const line of body) {
    const does = modificationWord(line);
    if (isSeparator(line)) open = null;
    else if (open && isNamed(line, open.attribute.toLowerCase())) open.values.push(line.value);
    else if (does && line.value)
      modifications.push((open = { does, attribute: line.value.trim(), values: [] }));
    else if (isNamed(line, 'increment')) return { code: 10, reason: 'increment' };
    else return unexpected(line);
  }
  const empty = modifications.find(({ does, values }) => does === 'add' && values.length === 0);
  return empty
    ? { code: 10, reason: 'no-value', field: shownText(empty.attribute) }
    : { type: 'modify', modifications };
}

function modificationWord({ attribute }: GivenValue): Modification['does'] | null {
  const word = attribute.toLowerCase();
  return word === 'add' || word === 'replace' || word === 'delete' ? word : null;
}

const RENAME_LINES: readonly string[] = ['newrdn', 'deleteoldrdn', 'newsuperior'];

function readRename(body: readonly GivenValue[]): Body {
  const names = body.map(({ attribute }) => attribute.toLowerCase());
  const wrong = body.find((_, index) => {
    const name = names[index] ?? '';
    return !RENAME_LINES.includes(name) || names.indexOf(name) !== index;
  });
  if (wrong) return unexpected(wrong);
  const valueOf = (name: string) => body[names.indexOf(name)]?.value ?? null;
  const deleteOld = valueOf('deleteoldrdn')?.trim() ?? '1';
  if (deleteOld !== '0' && deleteOld !== '1')
    return { code: 10, reason: 'deleteoldrdn', value: shownText(deleteOld) };
  const newSuperior = names.includes('newsuperior') ? (valueOf('newsuperior') ?? '\0') : null;
  return { type: 'rename', newRdn: valueOf('newrdn') || null, newSuperior, deleteOldRdn: deleteOld === '1' };
}

/** A new RDN without attribute takes that of the old one (rule 11.5). An empty newsuperior is the root. */
function withTarget(name: DistinguishedName, rename: Rename): DirectoryChange | Refusal {
  const { newRdn: given, newSuperior, deleteOldRdn } = rename;
  if (given === null) return { type: 'modrdn', newRdn: null, target: null, deleteOldRdn };
  const newRdn = given.includes('=') ? given : `${name.leaf[0]?.attribute}=${given}`;
  if (parseDistinguishedName(newRdn)?.rdns.length !== 1)
    return { code: 11, field: 'newrdn', value: shownText(given) };
  const above = newSuperior ?? name.rdns.slice(1).join(',');
  const target = parseDistinguishedName(joinNames(newRdn.trim(), above.trim()));
  if (!target) return { code: 11, field: 'newsuperior', value: shownText(newSuperior ?? '') };
  return { type: 'modrdn', newRdn: newRdn.trim(), target, deleteOldRdn };
}

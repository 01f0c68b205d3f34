import { ldifLine } from '../../../src/kinds/directory/ldif-write.ts';
import type { Random } from '../../model/random.ts';

/** Containers that a server needs above the entries. */
export const CONTAINERS = ['o=Acme', 'ou=Sales,o=Acme', 'ou=Press,o=Acme', 'ou=Deep,ou=Press,o=Acme'];

const PEOPLE = ['Joe Smith', 'Anna Jones', 'Smith, Jim', 'Bjørn Å', 'A+B', 'Zoë', 'Li 李', 'O"Hara'];
const TEAMS = ['Team A', 'Team B', 'Team, C'];
const NUMBERS = ['+1 555 0100', '+1 555 0101', '+47 22 00 00 01', '0800'];
const ADDRESSES = ['a@example.com', 'b@example.com', 'C@Example.com', 'd@example.com'];
const TEXTS = [
  'Chief',
  'chief',
  'Vice  President',
  'Høvding',
  ' starts with a blank',
  ': colon',
  'x'.repeat(120),
  '李',
];
const URLS = ['http://www.example.com/a', 'http://www.example.com/b'];

/** Attributes of persons that hold several values, with values to choose from. */
const SEVERAL: Record<string, readonly string[]> = {
  mail: ADDRESSES,
  homeMail: ADDRESSES,
  telephoneNumber: NUMBERS,
  homePhone: NUMBERS,
  pager: NUMBERS,
  mobile: NUMBERS,
  facsimileTelephoneNumber: NUMBERS,
  labeledURI: URLS,
};
const SINGLE = [
  'title',
  'description',
  'o',
  'nickname',
  'givenName',
  'departmentNumber',
  'l',
  'street',
  'homeCity',
];

/** A name, written in one of the ways that mean the same. */
function written(random: Random, name: string, container: string): string {
  const escaped = name.replace(/[,+"]/g, (one) =>
    random.percent(50) ? `\\${one}` : `\\${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const cased = random.percent(20) ? escaped.toUpperCase() : escaped;
  const above = random.percent(20) ? container.replaceAll(',', ', ') : container;
  return `${random.pick(['cn', 'CN', 'cn'])}=${cased},${above}`;
}

function anyOf(random: Random, values: readonly string[], most = 3): string[] {
  const chosen = Array.from({ length: 1 + random.below(most) }, () => random.pick(values));
  return chosen.filter((one, index) => chosen.findIndex((other) => isSame(one, other)) === index);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** One record, of the kinds that server and change file agree on; what they differ in has tests of its own. */
export function randomChange(random: Random): string {
  const isGroup = random.percent(25);
  const container = random.pick(CONTAINERS);
  const dn = written(random, random.pick(isGroup ? TEAMS : PEOPLE), container);
  const kind = random.below(100);
  if (kind < 35) return record(dn, 'add', isGroup ? groupLines(random) : personLines(random));
  if (kind < 75) return record(dn, 'modify', isGroup ? groupParts(random) : personParts(random));
  if (kind < 85) return record(dn, 'delete', []);
  return record(dn, random.pick(['modrdn', 'moddn']), renameLines(random, isGroup));
}

type Line = [attribute: string, value: string];

function record(dn: string, changetype: string, lines: (Line | '-')[]): string {
  const texts = lines.map((line) => (line === '-' ? '-\n' : ldifLine(...line)));
  return `${ldifLine('dn', dn)}changetype: ${changetype}\n${texts.join('')}\n`;
}

function personLines(random: Random): Line[] {
  const several = Object.keys(SEVERAL).filter((name) => name !== 'mail' && random.percent(30));
  return [
    ['objectClass', 'inetOrgPerson'],
    ['objectClass', 'extensibleObject'],
    ['displayName', random.pick(TEXTS)],
    ['sn', random.pick(TEXTS)],
    ...[...several, 'mail'].flatMap((name) => valueLines(name, anyOf(random, SEVERAL[name] ?? []))),
    ...SINGLE.filter(() => random.percent(30)).map((name): Line => [name, random.pick(TEXTS)]),
  ];
}

function groupLines(random: Random): Line[] {
  return [
    ['objectClass', 'groupOfNames'],
    ['objectClass', 'extensibleObject'],
    ['displayName', random.pick(TEXTS)],
    ['mail', random.pick(ADDRESSES)],
    ...valueLines('description', anyOf(random, TEXTS)),
    ...valueLines('member', ['cn=always,o=Acme', ...members(random)]),
  ];
}

function members(random: Random): string[] {
  const names = anyOf(random, ['Joe Smith', 'Anna Jones', 'Zoë', 'Li 李']);
  return names.map((name) => written(random, name, 'ou=Sales,o=Acme'));
}

function valueLines(name: string, values: string[]): Line[] {
  return values.map((value) => [name, value]);
}

/**
 * Either parts that succeed whatever is there, or one part with one value: a server refuses to add what is there and to
 * delete what is not, and with that the whole record, where a change file has nothing to do in that part.
 */
function personParts(random: Random): (Line | '-')[] {
  if (random.percent(50)) {
    const names = [...SINGLE, ...Object.keys(SEVERAL)];
    return Array.from({ length: 1 + random.below(3) }).flatMap(() => replacement(random, random.pick(names)));
  }
  const name = random.pick(
    Object.keys(SEVERAL).filter((one) => !NO_EQUALITY.includes(one) && one !== 'mail'),
  );
  return onePart(random, name, random.pick(SEVERAL[name] ?? []));
}

/** A server cannot tell whether two values of it are the same. */
const NO_EQUALITY = ['facsimileTelephoneNumber'];

function replacement(random: Random, name: string): (Line | '-')[] {
  const values = SEVERAL[name] ? anyOf(random, SEVERAL[name]) : [random.pick(TEXTS)];
  const none = name !== 'mail' && random.percent(30);
  return [['replace', name], ...valueLines(name, none ? [] : values), '-'];
}

function onePart(random: Random, name: string, value: string): (Line | '-')[] {
  if (name !== 'member' && random.percent(20)) return [['delete', name], '-'];
  return [[random.pick(['add', 'delete']), name], [name, value], '-'];
}

function groupParts(random: Random): (Line | '-')[] {
  if (random.percent(30))
    return [['replace', 'description'], ...valueLines('description', anyOf(random, TEXTS)), '-'];
  if (random.percent(40)) return onePart(random, 'description', random.pick(TEXTS));
  return onePart(random, 'member', members(random)[0] ?? '');
}

function renameLines(random: Random, isGroup: boolean): Line[] {
  const rdn = written(random, random.pick(isGroup ? TEAMS : PEOPLE), '').slice(0, -1);
  const moves = random.percent(50);
  return [
    ['newrdn', rdn],
    ['deleteoldrdn', isGroup ? '1' : random.pick(['0', '1'])],
    ...(moves ? [['newsuperior', random.pick(CONTAINERS)] as Line] : []),
  ];
}

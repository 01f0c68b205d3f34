import { z } from 'zod';
import type { DirectoryEntry } from '../accounts/directory/entry.ts';
import { allEntries, isEntry } from '../accounts/directory/entry-store.ts';
import {
  foldText,
  parseDistinguishedName,
  type DistinguishedName,
} from '../accounts/directory/distinguished-name.ts';
import { ruleFor, rulesFor } from '../kinds/directory/attributes.ts';
import type { Database, Transaction } from '../database/open.ts';
import { ldifRecord } from '../kinds/directory/ldif-write.ts';
import { action, operators, type Channel } from './action.ts';
import { expectCustomer } from './locked-customer.ts';

/** The records are pieces of the answer. */
export const exportDirectory = action({
  name: 'export',
  input: z.strictObject({ customer: z.int(), content: z.boolean(), containers: z.boolean() }),
  allowed: operators,
  run: async ({ database }, { customer, ...form }, _, { send }: Channel<string>) => {
    await writeExport(database, customer, form, send);
    return {};
  },
});

export interface ExportForm {
  /** Records without changetype. */
  content: boolean;
  /** Also what stands above the entries. */
  containers: boolean;
}

/**
 * All entries as LDIF, those above before those below, as of one moment; constant memory.
 *
 * @throws {OperatorFault} where there is no such customer
 */
export async function writeExport(
  database: Database,
  customer: number,
  form: ExportForm,
  write: (record: string) => Promise<void> | void,
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    for await (const record of recordsOf(tx, customer, form)) await write(record);
  });
}

async function* recordsOf(tx: Transaction, customer: number, form: ExportForm): AsyncGenerator<string> {
  await expectCustomer(tx, customer);
  // slapadd takes a version line for an attribute.
  if (!form.content) yield 'version: 1\n\n';
  let above: string[] = [];
  for await (const entry of allEntries(tx, customer)) {
    const name = parseDistinguishedName(entry.dn);
    if (!name) continue;
    const names = form.containers ? namesAbove(name) : [];
    for (const container of names.filter(({ key }) => !above.includes(key)))
      if (!(await isEntry(tx, customer, container))) yield containerRecord(container, form);
    above = names.map(({ key }) => key);
    yield ldifRecord([['dn', entry.dn], ...(form.content ? [] : [CHANGETYPE]), ...lines(entry, name)]);
  }
}

type Line = readonly [attribute: string, value: string];
const CHANGETYPE: Line = ['changetype', 'add'];

/** Topmost first. */
function namesAbove({ rdns }: DistinguishedName): DistinguishedName[] {
  const texts = rdns.map((_, index) => rdns.slice(index).join(',')).slice(1);
  return texts.toReversed().flatMap((text) => parseDistinguishedName(text) ?? []);
}

const CONTAINERS: Record<string, string[]> = {
  o: ['organization'],
  ou: ['organizationalUnit'],
  dc: ['domain'],
  l: ['locality'],
  st: ['locality'],
  c: ['country'],
};

/** With a capital letter, so that a change file skips it (rule 11.1); servers do not mind. */
function containerRecord({ text, leaf }: DistinguishedName, { content }: ExportForm): string {
  const [named] = leaf;
  const classes = CONTAINERS[named?.attribute.toLowerCase() ?? ''] ?? [
    'applicationProcess',
    'extensibleObject',
  ];
  return ldifRecord([
    ['dn', text],
    ...(content ? [] : [['changetype', 'Add'] as const]),
    ...classes.map((one): Line => ['objectClass', one]),
    ...leaf.map(({ attribute, value }): Line => [attribute, value]),
  ]);
}

/**
 * What is stored, and what a server demands besides: the reader of change files drops that again, or takes it for what
 * is there anyway. `extensibleObject` lets a server keep attributes that the classes do not name.
 */
function lines(entry: DirectoryEntry, name: DistinguishedName): Line[] {
  const objectClass = entry.class === 'person' ? 'inetOrgPerson' : 'groupOfNames';
  const stored = rulesFor(entry.class).flatMap((rule) =>
    [...(entry.attributes.get(rule.name)?.values() ?? [])].map((value): Line => [rule.name, value]),
  );
  return [
    ['objectClass', objectClass],
    ['objectClass', 'extensibleObject'],
    ...naming(entry, name),
    ...stored,
    ...demanded(entry, name),
  ];
}

/** The values of the RDN, where the entry does not have them; before the stored ones, the last of which counts. */
function naming(entry: DirectoryEntry, { leaf }: DistinguishedName): Line[] {
  return leaf.flatMap(({ attribute, value }): Line[] => {
    const rule = ruleFor(entry.class, attribute);
    const has = rule && entry.attributes.get(rule.name)?.has(foldText(value));
    return has || rule?.multiValued ? [] : [[attribute, value]];
  });
}

/** A value with a language is none of those that are kept, and satisfies a server all the same. */
const FILLER = ';lang-x-none';

function demanded({ class: entryClass, attributes }: DirectoryEntry, { leaf }: DistinguishedName): Line[] {
  const [displayName = ''] = attributes.get('displayName')?.values() ?? [];
  if (entryClass === 'group') return attributes.has('member') ? [] : [['member', '']];
  const isNamed = (...names: string[]) =>
    leaf.some(({ attribute }) => names.includes(attribute.toLowerCase()));
  return [
    ...(isNamed('cn', 'commonname', '2.5.4.3') ? [] : [['cn', displayName] as const]),
    ...(attributes.has('sn') || isNamed('sn', 'surname') ? [] : [[`sn${FILLER}`, displayName] as const]),
  ];
}

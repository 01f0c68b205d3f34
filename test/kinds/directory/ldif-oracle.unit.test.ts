/** The npm package `ldif` as an independent reader, on the inputs that it accepts: ASCII, `-` lines, no control. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { DirectoryRecord } from '../../../src/accounts/directory/entry-change.ts';
import { readLdif } from './directory.ts';
import { randomChange } from './random-changes.ts';
import { seededRandom } from '../../model/random.ts';

interface OracleValue {
  value: string;
}
interface OracleAttribute {
  attribute: string;
  options: string[];
}
interface OracleRecord {
  type: string;
  dn: string;
  changes?: { type?: string; attribute: OracleAttribute; value?: OracleValue; values?: OracleValue[] }[];
  modrdn?: { newrdn: string; deleteoldrdn: string; newsuperior?: string | null };
}

const oracle = createRequire(import.meta.url)('ldif') as { parse(text: string): { entries: OracleRecord[] } };

const nameOf = ({ attribute, options }: OracleAttribute) => [attribute, ...options].join(';');

function fromOracle({ type, dn, changes = [], modrdn }: OracleRecord): unknown {
  if (modrdn) return { type, dn, forget: modrdn.deleteoldrdn === '1' };
  if (type === 'modify')
    return {
      type,
      dn,
      parts: changes.map((one) => [one.type, nameOf(one.attribute), one.values?.map(({ value }) => value)]),
    };
  return { type, dn, values: changes.map((one) => [nameOf(one.attribute), one.value?.value]) };
}

function fromOurs({ name, changetype: type, change }: DirectoryRecord): unknown {
  const dn = name.text;
  if (change.type === 'modrdn') return { type, dn, forget: change.deleteOldRdn };
  if (change.type === 'modify')
    return { type, dn, parts: change.modifications.map((one) => [one.does, one.attribute, one.values]) };
  return {
    type,
    dn,
    values: change.type === 'add' ? change.values.map(({ attribute, value }) => [attribute, value]) : [],
  };
}

async function expectSame(ldif: string): Promise<number> {
  const ours = (await readLdif(ldif)).map(({ read }) => ('record' in read ? fromOurs(read.record) : read));
  const { entries } = oracle.parse(ldif);
  expect(ours).toEqual(entries.map(fromOracle));
  return entries.length;
}

describe('the package `ldif` reads the same', () => {
  it('in 500 random change records', async () => {
    const random = seededRandom(2849);
    // It decodes base64 as Latin-1, and loses the data of a moddn.
    const records = Array.from({ length: 1_500 }, () => randomChange(random))
      .filter((one) => /^\p{ASCII}*$/u.test(decoded(one)) && !one.includes('changetype: moddn'))
      .slice(0, 500);
    expect(records).toHaveLength(500);
    expect(await expectSame(`version: 1\n\n${records.join('')}`)).toBe(500);
  });

  it.each([
    ['folded lines', 'dn: cn=A,\n o=Acme\nchangetype: add\ncn: lo\n ng\n  er\n'],
    ['comments', '# one\ndn: cn=A\n# two\nchangetype: add\ncn: x\n'],
    ['options', 'dn: cn=A\nchangetype: add\ncn;lang-no;x-a: x\n'],
    ['CR LF', 'dn: cn=A\r\nchangetype: add\r\ncn: x\r\n\r\ndn: cn=B\r\nchangetype: delete\r\n'],
    ['several empty lines', 'dn: cn=A\nchangetype: delete\n\n\n\ndn: cn=B\nchangetype: delete\n'],
    ['modify parts', 'dn: cn=A\nchangetype: modify\nadd: x\nx: 1\nx: 2\n-\ndelete: y\n-\nreplace: z\n-\n'],
    ['newsuperior', 'dn: cn=A\nchangetype: modrdn\nnewrdn: cn=B\ndeleteoldrdn: 0\nnewsuperior: o=Acme\n'],
  ])('in %s', async (_, ldif) => {
    expect(await expectSame(ldif)).toBeGreaterThan(0);
  });
});

function decoded(ldif: string): string {
  return ldif
    .replace(/\n /g, '')
    .replace(/:: (.*)/g, (_, text: string) => Buffer.from(text, 'base64').toString());
}

import { describe, expect, it } from 'vitest';
import { CODE_SELECTION } from '../../../src/tables/code-selection.ts';
import { MemoryDirectory, person } from './directory.ts';

const JOE = 'cn=Joe Smith,ou=Users,o=Acme';
const long = 'x'.repeat(256);

/** Per row of code-selection.csv: a record that reaches it, and that would also reach the rows below it where it can. */
const RECORDS: Record<string, string> = {
  'DI any 10': `dn: Joe\nchangetype Add\ntitle: ${long}\n`,
  'DI any 11': `dn: Joe\nchangetype: Remove\ntitle: ${long}\n`,
  'DI any 12': `dn: ${JOE}\nchangetype: Remove\ntitle: ${long}\n`,
  'DI any 13': `dn: ${JOE}\nchangetype: remove\ntitle: ${long}\n`,
  'DI any 14': `dn: ${JOE}\nchangetype: add\nobjectclass: device\ntitle: ${long}\n`,
  'DI add 10': `dn: ${JOE}\nchangetype: add\nobjectclass: device\n`,
  'DI add 11': `dn: ${JOE}\nchangetype: add\nobjectclass: inetOrgPerson\ndisplayName: x\n`,
  'DI add 12': person(JOE),
  'DI modify 10': 'dn: cn=No\nchangetype: modify\ndelete: mail\n',
  'DI delete 10': 'dn: cn=No\nchangetype: delete\n',
  'DI modrdn/moddn 10': 'dn: cn=No\nchangetype: modrdn\ndeleteoldrdn: 1\n',
  'DI modrdn/moddn 11': `dn: ${JOE}\nchangetype: moddn\nnewsuperior: o=Other\n`,
  'DI modrdn/moddn 12': `dn: ${JOE}\nchangetype: modrdn\nnewrdn: cn=Ann\n`,
};

describe('every DI row of code-selection.csv', () => {
  const rows = CODE_SELECTION.filter(({ operation }) => operation.startsWith('DI '));

  it.each(rows.map((row) => [`${row.operation} ${row.check_order}`, row.condition, row.code] as const))(
    '%s: %s: %s',
    async (row, _, code) => {
      const directory = new MemoryDirectory();
      await directory.codes(person(JOE) + person('cn=Ann,ou=Users,o=Acme'));
      const expected = /^\d+$/.test(code) ? Number(code) : null;
      expect(await directory.codes(RECORDS[row] ?? '')).toEqual([expected]);
    },
  );

  it('has a record here', () => {
    expect(rows.map((row) => `${row.operation} ${row.check_order}`)).toEqual(Object.keys(RECORDS));
  });
});

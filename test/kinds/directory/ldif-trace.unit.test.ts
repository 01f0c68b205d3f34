import { expect, it } from 'vitest';
import { tracedRecord } from '../../../src/kinds/directory/ldif-trace.ts';

it.each([
  ['plain', 'dn: cn=Joe,o=Acme\nchangetype: add\ncn: x\n', 'dn: cn=Joe,o=Acme,add'],
  ['CR LF', 'dn: cn=Joe\r\nchangetype: add\r\n', 'dn: cn=Joe,add'],
  ['no line end', 'dn: cn=Joe\nchangetype: add', 'dn: cn=Joe,add'],
  ['folded lines', 'dn: cn=J\n oe\nchange\n type: a\n dd\n', 'dn: cn=Joe,add'],
  ['comments', 'dn: cn=Joe\n# one\n#two\n three\nchangetype: add\n', 'dn: cn=Joe,add'],
  ['base64, as it stands', 'dn:: Y249Sm9l\nchangetype: add\n', 'dn:: Y249Sm9l,add'],
  ['a changetype in base64', 'dn: cn=Joe\nchangetype:: YWRk\n', 'dn: cn=Joe,add'],
  ['a changetype from elsewhere', 'dn: cn=Joe\nchangetype:< file:///x\n', 'dn: cn=Joe,'],
  ['any case', 'DN: cn=Joe\nChangeType: delete\n', 'DN: cn=Joe,delete'],
  ['no changetype', 'dn: cn=Joe\ncn: x\n', 'dn: cn=Joe,'],
  ['no DN', 'changetype: add\ncn: x\n', 'changetype: add,add'],
  ['no LDIF', 'nonsense, more\n', 'nonsense, more,'],
  ['control characters', 'dn: a\0b\nchangetype: add\n', 'dn: a b,add'],
  ['lines that end with CR', 'dn: cn=Joe\rchangetype: add\r', 'dn: cn=Joe,add'],
  ['nothing', '', ','],
])('%s', (_, record, line) => {
  expect(tracedRecord(Buffer.from(record)).toString()).toBe(line);
});

it('bytes that are no UTF-8 are copied', () => {
  expect(tracedRecord(Buffer.from('dn: cn=J\xf8\nchangetype: add\n', 'latin1')).toString('latin1')).toBe(
    'dn: cn=J\xf8,add',
  );
});

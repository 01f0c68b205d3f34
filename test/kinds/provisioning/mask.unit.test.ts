import { expect, it } from 'vitest';
import { maskedHeader, passwordMask } from '../../../src/kinds/provisioning/mask.ts';

const masked = (header: string, line: string) =>
  passwordMask(Buffer.from(header))(Buffer.from(line)).toString();
const HEADER = 'emailAddress,action,password,givenName\r\n';

it.each([
  ['a password', HEADER, 'a@b.c,Add,secret-1,Sam\r\n', 'a@b.c,Add,***,Sam\r\n'],
  ['a quoted one with commas and quotes', HEADER, 'a@b.c,Add,"se,c""ret",Sam\n', 'a@b.c,Add,***,Sam\n'],
  ['the last cell, without a line end', 'emailAddress,action,password', 'a@b.c,Add,secret', 'a@b.c,Add,***'],
  ['an empty password', HEADER, 'a@b.c,Add,,Sam\n', 'a@b.c,Add,,Sam\n'],
  ['a row that ends before it', HEADER, 'a@b.c,Suspend\n', 'a@b.c,Suspend\n'],
  ['a quoted comma before it', HEADER, '"a,b",Add,secret,Sam\n', '"a,b",Add,***,Sam\n'],
  ['no password column', 'emailAddress,action\n', 'a@b.c,Add\n', 'a@b.c,Add\n'],
  ['a header with semicolons', 'emailAddress;action;password\n', 'a@b.c;Add;secret-1\n', '***\n'],
  [
    'a header with an unknown column',
    'emailAddress,action,password,foo\n',
    'a@b.c,Add,secret-1,x\n',
    '***\n',
  ],
  [
    'a header that names it twice',
    'emailAddress,action,password,password\n',
    'a@b.c,Add,a,secret-1\n',
    '***\n',
  ],
  [
    'a row that a comma has moved',
    'emailAddress,action,department,password,givenName\n',
    'a@b.c,Add,R&D, Oslo,secret-1\n',
    '***\n',
  ],
  [
    'a row that has grown too long',
    'emailAddress,action,department,password\n',
    'a@b.c,Add,R&D,Oslo,secret-1\n',
    '***\n',
  ],
  ['a line that cannot be read', HEADER, 'a@b.c,Add,sec"ret,Sam\n', '***\n'],
])('masks %s', (_, header, line, expected) => {
  expect(masked(header, line)).toBe(expected);
});

it.each([
  ['a header', HEADER, HEADER],
  ['a header with semicolons', 'emailAddress;action;password\n', 'emailAddress;action;password\n'],
  ['an entry where the header should be', 'a@b.c,Add,secret-1\n', '***'],
  ['no header', '', ''],
])('%s in the trace', (_, header, expected) => {
  expect(maskedHeader(Buffer.from(header)).toString()).toBe(expected);
});

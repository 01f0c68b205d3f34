import { expect, it } from 'vitest';
import { passwordMask } from '../../src/parse/mask.ts';

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
  ['a line that cannot be read', HEADER, 'a@b.c,Add,sec"ret,Sam\n', '***\n'],
])('masks %s', (_, header, line, expected) => {
  expect(masked(header, line)).toBe(expected);
});

import { expect, test } from 'vitest';
import {
  FolderFault,
  resolveVirtualPath,
  virtualText,
  type FolderFaultKind,
  type FolderName,
} from '../../../src/doors/folder/virtual-path.ts';

test.each<[FolderName, string, string]>([
  ['', '', '/'],
  ['', '/', '/'],
  ['', '.', '/'],
  ['', 'a.csv', '/a.csv'],
  ['', '/a.csv', '/a.csv'],
  ['', './/a.csv/', '/a.csv'],
  ['', '_report', '/_report'],
  ['', '_report/r.txt', '/_report/r.txt'],
  ['_report', 'r.txt', '/_report/r.txt'],
  ['_report', '..', '/'],
  ['_report', '../_error/x', '/_error/x'],
  ['_report', '/', '/'],
  ['_report', '_report', '/_report/_report'],
  ['', '.hidden.part', '/.hidden.part'],
  ['', ' a ', '/ a '],
  // `..` stops at the root.
  ['', '..', '/'],
  ['', '../../../etc', '/etc'],
  ['_report', '../../../../_error', '/_error'],
  ['', '/..//../a', '/a'],
])('in %j the path %j is %j', (working, text, path) => {
  expect(virtualText(resolveVirtualPath(working, text))).toBe(path);
});

test.each<[string, FolderFaultKind]>([
  ['a\0b', 'badName'],
  ['a\rb', 'badName'],
  ['a\nb', 'badName'],
  ['a\u001bb', 'badName'],
  ['a\u0085b', 'badName'],
  ['..\\..\\etc', 'badName'],
  ['C:\\x', 'badName'],
  ['\ud800', 'badName'],
  ['x\ufffd', 'badName'],
  ['x'.repeat(256), 'badName'],
  ['ö'.repeat(128), 'badName'],
  ['.staging', 'notFound'],
  ['.staging/x', 'notFound'],
  ['_report/../.Staging', 'notFound'],
  ['.taken', 'notFound'],
  ['.TAKEN/x', 'notFound'],
  ['/etc/passwd', 'notFound'],
  ['a/b/c', 'notFound'],
  ['_report/a/b', 'notFound'],
])('%j is refused as %s', (text, kind) => {
  expect(() => resolveVirtualPath('', text)).toThrow(
    expect.objectContaining({ name: FolderFault.name, kind }) as Error,
  );
});

test('a name of 255 bytes fits', () => {
  const name = 'ö'.repeat(127) + 'x';
  expect(resolveVirtualPath('', name)).toEqual({ folder: '', name });
});

import { expect, test } from 'vitest';
import type { Permissions, FolderEntry } from '../../../src/doors/folder/folder-view.ts';
import { FACTS, factsLine, listingPath, timeValue } from '../../../src/doors/ftps/listing.ts';
import { unixLine } from '../../../src/doors/folder/listing.ts';

const ALL: Permissions = { read: true, remove: true, write: true };
const NOTHING: Permissions = { read: false, remove: false, write: false };
const NOW = new Date('2026-11-21T12:00:00Z');

const entry = (more: Partial<FolderEntry> = {}): FolderEntry => ({
  name: '1_PRV_1.csv',
  kind: 'file',
  sizeBytes: 1234,
  modified: new Date('2026-11-01T09:05:07Z'),
  permissions: ALL,
  ...more,
});

const folder = (permissions: Permissions) =>
  entry({ name: '_report', kind: 'folder', sizeBytes: 0, permissions });

test.each([
  [entry(), '-rw-r-----   1 spoolgate spoolgate         1234 Nov  1 09:05 1_PRV_1.csv'],
  [entry({ name: 'a b' }), '-rw-r-----   1 spoolgate spoolgate         1234 Nov  1 09:05 a b'],
  [
    entry({ permissions: NOTHING, sizeBytes: 0 }),
    '----------   1 spoolgate spoolgate            0 Nov  1 09:05 1_PRV_1.csv',
  ],
  [
    entry({ modified: new Date('2025-02-28T00:00:00Z') }),
    '-rw-r-----   1 spoolgate spoolgate         1234 Feb 28  2025 1_PRV_1.csv',
  ],
  [
    entry({ modified: new Date('2026-11-21T12:00:01Z') }),
    '-rw-r-----   1 spoolgate spoolgate         1234 Nov 21  2026 1_PRV_1.csv',
  ],
  [folder(ALL), 'drwxr-x---   1 spoolgate spoolgate            0 Nov  1 09:05 _report'],
  [folder(NOTHING), 'dr-xr-x---   1 spoolgate spoolgate            0 Nov  1 09:05 _report'],
])('LIST line %#', (one, line) => {
  expect(unixLine(one, NOW)).toBe(line);
});

test.each([
  [entry(), 'type=file;size=1234;modify=20261101090507;perm=rwdf; 1_PRV_1.csv'],
  [entry({ permissions: NOTHING }), 'type=file;size=1234;modify=20261101090507;perm=; 1_PRV_1.csv'],
  [
    entry({ permissions: { ...NOTHING, read: true } }),
    'type=file;size=1234;modify=20261101090507;perm=r; 1_PRV_1.csv',
  ],
  [folder(ALL), 'type=dir;modify=20261101090507;perm=celp; _report'],
  [folder(NOTHING), 'type=dir;modify=20261101090507;perm=el; _report'],
])('MLSD line %#', (one, line) => {
  expect(factsLine(one, new Set(FACTS))).toBe(line);
});

test('MLSD sends only the facts that were asked for', () => {
  expect(factsLine(entry(), new Set(['size'] as const))).toBe('size=1234; 1_PRV_1.csv');
  expect(factsLine(entry(), new Set())).toBe(' 1_PRV_1.csv');
});

test.each([
  ['', ''],
  ['-a', ''],
  ['-la', ''],
  ['-l -a', ''],
  ['-la /_report', '/_report'],
  ['/_report', '/_report'],
  ['a -b.csv', 'a -b.csv'],
  ['./-a', './-a'],
  [' -a  _error', '_error'],
])('path of LIST %j is %j', (argument, path) => {
  expect(listingPath(argument)).toBe(path);
});

test('times are UTC and cut to the second', () => {
  expect(timeValue(new Date('2026-01-02T03:04:05.999Z'))).toBe('20260102030405');
});

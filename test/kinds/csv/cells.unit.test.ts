import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf, isBlankRow } from '../../../src/kinds/csv/cells.ts';
import { readProvisioning } from '../../../src/kinds/provisioning/reader.ts';

it('a record without quotes has the cells that csv-parse finds', () => {
  const text = fc.stringMatching(/^[a-z ,;\u00e9\t]{0,40}$/);
  fc.assert(
    fc.property(text, (record) => {
      const read = cellsOf(Buffer.from(record));
      const [expected = ['']] = parse(record, { relax_column_count: true, record_delimiter: '\u0000' });
      expect('cells' in read && read.cells).toEqual(
        expected.map((value: string) => ({ value, quoted: false })),
      );
    }),
  );
});

it('tells a zero-length string from an empty value', () => {
  expect(cellsOf(Buffer.from('a,,"","b"'))).toEqual({
    cells: [
      { value: 'a', quoted: false },
      { value: '', quoted: false },
      { value: '', quoted: true },
      { value: 'b', quoted: true },
    ],
  });
});

describe('a row without any value', () => {
  it.each(['', '\n', ',,,,', ',,,\r\n', ' , ,\t', '"","",""', '" ", ,""\n', '\u00a0,\u3000', '\u200b,,'])(
    '%j is a blank line',
    (row) => expect(isBlankRow(Buffer.from(row))).toBe(true),
  );
  it.each(['a', ',,a', '","', '"\n"x', '"', ',"', '0,,', '-', '\u001a', '"""",'])('%j has one', (row) =>
    expect(isBlankRow(Buffer.from(row))).toBe(false),
  );
  it('is not looked for in bytes that are no text', () => {
    expect(isBlankRow(Buffer.from([0xff, 0x2c]))).toBe(false);
  });
});

it('a file of short lines keeps nobody waiting while it is read', async () => {
  const block = Buffer.from('a,b\n'.repeat(16_384));
  async function* blocks() {
    yield Buffer.from('emailAddress,action\n');
    for (let number = 0; number < 16; number += 1) yield block;
  }
  const { entries } = await readProvisioning(() => blocks(), null);
  let looks = 0;
  const timer = setInterval(() => (looks += 1), 0);
  for await (const _ of entries);
  clearInterval(timer);
  // A quarter of a million records: many turns of the event loop, not one for each chunk of 64 KiB.
  expect(looks).toBeGreaterThan(16);
});

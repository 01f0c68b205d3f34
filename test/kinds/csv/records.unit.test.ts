import { expect, it } from 'vitest';
import { isReadable } from '../../../src/kinds/csv/cells.ts';
import { splitRecords } from '../../../src/kinds/csv/records.ts';

async function* inPieces(text: string): AsyncGenerator<Buffer> {
  for (const character of text) yield Buffer.from(character);
}

/** Every record as `line@firstByte:text`. */
async function split(text: string): Promise<string[]> {
  const records = await Array.fromAsync(splitRecords(inPieces(text), isReadable));
  return records.map(
    ({ line, firstByte, bytes }) => `${line}@${firstByte}:${JSON.stringify(bytes.toString())}`,
  );
}

it('lines of commas, blanks and line ends are no records, and count as lines', async () => {
  expect(await split('\n\r\n\r\r\n,,\r \t, \na,b\n\n,c\n,,')).toEqual([
    '6@14:"a,b\\n"',
    '8@19:",c\\n"',
    '9@22:",,"',
  ]);
});

it('inside a quoted value they are its lines', async () => {
  expect(await split('a,"b\n\n,,\nc"\n\nd\n')).toEqual(['1@0:"a,\\"b\\n\\n,,\\nc\\"\\n"', '6@13:"d\\n"']);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ldifLine, ldifRecord } from '../../../src/kinds/directory/ldif-write.ts';
import { readLdif } from './directory.ts';

it.each([
  ['plain', 'Joe Smith', 'cn: Joe Smith'],
  ['nothing', '', 'cn:'],
  ['a blank at the start', ' Joe', 'cn:: IEpvZQ=='],
  ['a blank at the end', 'Joe ', 'cn:: Sm9lIA=='],
  ['a colon at the start', ':Joe', 'cn:: OkpvZQ=='],
  ['a less-than at the start', '<Joe', 'cn:: PEpvZQ=='],
  ['a colon inside', 'Joe: <x>', 'cn: Joe: <x>'],
  ['a line end', 'Joe\nSmith', 'cn:: Sm9lClNtaXRo'],
  ['other letters', 'Jørn', 'cn:: SsO4cm4='],
])('%s', (_, value, line) => {
  expect(ldifLine('cn', value)).toBe(`${line}\n`);
});

it('long lines are folded', () => {
  const lines = ldifLine('description', 'x'.repeat(200)).split('\n');
  expect(lines.map(({ length }) => length)).toEqual([76, 76, 63, 0]);
});

it('whatever is written is read again as it was', async () => {
  const value = fc.string({ unit: 'binary', maxLength: 300 }).filter((text) => text.isWellFormed());
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 5 }), async (values) => {
      const lines = values.map((one) => ['title', one] as const);
      const text = ldifRecord([['dn', 'cn=Joe'], ['changetype', 'add'], ...lines]);
      const [entry] = await readLdif(text);
      const read = entry && 'record' in entry.read ? entry.read.record.change : null;
      expect(read).toEqual({
        type: 'add',
        values: values.map((one) => ({ attribute: 'title', value: one })),
      });
    }),
    { seed: 14, numRuns: 300 },
  );
});

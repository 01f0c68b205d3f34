import { KINDS } from '../../src/kinds/registry.ts';
import { expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { invalidName } from '../../src/pipeline/gates.ts';
import { nameFault } from '../../src/change-file/name-fault.ts';
import { messageFor } from '../../src/messages/result-text.ts';

it.each([
  ['1000001-PRV-1.csv', 'separators', '-'],
  ['1000001 hr PRV 1.csv', 'separators', ' '],
  ['1000001_hr_PRV_one.csv', 'number', 'one'],
  ['1000001_hr_PRV_.csv', 'number', ''],
  ['hr.csv', 'parts', 'hr'],
  ['1000001_PRV.csv', 'parts', '1000001_PRV'],
  ['1000001_hr_PRV_1', 'extension', ''],
  ['1000001_hr_PRV_1.txt', 'extension', '.txt'],
  ['1000001_hr_PRV_1.ldif', 'wrong-extension', '.ldif'],
  ['1000001_hr_DI_1.csv', 'wrong-extension', '.csv'],
  ['acme_hr_PRV_1.csv', 'customer', 'acme'],
  ['1000001_hr_PROV_1.csv', 'type', 'PROV'],
  ['1000001_hr_USERS-NODELETE_1.csv', 'option', 'NODELETE'],
  ['1000001_hr_USERS-nocreate-NOCREATE_1.csv', 'option', 'NOCREATE'],
  ['1000001_hr_USERS-_1.csv', 'option', ''],
  ['1000001_hr_PRV-NOCREATE_1.csv', 'option', 'NOCREATE'],
  ['1000001_hr_USERS_1.ldif', 'wrong-extension', '.ldif'],
  ['1000001_hr_PRV_9223372036854775808.csv', 'number-too-large', '9223372036854775808'],
])('%s: %s', (name, fault, part) => {
  expect(nameFault(name, KINDS.types)).toEqual({ fault, part });
});

it('n05: the message shows the form of a name, and what is wrong with this one', async () => {
  const names = await readFile(new URL('../samples/field/file-names/names.txt', import.meta.url), 'utf8');
  const messages = names
    .trimEnd()
    .split('\n')
    .map((name) => messageFor(invalidName(name, KINDS.types)));
  for (const message of messages) {
    expect(message).toMatch(/^The file name format is not valid\. /);
    expect(message).toContain('customerId_sourceId_PRV_number.csv');
  }
  expect(messages.map((message) => message.split('. ')[1])).toEqual([
    '"1000001-PRV-1.csv" separates its parts with "-" instead of underscores',
    'The sequence number "one" in "1000001_hr_PRV_one.csv" is not a number',
    '"hr.csv" is missing parts of the name',
  ]);
});

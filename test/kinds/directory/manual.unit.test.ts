/** docs/directory.md says what the program does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BELOW_MAX } from '../../../src/accounts/directory/entry.ts';
import { KEY_BYTES_MAX } from '../../../src/accounts/directory/distinguished-name.ts';
import { rulesFor, VALUE_CHARACTERS_MAX, VALUES_MAX } from '../../../src/kinds/directory/attributes.ts';
import { RECORD_BYTES_MAX, RECORD_LINES_MAX } from '../../../src/kinds/directory/ldif-records.ts';
import { messageFor } from '../../../src/messages/result-text.ts';
import { directoryResults, directoryValues } from '../../../src/messages/en/directory.ts';
import { causesOf, say, type Sentence } from '../../../src/messages/sentence.ts';
import { symbolOf, type ResultCode } from '../../../src/change-file/result-code.ts';
import { CODE_SELECTION } from '../../../src/tables/code-selection.ts';
import { DI_GROUP_ATTRIBUTES } from '../../../src/tables/di-group-attributes.ts';
import { DI_PERSON_ATTRIBUTES } from '../../../src/tables/di-person-attributes.ts';
import { MemoryDirectory, person } from './directory.ts';

const manual = readFileSync(new URL('../../../docs/directory.md', import.meta.url), 'utf8');

interface AttributeRow {
  attribute: string;
  aliases: string;
  label: string;
}

function attributeTable(entryClass: 'person' | 'group', rows: readonly AttributeRow[]): string[][] {
  return rulesFor(entryClass).map(({ name, multiValued }) => {
    const row = rows.find(({ attribute }) => attribute === name);
    const aliases = (row?.aliases ?? '')
      .split(/[ ,;]+/)
      .filter((one) => one.toLowerCase() !== name.toLowerCase());
    return [
      `\`${name}\``,
      aliases.map((one) => one && `\`${one}\``).join(', '),
      multiValued ? 'several' : 'one',
      shownAs(row),
    ];
  });
}

function shownAs(row: AttributeRow | undefined): string {
  if (!row) return 'members';
  return row.label.startsWith('not ') ? '' : row.label;
}

function codeTable(): string[][] {
  const values = Object.values<Sentence>(directoryValues);
  return [7, 8, 9, 10, 11, 12].map((number) => {
    const code = number as ResultCode;
    const standIns = { code, field: 'FIELD', value: 'VALUE', limit: 0 };
    const sentences: Partial<Record<ResultCode, Sentence>> = directoryResults;
    const sentence = sentences[code];
    const causes = code === 9 ? values : sentence === undefined ? [] : causesOf(sentence);
    const texts = causes.map((cause) => say(cause, standIns));
    if (code === 9)
      texts.unshift(messageFor({ ...standIns, reason: 'too-long', limit: VALUE_CHARACTERS_MAX }));
    return [
      String(code),
      `\`${symbolOf(code)}\``,
      [...new Set(texts)].join('<br>').replaceAll(/\b0 /g, 'N '),
    ];
  });
}

function checkTable(): string[][] {
  const rows = CODE_SELECTION.filter(({ operation }) => operation.startsWith('DI '));
  return rows.map((row) => [row.operation.replace('DI ', ''), row.check_order, row.condition, row.code]);
}

const TABLES: Record<string, string[][]> = {
  'person attributes': [
    ['attribute', 'also', 'values', 'shown as'],
    ...attributeTable('person', DI_PERSON_ATTRIBUTES),
  ],
  'group attributes': [
    ['attribute', 'also', 'values', 'shown as'],
    ...attributeTable('group', DI_GROUP_ATTRIBUTES),
  ],
  codes: [['code', 'symbol', 'what the report says'], ...codeTable()],
  checks: [['changetype', 'order', 'where this is so', 'code'], ...checkTable()],
};

const escaped = (cell: string) => cell.replaceAll('|', '\\|');

function shownTable(name: string): string[][] {
  const text = new RegExp(`<!-- table: ${name} -->\\n([\\s\\S]*?)<!-- end -->`).exec(manual)?.[1] ?? '';
  const lines = text.split('\n').filter((line) => line.startsWith('|') && !/^\|[ |-]+$/.test(line));
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

it.each(Object.keys(TABLES))('the table of %s is that of the program', (name) => {
  expect(shownTable(name)).toEqual(TABLES[name]?.map((row) => row.map(escaped)));
});

it('the limits are those of the program', () => {
  const ofRecords = [RECORD_BYTES_MAX, RECORD_LINES_MAX];
  const numbers = [BELOW_MAX, KEY_BYTES_MAX, VALUES_MAX, VALUE_CHARACTERS_MAX, ...ofRecords];
  for (const number of numbers) expect(manual).toContain(number.toLocaleString('en-US'));
});

describe('every example can be copied', () => {
  const examples = [...manual.matchAll(/```ldif\n(.*?)```/gs)].map(([, ldif = '']) => ldif);

  it('there are five', () => expect(examples).toHaveLength(5));

  it.each(examples)('%s', async (ldif) => {
    const directory = new MemoryDirectory();
    for (const [, dn = ''] of ldif.matchAll(/^dn: (.*)\nchangetype: (?!add)/gm))
      await directory.codes(person(dn));
    for (const code of await directory.codes(ldif)) expect(code).toBe(0);
  });
});

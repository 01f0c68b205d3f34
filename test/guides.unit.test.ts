import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { organisationFileSchema } from '../src/accounts/setup/organisation-file.ts';
import { TEMPORARY_ENDINGS } from '../src/change-file/change-file.ts';
import { readYaml } from '../src/configuration.ts';
import { filledGuide, GUIDES } from '../docs/generate.ts';
import { RESULT_CODES } from '../src/tables/result-codes.ts';
import { CODE_SELECTION } from '../src/tables/code-selection.ts';
import { exampleMessages } from '../src/messages/result-text.ts';
import type { ResultCode } from '../src/change-file/result-code.ts';

it.each(GUIDES)('the tables of %s say what the program runs on', async (guide) => {
  expect(await filledGuide(guide)).toBe(await readFile(new URL(`../docs/${guide}`, import.meta.url), 'utf8'));
});

it('m01: the guide for clients lists every ending of a temporary name', async () => {
  const guide = await readFile(new URL('../docs/clients.md', import.meta.url), 'utf8');
  const listed = /in any case, in ([^]*?)\. Any other/u.exec(guide)?.[1] ?? '';
  expect([...listed.matchAll(/`(\.[^`]+)`/gu)].map(([, ending]) => ending)).toEqual([...TEMPORARY_ENDINGS]);
});

it('f18: the guide warns of clients that mirror, and the example gives agents no right to delete', async () => {
  const guide = await readFile(new URL('../docs/clients.md', import.meta.url), 'utf8');
  expect(guide).toMatch(/rclone sync.*lftp mirror -R -e[^]*_report[^]*right to delete/u);
  const file = 'organisation.example.yaml';
  const example = await readFile(new URL(`../config/${file}`, import.meta.url), 'utf8');
  const accounts = readYaml(example, file, organisationFileSchema).customers.flatMap(
    ({ accounts }) => accounts ?? [],
  );
  const rights = new Map(accounts?.map((account) => [account.login, account.rights]));
  expect(rights.get('acme-hr')).toEqual(['upload', 'download']);
  expect(rights.get('acme-journal')).toEqual(['journal']);
});

it('every code that a file can get has a sentence of its own', () => {
  const given = CODE_SELECTION.flatMap(({ code }) => code.match(/\d+/g) ?? []).map(Number);
  for (const code of new Set([...given, 5, 6])) {
    expect(
      RESULT_CODES.some((row) => Number(row.code) === code),
      String(code),
    ).toBe(true);
    expect(exampleMessages(code as ResultCode), String(code)).not.toEqual([]);
  }
});

it('the guides say N for every limit of a sentence, and no number that stands for it', () => {
  const texts = RESULT_CODES.flatMap(({ code }) => exampleMessages(Number(code) as ResultCode));
  const limits = texts.filter((text) => /at most|more than|longer than|exceeds/u.test(text));
  expect(limits.filter((text) => /\bN\b/u.test(text)).length).toBeGreaterThan(10);
  const wrong = /\b(?:at most|more than|longer than|the limit is) 0\b|\b(?:undefined|NaN|987654321)\b/u;
  expect(texts.filter((text) => wrong.test(text))).toEqual([]);
});

describe('organisation-file.md', () => {
  it('shows a file that can be set up, with every key', async () => {
    const guide = await readFile(new URL('../docs/organisation-file.md', import.meta.url), 'utf8');
    const yaml = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
    const { customers } = readYaml(yaml, 'organisation-file.md', organisationFileSchema);
    const text = JSON.stringify(
      z.toJSONSchema(organisationFileSchema, { io: 'input', unrepresentable: 'any' }),
    );
    const keys = new Set([...text.matchAll(/"([A-Za-z]+)":\{/g)].map(([, key]) => key ?? ''));
    const structure = [
      'properties',
      'items',
      'anyOf',
      'additionalProperties',
      'propertyNames',
      'prefixItems',
    ];
    for (const key of structure) keys.delete(key);
    for (const key of keys) expect(yaml, key).toMatch(new RegExp(`\\b${key}\\b`));
    expect(customers).toHaveLength(1);
  });
});

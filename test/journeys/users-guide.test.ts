import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { USER_COLUMNS } from '../../src/tables/user-columns.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

const inDocs = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

it('the examples of users.md and the template do what they say', async () => {
  const guide = await inDocs('users.md');
  const examples = [...guide.matchAll(/```csv\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(examples).toHaveLength(4);
  await using world = await startTestDaemon({ organisation: await fixtures({ types: ['USERS'] }) });
  await using acme = await world.courier();
  const summaries: (string | undefined)[] = [];
  for (const [index, text] of [...examples, await inDocs('users-template.csv')].entries()) {
    const filed = await acme.send(`${ACME}_HR_USERS_${index + 1}.csv`, text);
    expect([text, filed.folder, new Set(filed.codes)]).toEqual([text, '_processed', new Set([0])]);
    expect(filed.lines.filter((line) => line.startsWith('WARNING'))).toEqual([]);
    summaries.push(/created: \d+; updated: \d+/.exec(filed.lines.at(-2) ?? '')?.[0]);
  }
  expect(summaries).toEqual([
    'created: 2; updated: 0',
    'created: 0; updated: 1',
    'created: 2; updated: 1',
    'created: 1; updated: 0',
    'created: 1; updated: 0',
  ]);
});

it('the template has every column but the one for new addresses', async () => {
  const [header] = (await inDocs('users-template.csv')).split('\n');
  const columns = USER_COLUMNS.filter((row) => row.in_template === 'yes').map((row) => row.header);
  expect(header).toBe(columns.join(','));
  expect(USER_COLUMNS.filter((row) => row.in_template === 'no').map((row) => row.key)).toEqual(['new_email']);
});

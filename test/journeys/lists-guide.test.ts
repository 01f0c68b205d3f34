import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { startTestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

/** Source of each example of the guide, in their order. */
const SOURCES = ['google', 'google', 'ad', 'ldap', 'workspace'];

it('the examples of full-lists.md do what they say', async () => {
  const guide = await readFile(new URL('../../docs/full-lists.md', import.meta.url), 'utf8');
  const examples = [...guide.matchAll(/```csv\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(examples).toHaveLength(SOURCES.length);
  await using world = await startTestDaemon({
    organisation: await fixtures({
      types: ['SNAPSHOT'],
      sources: {
        google: { snapshot: { keeps: 'contacts', scope: 'all' } },
        ldap: { snapshot: { keeps: 'contacts', scope: 'all' } },
        ad: { snapshot: { keeps: 'accounts', group: 'Staff' } },
        workspace: { snapshot: { keeps: 'accounts', scope: 'all' } },
      },
    }),
  });
  await using acme = await world.courier();
  const summaries: string[] = [];
  for (const [index, text] of examples.entries()) {
    const filed = await acme.send(`${ACME}_${SOURCES[index]}_SNAPSHOT_${index + 1}.csv`, text);
    expect([text, filed.folder]).toEqual([text, '_processed']);
    summaries.push(filed.lines.at(-2) ?? '');
    if (index === 1) expect(filed.report).toContain('Absent from the snapshot: piet@example.com: removed.');
  }
  expect(guide).toContain(`    ${summaries[1]}\n`);
  expect(summaries.map((line) => /created: \d+; updated: \d+/.exec(line)?.[0])).toEqual([
    'created: 3; updated: 0',
    'created: 1; updated: 1',
    'created: 1; updated: 0',
    // Anna is a contact of source google.
    'created: 1; updated: 0',
    'created: 0; updated: 0',
  ]);
});

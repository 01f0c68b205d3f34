import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { template } from '../../cli/template.ts';
import type { CommandContext } from '../../cli/command.ts';

async function printed(type: string): Promise<string> {
  const lines: string[] = [];
  const context = { arguments: [type], print: (text: string) => lines.push(text) };
  expect(await template.run(context as unknown as CommandContext)).toBe(0);
  return `${lines.join('\n')}\n`;
}

it('the template of bulk user files is the one in the guide', async () => {
  const guide = new URL('../../docs/users-template.csv', import.meta.url);
  expect(await printed('USERS')).toBe(await readFile(guide, 'utf8'));
  expect(await printed('users')).toBe(await printed('USERS'));
});

it('a type without a template is refused with those that have one', async () => {
  await expect(printed('PRV')).rejects.toThrow('There is no template for "PRV". Use USERS.');
});
